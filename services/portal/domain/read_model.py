"""What the portal knows of the other services' aggregates, as their events told it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Conference:
    """A conference; the dates are local in its time zone, both inclusive."""

    id: UUID
    version: int
    slug: str
    name: str
    time_zone: str
    starts_on: date
    ends_on: date
    series: str


@dataclass(frozen=True, slots=True)
class Attendee:
    """A registered person; state is registered, joined, paused or cancelled."""

    id: UUID
    version: int
    conference_id: UUID
    ticket: str
    name: str
    email: str
    state: str
    attention_budget: int
    interests: tuple[str, ...]
    formats: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """One import of online conversation; state is imported or withdrawn."""

    id: UUID
    version: int
    conference_id: UUID
    network: str
    name: str
    visibility: str
    state: str
    messages: int
    interactions: int
    unresolved: int
    ties: int


@dataclass(frozen=True, slots=True)
class Tie:
    """Two people who talk online; total counts both directions, 0 when the tie is gone. ``sources``: their ids."""

    id: UUID
    version: int
    conference_id: UUID
    a: UUID
    b: UUID
    total: int
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Suggestion:
    """People proposed to each other; state is open, matched, withdrawn or expired. It knows no answers."""

    id: UUID
    version: int
    conference_id: UUID
    attendee_ids: tuple[UUID, ...]
    route: str
    format: str
    state: str
    expires_at: datetime | None
    evidence: tuple[dict[str, Any], ...]
    ranks: tuple[int | None, ...] = ()  # for each attendee, its place among theirs when it was made
    size: int = 0  # how many people it is for; who else is asked to a table, nobody is told


@dataclass(frozen=True, slots=True)
class Match:
    """A suggestion that all its people accepted; state is made or cancelled."""

    id: UUID
    version: int
    conference_id: UUID
    attendee_ids: tuple[UUID, ...]
    format: str
    state: str


@dataclass(frozen=True, slots=True)
class Session:
    """A match with a time and a place; state is unplaced, scheduled, cancelled, held or missed."""

    id: UUID
    version: int
    conference_id: UUID
    attendee_ids: tuple[UUID, ...]
    format: str
    state: str
    place_id: UUID | None
    place_name: str
    starts_at: datetime | None
    ends_at: datetime | None
    calendar_sequence: int
    reason: str
    changed_at: datetime


Row = Conference | Attendee | Source | Tie | Suggestion | Match | Session
