"""What the other services have told: conferences, attendees, sources, ties, as far as matchmaking needs them."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from hashlib import blake2b
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from services.matchmaking.domain.kinds import KINDS, OTHER_KIND


class AttendeeState(StrEnum):
    """Only the joined get new suggestions; the paused keep what they have."""

    REGISTERED = "registered"
    JOINED = "joined"
    PAUSED = "paused"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Conference:
    """``ends_at``: the midnight that ends its last day, where it takes place. ``series``: those of one share who has
    met; empty: none."""

    id: UUID
    ends_at: datetime
    version: int
    series: str = ""


@dataclass(frozen=True, slots=True)
class Attendee:
    """``budget``: open suggestions and matches this person can take; no ``formats``: any. ``person``: the same in
    every conference, None when that is not known. ``erased``: cancelled, and to be forgotten."""

    id: UUID
    conference_id: UUID
    state: AttendeeState
    budget: int
    interests: tuple[str, ...]
    formats: tuple[str, ...]
    version: int
    person: bytes | None = None
    erased: bool = False


@dataclass(frozen=True, slots=True)
class Source:
    """Where interactions were counted; only a public one may be named as a reason."""

    id: UUID
    conference_id: UUID
    name: str
    public: bool
    withdrawn: bool
    version: int


class TieCount(NamedTuple):
    """Interactions of a tie in one source, kind and month (YYYY-MM, empty when unknown)."""

    source_id: UUID
    kind: str
    month: str
    a_to_b: int
    b_to_a: int


@dataclass(frozen=True, slots=True)
class Tie:
    """What two attendees' (a < b) interactions add up to; without counts the tie is gone."""

    id: UUID
    conference_id: UUID
    a: UUID
    b: UUID
    counts: tuple[TieCount, ...]
    version: int

    @property
    def amount(self) -> float:
        """All its interactions in both directions, each as much as its kind counts."""
        return sum(KINDS.get(c.kind, OTHER_KIND) * (c.a_to_b + c.b_to_a) for c in self.counts)


class SessionState(StrEnum):
    """What becomes of a match's session, as far as it matters here."""

    AHEAD = "ahead"
    CANCELLED = "cancelled"
    HELD = "held"
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class Session:
    """A match with a time and place; ``id`` is the match's."""

    id: UUID
    state: SessionState
    version: int


def person(email: str) -> bytes | None:
    """Who somebody is across conferences, without keeping their address."""
    known = email.strip().casefold()
    return blake2b(known.encode(), digest_size=16, person=b"hallway").digest() if known else None


def end_of_day(day: str, time_zone: str) -> datetime:
    """The end of an ISO date in an IANA zone, in UTC; raises ValueError or KeyError when one of them is wrong."""
    following = date.fromisoformat(day) + timedelta(days=1)
    return datetime.combine(following, time(), ZoneInfo(time_zone)).astimezone(UTC)
