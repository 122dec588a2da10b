"""Greedy b-matching: good pairs within everybody's room, those who have least first."""

from collections.abc import Iterable, Sequence, Set
from heapq import heapify, heappop, heappush

from services.matchmaking.engine.model import Candidate, Pair


def match(
    candidates: Iterable[Candidate], room: Sequence[int], load: Sequence[int], spent: Set[Pair] = frozenset()
) -> list[Candidate]:
    """Picks candidates, in the order picked.

    Next is always the pair whose less served person has least, and of those the one with the highest weight;
    equals go by position. So nobody's third comes before somebody's first, and the result does not depend on the
    order of ``candidates``. ``room[i]`` more pairs fit person i, who has ``load[i]`` already.
    """
    left, has, taken = list(room), list(load), set(spent)
    heap = [(min(has[c.a], has[c.b]), -c.weight, c) for c in candidates]
    heapify(heap)
    picked = []
    while heap:
        least, _, candidate = heappop(heap)
        a, b = candidate.a, candidate.b
        if a == b or (a, b) in taken or left[a] <= 0 or left[b] <= 0:
            continue
        # Loads only grow, so an outdated entry is always too early: put it back where it belongs.
        if min(has[a], has[b]) > least:
            heappush(heap, (min(has[a], has[b]), -candidate.weight, candidate))
            continue
        taken.add((a, b))
        for person in (a, b):
            left[person] -= 1
            has[person] += 1
        picked.append(candidate)
    return picked
