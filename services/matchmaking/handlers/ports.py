"""What the use cases need of the world, to be met by the store or by a test's double."""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from services.matchmaking.domain.facts import Attendee, Conference, Session, Source, Tie, TieCount
from services.matchmaking.domain.learning import Lesson, Outcome
from services.matchmaking.domain.suggestion import (
    Answer,
    Evidence,
    ExclusionReason,
    Match,
    OwnSuggestion,
    Suggestion,
)


@dataclass(frozen=True, slots=True)
class Standing:
    """A locked suggestion and where its people stand; ``apart``: those who said met or blocked of another of them."""

    suggestion: Suggestion
    answers: Mapping[UUID, Answer | None]
    apart: Set[UUID]


@dataclass(frozen=True, slots=True)
class Seeker:
    """Somebody who has joined, and how much of their budget is in use; ``seated``: not to be
    asked to a table."""

    id: UUID
    budget: int
    holds: int
    interests: tuple[str, ...]
    formats: tuple[str, ...]
    seated: bool = False


@dataclass(frozen=True, slots=True)
class Past:
    """What was learned last, and all ``outcomes`` so far if they are to be learned from now."""

    lesson: Lesson | None = None
    outcomes: Sequence[Outcome] | None = None


class TieRows(NamedTuple):
    """Ties between seekers: positions of the two, and how much they wrote (Tie.amount); three arrays as long."""

    a: Any = ()
    b: Any = ()
    amount: Any = ()


@dataclass(frozen=True, slots=True)
class Picture:
    """One conference as the solver sees it, all at one moment; pairs are positions among ``seekers``, smaller first.
    ``met``: who both know that they met. ``seen``: names the moment, see ports.Grounds."""

    conference_id: UUID
    ends_at: datetime | None
    seekers: Sequence[Seeker]
    ties: TieRows
    spent: Set[tuple[int, int]]
    met: Sequence[tuple[int, int]]
    seen: str = ""
    past: Past = Past()


@dataclass(frozen=True, slots=True)
class Grounds:
    """What reasons are made of when suggestions are written, a moment after the picture. ``counts``: of ties that are
    there now, by pair; ``hidden``: a source was withdrawn or made private since the picture; ``stale``: open
    suggestions on ties about whose ties, sources or people there is news since reasons were last looked at."""

    counts: Mapping[tuple[UUID, UUID], Sequence[TieCount]]
    sources: Mapping[UUID, Source]
    hidden: bool = False
    stale: Sequence[Suggestion] = ()


class Facts(Protocol):
    """Copies of what the attendee service told; an older version never replaces a newer one."""

    async def save_conferences(self, conferences: Sequence[Conference]) -> None: ...
    async def save_attendees(self, attendees: Sequence[Attendee]) -> None: ...
    async def save_sources(self, sources: Sequence[Source]) -> None: ...
    async def save_ties(self, ties: Sequence[Tie]) -> None: ...
    async def ties_losing(self, ties: Sequence[Tie]) -> list[UUID]: ...
    async def cancelled(self, ids: Sequence[UUID]) -> list[UUID]: ...
    async def ties_gone(self, ids: Sequence[UUID]) -> list[tuple[UUID, UUID]]: ...
    async def known(self, conference_id: UUID, ids: Sequence[UUID]) -> set[UUID]: ...
    async def formats(self, conference_id: UUID, ids: Sequence[UUID]) -> dict[UUID, tuple[str, ...]]: ...
    async def ends_at(self, conference_id: UUID) -> datetime | None: ...


class Suggestions(Protocol):
    """Suggestions and their people's answers; what a method returns was changed by it and has its new version."""

    async def add(self, suggestions: Sequence[Suggestion], *, beyond_budget: bool = False) -> list[Suggestion]: ...
    async def refresh(self, evidence: Mapping[UUID, tuple[Evidence, ...]]) -> list[Suggestion]: ...
    async def withdraw_of(self, attendee_ids: Sequence[UUID]) -> list[Suggestion]: ...
    async def withdraw_ties(self, pairs: Sequence[tuple[UUID, UUID]]) -> list[Suggestion]: ...
    async def tables_due(self, now: datetime, limit: int) -> list[tuple[Suggestion, list[UUID]]]: ...
    async def expire(self, now: datetime, limit: int, tables: Sequence[UUID]) -> list[Suggestion]: ...
    async def forget_source(self, source_ids: Sequence[UUID]) -> None: ...
    async def forget_ties(self, tie_ids: Sequence[UUID]) -> None: ...
    async def forget_people(self, attendee_ids: Sequence[UUID]) -> None: ...

    async def room(self, attendee_ids: Sequence[UUID]) -> dict[UUID, int]: ...
    async def standing(self, suggestion_id: UUID, attendee_id: UUID) -> Standing | None: ...
    async def set_answer(self, suggestion_id: UUID, attendee_id: UUID, answer: Answer, holds: bool) -> None: ...
    async def exclude(
        self, conference_id: UUID, attendee_id: UUID, other_id: UUID, reason: ExclusionReason
    ) -> bool: ...


class Matches(Protocol):
    """Matches, beside the suggestions they were."""

    async def make_match(self, suggestion: Suggestion, come: Sequence[UUID]) -> Match: ...
    async def cancel_matches_of(self, attendee_ids: Sequence[UUID]) -> list[Match]: ...
    async def follow_sessions(self, sessions: Sequence[Session]) -> set[UUID]: ...


class Lists(Protocol):
    """Questions."""

    async def own(self, attendee_id: UUID, now: datetime) -> list[OwnSuggestion]: ...
    async def offerable(
        self, conference_id: UUID, attendee_id: UUID, among: Sequence[UUID], limit: int
    ) -> list[UUID]: ...


class Publisher(Protocol):
    """Tells the world: which event it is follows from the state."""

    async def suggestions(self, changed: Sequence[Suggestion], cause: str | None = None) -> None: ...
    async def matches(self, changed: Sequence[Match], cause: str | None = None) -> None: ...


class Pauses(Protocol):
    """Whether a conference's organizers want nothing new suggested."""

    async def set_paused(self, conference_id: UUID, paused: bool) -> None: ...
    async def is_paused(self, conference_id: UUID) -> bool: ...


class Seekings(Protocol):
    """Who looks for company now."""

    async def begin(self, conference_id: UUID, attendee_id: UUID, until: datetime) -> None: ...
    async def among(self, conference_id: UUID, attendee_ids: Sequence[UUID], now: datetime) -> list[UUID]: ...
    async def end(self, attendee_ids: Sequence[UUID]) -> None: ...


class SolveRequests(Protocol):
    """Asks the worker to look at conferences again."""

    async def request(self, conference_ids: Iterable[UUID], cause: str | None = None) -> None: ...
