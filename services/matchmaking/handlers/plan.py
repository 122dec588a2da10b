"""Turns a conference's picture into what should change: the engine decides who, this says why, how and until when."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

from services.matchmaking.domain.evidence import evidence, rarest_shared
from services.matchmaking.domain.facts import TieCount
from services.matchmaking.domain.learning import Learned, Lesson
from services.matchmaking.domain.rules import choose_format, expiry
from services.matchmaking.domain.suggestion import Evidence, Route, Suggestion, SuggestionState
from services.matchmaking.engine.model import Candidate, Person, Problem
from services.matchmaking.engine.solve import solve
from services.matchmaking.handlers.learn import learn_from
from services.matchmaking.handlers.ports import Picture, Seeker
from services.matchmaking.handlers.signals import signals


@dataclass(frozen=True, slots=True)
class Plan:
    """``new`` in the order of importance; ``evidence``: what open suggestions should show from now on; ``lesson``:
    what was learned for it, if something was."""

    new: Sequence[Suggestion]
    evidence: Mapping[UUID, tuple[Evidence, ...]]
    lesson: Lesson | None = None


def make_plan(picture: Picture, now: datetime, hours: float, new_id: Callable[[], UUID]) -> Plan:
    """Computes for as long as it takes: call it where nothing else waits."""
    people = [
        Person(max(seeker.budget - seeker.holds, 0), seeker.holds, seeker.interests) for seeker in picture.seekers
    ]
    at = {seeker.id: position for position, seeker in enumerate(picture.seekers)}
    lesson = learn_from(picture.past)
    known = lesson or picture.past.lesson
    strength, ties = signals(picture, at, known.learned if known else Learned())
    spent = {(at[a], at[b]) for a, b in picture.spent if a in at and b in at}
    problem = Problem(people, ties, spent, strength)
    expires_at = expiry(now, hours, picture.ends_at)
    holders = Counter(interest for seeker in picture.seekers for interest in set(seeker.interests))
    chosen = solve(problem)
    parts = strength.of([c.a for c in chosen], [c.b for c in chosen]).parts()
    made = [_suggestion(picture, candidate, new_id(), expires_at, holders) for candidate in chosen]
    return Plan(
        new=[replace(suggestion, signals=row) for suggestion, row in zip(made, parts, strict=True)],
        evidence=_changed_evidence(picture, at, holders),
        lesson=lesson,
    )


def warm_up() -> None:
    """Plans a conference of three, so that what the engine compiles is compiled before somebody waits for it."""
    ids = [UUID(int=n) for n in range(3)]
    reply = (TieCount(ids[0], "reply", "", 1, 1),)
    picture = Picture(
        conference_id=ids[0],
        ends_at=None,
        seekers=[Seeker(id, budget, 0, (), ()) for id, budget in zip(ids, (2, 1, 2), strict=True)],
        ties={(ids[0], ids[1]): reply, (ids[1], ids[2]): reply},
        sources={},
        spent=(),
        met=(),
        open_on_ties=(),
    )
    make_plan(picture, datetime(2000, 1, 1, tzinfo=UTC), 1, lambda: ids[0])


def _suggestion(
    picture: Picture, candidate: Candidate, id: UUID, expires_at: datetime, holders: Mapping[str, int]
) -> Suggestion:
    pair = (picture.seekers[candidate.a], picture.seekers[candidate.b])
    return Suggestion(
        id=id,
        conference_id=picture.conference_id,
        attendee_ids=(pair[0].id, pair[1].id),
        route=Route(candidate.route),
        evidence=_reasons(picture, candidate, pair, holders),
        format=choose_format([seeker.formats for seeker in pair]),
        weight=candidate.weight,
        state=SuggestionState.OPEN,
        expires_at=expires_at,
        version=1,
    )


def _reasons(
    picture: Picture, candidate: Candidate, pair: tuple[Seeker, Seeker], holders: Mapping[str, int]
) -> tuple[Evidence, ...]:
    # Nothing is said of a common friend: who that is, the two may not know of each other.
    if candidate.route == Route.SHARED_INTEREST:
        return (Evidence(interest=candidate.interest),)
    if candidate.route == Route.TIE:
        return _tie_reasons(picture, pair, holders)
    return ()


def _tie_reasons(picture: Picture, pair: tuple[Seeker, Seeker], holders: Mapping[str, int]) -> tuple[Evidence, ...]:
    one, other = pair
    written = evidence(picture.ties.get((one.id, other.id), ()), picture.sources)
    return written + rarest_shared(one.interests, other.interests, holders)


def _changed_evidence(
    picture: Picture, at: Mapping[UUID, int], holders: Mapping[str, int]
) -> dict[UUID, tuple[Evidence, ...]]:
    """A source's name, or its being public, may have become known after the suggestion was made; or have ended; or
    somebody's interests changed."""
    changed = {}
    for suggestion in picture.open_on_ties:
        a, b = suggestion.attendee_ids
        if a in at and b in at:
            reasons = _tie_reasons(picture, (picture.seekers[at[a]], picture.seekers[at[b]]), holders)
        else:
            # Of somebody who pauses nothing is known here but what was said; that a source ended must still be heard.
            known = tuple(reason for reason in suggestion.evidence if reason.interest)
            reasons = evidence(picture.ties.get((a, b), ()), picture.sources) + known
        if reasons != suggestion.evidence:
            changed[suggestion.id] = reasons
    return changed
