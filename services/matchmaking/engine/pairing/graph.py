"""Candidate pairs as arrays, and who is next to whom in them."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from services.matchmaking.engine.pairing.compiled import compiled

Ints = NDArray[np.int32]
Longs = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


class Near(NamedTuple):
    """Compressed adjacency: person v's arcs are start[v] to start[v + 1], each with the other end and the edge."""

    start: Longs
    other: Ints
    edge: Ints


@compiled
def near(people: int, a: Ints, b: Ints) -> Near:
    """The adjacency of edges (a[k], b[k])."""
    start = np.zeros(people + 1, np.int64)
    for k in range(len(a)):
        start[a[k] + 1] += 1
        start[b[k] + 1] += 1
    for v in range(people):
        start[v + 1] += start[v]
    at = start[:-1].copy()
    other, edge = np.empty(2 * len(a), np.int32), np.empty(2 * len(a), np.int32)
    for k in range(len(a)):
        for v, u in ((a[k], b[k]), (b[k], a[k])):
            other[at[v]], edge[at[v]] = u, k
            at[v] += 1
    return Near(start, other, edge)
