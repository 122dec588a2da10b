"""Turns a conference's picture into what should change: the engine decides who, this says why, how and until when."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.matchmaking.domain.evidence import evidence
from services.matchmaking.domain.facts import TieCount
from services.matchmaking.domain.rules import choose_format, expiry
from services.matchmaking.domain.suggestion import Evidence, Route, Suggestion, SuggestionState
from services.matchmaking.engine.model import Candidate, Person, Problem
from services.matchmaking.engine.solve import solve
from services.matchmaking.engine.strength import Count, strength
from services.matchmaking.handlers.ports import Picture


@dataclass(frozen=True, slots=True)
class Plan:
    """``new`` in the order of importance; ``evidence``: what open suggestions should show from now on."""

    new: Sequence[Suggestion]
    evidence: Mapping[UUID, tuple[Evidence, ...]]


def make_plan(picture: Picture, now: datetime, hours: float, new_id: Callable[[], UUID]) -> Plan:
    """Computes for as long as it takes: call it where nothing else waits."""
    people = [
        Person(max(seeker.budget - seeker.holds, 0), seeker.holds, seeker.interests) for seeker in picture.seekers
    ]
    at = {seeker.id: position for position, seeker in enumerate(picture.seekers)}
    strengths = {(at[a], at[b]): _strength(counts) for (a, b), counts in picture.ties.items() if a in at and b in at}
    problem = Problem(
        people=people,
        ties={pair: value for pair, value in strengths.items() if value > 0},
        spent={(at[a], at[b]) for a, b in picture.spent if a in at and b in at},
    )
    expires_at = expiry(now, hours, picture.ends_at)
    return Plan(
        new=[_suggestion(picture, candidate, new_id(), expires_at) for candidate in solve(problem)],
        evidence=_changed_evidence(picture),
    )


def _strength(counts: Sequence[TieCount]) -> float:
    return strength(Count(count.kind, count.a_to_b, count.b_to_a) for count in counts)


def _suggestion(picture: Picture, candidate: Candidate, id: UUID, expires_at: datetime) -> Suggestion:
    pair = (picture.seekers[candidate.a], picture.seekers[candidate.b])
    return Suggestion(
        id=id,
        conference_id=picture.conference_id,
        attendee_ids=(pair[0].id, pair[1].id),
        route=Route(candidate.route),
        evidence=_reasons(picture, candidate),
        format=choose_format([seeker.formats for seeker in pair]),
        weight=candidate.weight,
        state=SuggestionState.OPEN,
        expires_at=expires_at,
        version=1,
    )


def _reasons(picture: Picture, candidate: Candidate) -> tuple[Evidence, ...]:
    # Nothing is said of a common friend: who that is, the two may not know of each other.
    if candidate.route == Route.SHARED_INTEREST:
        return (Evidence(interest=candidate.interest),)
    if candidate.route == Route.TIE:
        pair = (picture.seekers[candidate.a].id, picture.seekers[candidate.b].id)
        return evidence(picture.ties[pair], picture.sources)
    return ()


def _changed_evidence(picture: Picture) -> dict[UUID, tuple[Evidence, ...]]:
    """A source's name, or its being public, may have become known after the suggestion was made; or have ended."""
    changed = {}
    for suggestion in picture.open_on_ties:
        a, b = suggestion.attendee_ids
        reasons = evidence(picture.ties.get((a, b), ()), picture.sources)
        if reasons != suggestion.evidence:
            changed[suggestion.id] = reasons
    return changed
