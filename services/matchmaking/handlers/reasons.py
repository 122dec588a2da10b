"""Says why, of new suggestions on ties and of open ones about which there is news, in what both people may read."""

from collections import Counter
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from services.matchmaking.domain.evidence import evidence, rarest_shared
from services.matchmaking.domain.suggestion import Evidence, Route, Suggestion
from services.matchmaking.handlers.ports import Grounds, Seeker


@dataclass(frozen=True, slots=True)
class Reasoned:
    """``new``: what to suggest; ``changed``: what open suggestions should show from now on."""

    new: Sequence[Suggestion]
    changed: Mapping[UUID, tuple[Evidence, ...]]


def give_reasons(new: Sequence[Suggestion], seekers: Sequence[Seeker], grounds: Grounds) -> Reasoned:
    """Leaves out what rests on a tie that is gone meanwhile, and what would be learned from a source that is."""
    interests = {seeker.id: seeker.interests for seeker in seekers}
    holders = Counter(interest for seeker in seekers for interest in set(seeker.interests))

    def reasons(suggestion: Suggestion) -> tuple[Evidence, ...]:
        a, b = suggestion.attendee_ids
        written = evidence(grounds.counts.get((a, b), ()), grounds.sources)
        if a in interests and b in interests:
            return written + rarest_shared(interests[a], interests[b], holders)
        # Of somebody who pauses nothing is known here but what was said; that a source ended must still be heard.
        return written + tuple(reason for reason in suggestion.evidence if reason.interest)

    there = [s for s in new if _rests(s, grounds.counts)]
    if grounds.hidden:
        there = [replace(s, signals=None) for s in there]
    changed = {s.id: reasons(s) for s in grounds.stale}
    return Reasoned(
        [replace(s, evidence=reasons(s)) if s.route is Route.TIE else s for s in there],
        {s.id: changed[s.id] for s in grounds.stale if changed[s.id] != s.evidence},
    )


def _rests(suggestion: Suggestion, ties: Container[tuple[UUID, UUID]]) -> bool:
    """Whether the ties it rests on are there: a pair's, or those that connect a table."""
    if suggestion.route is Route.TIE:
        return suggestion.attendee_ids in ties
    reached, left = {suggestion.attendee_ids[0]}, set(suggestion.attendee_ids[1:])
    while suggestion.route is Route.TABLE and left:
        near = {b for b in left if any((min(a, b), max(a, b)) in ties for a in reached)}
        if not near:
            return False
        reached, left = near, left - near
    return True
