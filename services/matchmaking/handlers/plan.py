"""Turns a conference's picture into suggestions: the engine decides who, this says how and until when."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

from services.matchmaking.domain.learning import Learned, Lesson
from services.matchmaking.domain.rules import TABLE, choose_format, expiry, table_expiry
from services.matchmaking.domain.suggestion import Evidence, Route, Suggestion, SuggestionState
from services.matchmaking.engine.gathering import Table
from services.matchmaking.engine.model import Candidate, Person, Problem
from services.matchmaking.engine.solve import propose
from services.matchmaking.handlers.learn import learn_from
from services.matchmaking.handlers.ports import Picture, Seeker, TieRows
from services.matchmaking.handlers.signals import signals


@dataclass(frozen=True, slots=True)
class Plan:
    """``new``: tables, then pairs in the order of importance, those on ties without reasons yet (handlers/reasons.py);
    ``lesson``: what was learned for it, if something was."""

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
    tables, pairs = propose(Problem(people, strength.ties(), picture.spent, strength), willing(picture.seekers))
    parts = strength.of([c.a for c in pairs], [c.b for c in pairs]).parts()
    expires_at = expiry(now, hours, picture.ends_at)
    made = [_suggestion(picture, candidate, new_id(), expires_at) for candidate in pairs]
    paired = [replace(suggestion, signals=row) for suggestion, row in zip(made, parts, strict=True)]
    until = table_expiry(now, hours, picture.ends_at)
    return Plan([*(_table(picture, table, new_id(), until) for table in tables), *paired], lesson)


def willing(seekers: Sequence[Seeker]) -> list[int]:
    """Who named tables among the formats they like, and may be asked to one."""
    return [i for i, seeker in enumerate(seekers) if TABLE in seeker.formats and not seeker.seated]


def warm_up() -> None:
    """Plans a conference of three, and nine who like tables, so that what the engine compiles is compiled before
    somebody waits for it."""
    seekers = [Seeker(UUID(int=n), budget, 0, (), ()) for n, budget in enumerate((2, 1, 2))]
    seekers += [Seeker(UUID(int=n), 1, 0, (), (TABLE,)) for n in range(3, 12)]
    ends = [0, 1, *range(3, 11)]
    ties = TieRows(ends, [end + 1 for end in ends], [2.0] * len(ends))
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


def _table(picture: Picture, table: Table, id: UUID, expires_at: datetime) -> Suggestion:
    return Suggestion(
        id=id,
        conference_id=picture.conference_id,
        attendee_ids=tuple(picture.seekers[i].id for i in table.people),
        route=Route.TABLE,
        evidence=(),  # of one another they would tell who is asked
        format=TABLE,
        weight=table.weight,
        state=SuggestionState.OPEN,
        expires_at=expires_at,
        version=1,
    )
