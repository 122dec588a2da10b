"""What scheduling knows of a conference: its days and its time zone."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Conference:
    """`time_zone` is an IANA name; `ends_on` is the last day."""

    id: UUID
    time_zone: str
    starts_on: date
    ends_on: date
    version: int


@dataclass(frozen=True, slots=True)
class Attendee:
    """Whether somebody still has a ticket; nothing else about people is kept here. `erased`: forget them."""

    id: UUID
    conference_id: UUID
    cancelled: bool
    version: int
    erased: bool = False


@dataclass(frozen=True, slots=True)
class Match:
    """People who all said yes to each other; `cause` is the trace it came by."""

    id: UUID
    conference_id: UUID
    attendee_ids: tuple[UUID, ...]
    format: str
    cause: str | None = None
