"""Tables and who sits at them as arrays, and what a table is worth: its weakest link."""

from typing import NamedTuple

import numpy as np

from services.matchmaking.engine.pairing.compiled import compiled
from services.matchmaking.engine.pairing.graph import Floats, Ints, Longs

LARGEST = 8
# What seating two people together once more costs: more than the best table is worth.
AGAIN = 10.0
# A table's ties add so much, next to its weakest link: among equals, and on the way there, stronger ones are better.
HINT = 0.02


class Seating(NamedTuple):
    """Person v sits at table[v], on seat[v]; table t has size[t] people: who[t, :size[t]].

    Who is known to v: other[start[v]:start[v + 1]], ascending, with the tie's weight, or -1 if they have sat together.
    """

    start: Longs
    other: Ints
    weight: Floats
    table: Ints
    seat: Ints
    who: Ints
    size: Ints
    value: Floats


@compiled
def tie(s: Seating, v: int, u: int) -> float:
    """The weight of a tie; 0 if there is none, -1 if the two have sat together."""
    low, high = s.start[v], s.start[v + 1]
    while low < high:
        middle = (low + high) // 2
        if s.other[middle] < u:
            low = middle + 1
        else:
            high = middle
    return s.weight[low] if low < s.start[v + 1] and s.other[low] == u else 0.0


@compiled
def value(s: Seating, people: Ints, size: int) -> tuple[float, float]:
    """The weakest link of a table, and what it counts in the search.

    The weakest link is the largest w such that ties of w and more connect all its people: the lightest tie of a
    spanning tree of greatest weight (Prim's), 0 if ties do not connect them.
    """
    reach = np.zeros(LARGEST)
    inside = np.zeros(LARGEST, np.bool_)
    at, weakest, total, again = 0, np.inf, 0.0, 0
    for _ in range(size - 1):
        inside[at] = True
        best = -1
        for i in range(size):
            if not inside[i]:
                link = tie(s, people[at], people[i])
                if link < 0.0:
                    again += 1
                reach[i] = max(reach[i], link)
                if best < 0 or reach[i] > reach[best]:
                    best = i
        at = best
        weakest = min(weakest, reach[at])
        total += reach[at]
    return weakest, weakest + HINT * total / (size - 1) - AGAIN * again


@compiled
def put(s: Seating, v: int, table: int, seat: int) -> None:
    """Seats a person; who sat there is somebody else's business."""
    s.who[table, seat] = v
    s.table[v], s.seat[v] = table, seat


@compiled
def swap(s: Seating, v: int, u: int) -> None:
    """Two people change places."""
    table, seat = s.table[v], s.seat[v]
    put(s, v, s.table[u], s.seat[u])
    put(s, u, table, seat)


@compiled
def move(s: Seating, v: int, table: int) -> None:
    """A person goes to a table that has room; the last one there takes the seat they leave."""
    old, seat = s.table[v], s.seat[v]
    s.size[old] -= 1
    put(s, s.who[old, s.size[old]], old, seat)
    put(s, v, table, s.size[table])
    s.size[table] += 1


@compiled
def weigh(s: Seating, table: int) -> float:
    """What a table counts in the search."""
    return value(s, s.who[table], s.size[table])[1]
