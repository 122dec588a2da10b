"""Seats everybody at small tables; by itself: ``seat(people, ties, met, size)``."""

from dataclasses import dataclass

import numpy as np

from services.matchmaking.engine.pairing.graph import Floats, Ints
from services.matchmaking.engine.tables.anneal import anneal
from services.matchmaking.engine.tables.seating import LARGEST, Seating, value

SMALLEST = 3
# Steps of the search for each person, and at least.
STEPS, STEPS_AT_LEAST = 350, 100_000


@dataclass(frozen=True)
class Tables:
    """Person v sits at ``table[v]``; table t's weakest link is ``weakest[t]``. ``again``: pairs (v < u) that sit
    together once more, because no seating without was found."""

    table: Ints
    weakest: Floats
    again: list[tuple[int, int]]


def sizes(people: int, size: int) -> list[int]:
    """How large the tables are: as near to ``size`` as 3 to 8 each allows, no two differing by more than one."""
    if people < SMALLEST or not SMALLEST <= size <= LARGEST:
        raise ValueError(f"{people} people, tables of {size}: at least 3 people, and tables of 3 to 8")
    count = min(max(round(people / size), -(-people // LARGEST)), people // SMALLEST)
    return [people // count + (t < people % count) for t in range(count)]


def seat(people: int, a: Ints, b: Ints, weight: Floats, met: Ints, size: int, seed: int = 0) -> Tables:
    """Seats people 0 to ``people`` - 1 so that the sum of the tables' weakest links is as large as can be found.

    Ties (a[k], b[k]) have weights in (0, 1], each pair once; ``met``: rows of two who have sat together before and
    are not to do so again.
    """
    s = _seating(people, a, b, weight, met, sizes(people, size))
    anneal(s, max(STEPS * people, STEPS_AT_LEAST), seed)
    weakest = np.array([value(s, s.who[t], s.size[t])[0] for t in range(len(s.size))])
    again = {(min(v, u), max(v, u)) for v, u in np.reshape(met, (-1, 2)).tolist() if s.table[v] == s.table[u]}
    return Tables(s.table, weakest, sorted(again))


def together(table: Ints) -> Ints:
    """Rows of two who sit at one table: what to add to ``met`` before the next round of a series."""
    order = np.argsort(table, kind="stable")
    found = []
    for apart in range(1, LARGEST):
        one, other = order[:-apart], order[apart:]
        same = table[one] == table[other]
        found.append(np.stack([one[same], other[same]], axis=1))
    return np.concatenate(found)


def _seating(people: int, a: Ints, b: Ints, weight: Floats, met: Ints, size: list[int]) -> Seating:
    """Everybody seated in turn."""
    again = np.asarray(met, np.int64).reshape(-1, 2)
    one, other = np.concatenate([again[:, 0], a]), np.concatenate([again[:, 1], b])
    link = np.concatenate([np.full(len(again), -1.0), weight])
    # Of a pair that has met and has a tie the first counts: that they have met.
    keys, first = np.unique(np.concatenate([one * people + other, other * people + one]), return_index=True)
    start = np.searchsorted(keys, np.arange(people + 1) * people)
    table = np.repeat(np.arange(len(size), dtype=np.int32), size)
    seats = np.concatenate([np.arange(n, dtype=np.int32) for n in size])
    who = np.zeros((len(size), LARGEST), np.int32)
    who[table, seats] = np.arange(people)
    return Seating(
        start=start,
        other=(keys % people).astype(np.int32),
        weight=np.tile(link, 2)[first],
        table=table,
        seat=seats,
        who=who,
        size=np.array(size, np.int32),
        value=np.zeros(len(size)),
    )
