"""The best set of pairs within everybody's room; reaching somebody who has nothing counts more than any pair."""

from collections.abc import Iterable, Sequence, Set
from heapq import heapify, heappop, heappush
from typing import Any

import numpy as np

from services.matchmaking.engine.graph import Edges, Ints
from services.matchmaking.engine.model import TIE, Candidate, Pair
from services.matchmaking.engine.pairing.market import Market
from services.matchmaking.engine.pairing.solve import pair

# What reaching somebody who has nothing adds, where the best pair is worth 1: more than a pair, or two of half its
# worth, given up for it. Each exchange of the kind leaves somebody less well served than they could be.
FLOOR = 2.0


def match(
    candidates: Iterable[Candidate], room: Sequence[int] | Ints, load: Sequence[int], spent: Set[Pair] = frozenset()
) -> list[Candidate]:
    """Picks candidates: the greatest sum of weights, where each person reached who has no load adds FLOOR.

    They come in the order in which people should get them (``in_order``). The result does not depend on the order of
    ``candidates``. ``room[i]`` more pairs fit person i, who has ``load[i]`` already.
    """
    best: dict[Pair, Candidate] = {}
    for c in candidates:
        if c.a != c.b and (c.a, c.b) not in spent:
            best[c.a, c.b] = max(c, best.get((c.a, c.b), c))
    choice = [best[key] for key in sorted(best)]
    a, b, weight = (np.array([c[column] for c in choice]) for column in range(3))
    return in_order([choice[k] for k in _taken(a, b, weight, room, load)], load)


def match_ties(ties: Edges, room: Sequence[int], load: Sequence[int]) -> list[Candidate]:
    """The same for many pairs, who are candidates of the route of ties with these weights."""
    taken = _taken(ties.a, ties.b, ties.weight, room, load)
    rows = zip(*(column[taken].tolist() for column in (ties.a, ties.b, ties.weight)), strict=True)
    return in_order([Candidate(a, b, weight, TIE) for a, b, weight in rows], load)


def _taken(a: Any, b: Any, weight: Any, room: Sequence[int] | Ints, load: Sequence[int]) -> Ints:
    """Which of the pairs (ascending, a < b) are picked."""
    market = Market(
        a=a.astype(np.int32),
        b=b.astype(np.int32),
        weight=weight.astype(np.float64),
        budget=np.array(room, np.int64),
        floor=np.where(np.array(load) > 0, 0.0, FLOOR),
    )
    return np.flatnonzero(pair(market).taken)


def in_order(picked: Iterable[Candidate], load: Sequence[int]) -> list[Candidate]:
    """Next is always the pair whose less served person has least, of those the one of highest weight, then by
    position: so that what does not fit any more when it is written is somebody's third, not somebody's first."""
    has, ordered = list(load), []
    heap = [(min(has[c.a], has[c.b]), -c.weight, c) for c in picked]
    heapify(heap)
    while heap:
        least, _, c = heappop(heap)
        # Loads only grow, so an outdated entry is always too early: put it back where it belongs.
        if min(has[c.a], has[c.b]) > least:
            heappush(heap, (min(has[c.a], has[c.b]), -c.weight, c))
            continue
        has[c.a] += 1
        has[c.b] += 1
        ordered.append(c)
    return ordered
