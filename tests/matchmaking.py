"""Builders shared by the tests of matchmaking: a conference, its people and their ties."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from services.matchmaking.domain.facts import Attendee, AttendeeState, Source, Tie, TieCount
from services.matchmaking.domain.suggestion import Route, Suggestion, SuggestionState

NOW = datetime(2027, 5, 10, 12, 0, tzinfo=UTC)


def ids(count: int) -> list[UUID]:
    """Fresh ids in their order, so that what is done first to whom is known."""
    return sorted(uuid4() for _ in range(count))


def attendee(
    id: UUID, conference_id: UUID, budget: int = 3, state: AttendeeState = AttendeeState.JOINED, version: int = 1
) -> Attendee:
    return Attendee(id, conference_id, state, budget, (), (), version)


def source(id: UUID, conference_id: UUID, public: bool = True) -> Source:
    return Source(id, conference_id, "the list", public, withdrawn=False, version=1)


def tie(conference_id: UUID, a: UUID, b: UUID, source_id: UUID, replies: int = 3, version: int = 1) -> Tie:
    counts = (TieCount(source_id, "reply", "2027-03", replies, replies),) if replies else ()
    return Tie(UUID(int=a.int ^ b.int), conference_id, a, b, counts, version)


def suggestion(
    conference_id: UUID, pair: Sequence[UUID], weight: float = 0.8, expires_at: datetime = NOW + timedelta(hours=72)
) -> Suggestion:
    a, b = sorted(pair)
    return Suggestion(
        uuid4(), conference_id, (a, b), Route.TIE, (), "coffee", weight, SuggestionState.OPEN, expires_at, 1
    )
