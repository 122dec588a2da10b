"""Turns a conference's picture into suggestions: the engine decides who, this says how and until when."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

from services.matchmaking.domain.learning import Learned, Lesson
from services.matchmaking.domain.rules import choose_format, expiry
from services.matchmaking.domain.suggestion import Evidence, Route, Suggestion, SuggestionState
from services.matchmaking.engine.model import Candidate, Person, Problem
from services.matchmaking.engine.solve import solve
from services.matchmaking.handlers.learn import learn_from
from services.matchmaking.handlers.ports import Picture, Seeker, TieRows
from services.matchmaking.handlers.signals import signals


@dataclass(frozen=True, slots=True)
class Plan:
    """``new`` in the order of importance, those on ties without reasons yet (handlers/reasons.py); ``lesson``: what
    was learned for it, if something was."""

    new: Sequence[Suggestion]
    lesson: Lesson | None = None


def make_plan(picture: Picture, now: datetime, hours: float, new_id: Callable[[], UUID]) -> Plan:
    """Computes for as long as it takes: call it where nothing else waits."""
    lesson = learn_from(picture.past)
    known = lesson or picture.past.lesson
    strength = signals(picture, known.learned if known else Learned())
    people = [
        Person(max(seeker.budget - seeker.holds, 0), seeker.holds, seeker.interests) for seeker in picture.seekers
    ]
    chosen = solve(Problem(people, strength.ties(), picture.spent, strength))
    parts = strength.of([c.a for c in chosen], [c.b for c in chosen]).parts()
    expires_at = expiry(now, hours, picture.ends_at)
    made = [_suggestion(picture, candidate, new_id(), expires_at) for candidate in chosen]
    return Plan([replace(suggestion, signals=row) for suggestion, row in zip(made, parts, strict=True)], lesson)


def warm_up() -> None:
    """Plans a conference of three, so that what the engine compiles is compiled before somebody waits for it."""
    seekers = [Seeker(UUID(int=n), budget, 0, (), ()) for n, budget in enumerate((2, 1, 2))]
    ties = TieRows([0, 1], [1, 2], [2.0, 2.0])
    picture = Picture(UUID(int=0), None, seekers, ties, spent=set(), met=())
    make_plan(picture, datetime(2000, 1, 1, tzinfo=UTC), 1, lambda: UUID(int=0))


def _suggestion(picture: Picture, candidate: Candidate, id: UUID, expires_at: datetime) -> Suggestion:
    pair = (picture.seekers[candidate.a], picture.seekers[candidate.b])
    # Nothing is said of a common friend: who that is, the two may not know of each other.
    shared = (Evidence(interest=candidate.interest),) if candidate.route == Route.SHARED_INTEREST else ()
    return Suggestion(
        id=id,
        conference_id=picture.conference_id,
        attendee_ids=(pair[0].id, pair[1].id),
        route=Route(candidate.route),
        evidence=shared,
        format=choose_format([seeker.formats for seeker in pair]),
        weight=candidate.weight,
        state=SuggestionState.OPEN,
        expires_at=expires_at,
        version=1,
    )
