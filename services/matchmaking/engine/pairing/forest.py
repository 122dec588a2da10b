"""The state of the blossom algorithm: prices, mates, nested blossoms, and the labels of the search under way."""

from typing import NamedTuple

import numpy as np

from services.matchmaking.engine.pairing.compiled import compiled
from services.matchmaking.engine.pairing.graph import Floats, Ints, Longs, Near, near

NONE, OUTER, INNER = 0, 1, 2
TOLERANCE = 1e-10


class Forest(NamedTuple):
    """Nodes 0..n-1 are vertices, the rest blossoms: odd cycles of nodes, as rings of children.

    ``price`` is y of a vertex, z of a blossom. Of a node that has a label, the price is meant as of time ``since``:
    prices of outer vertices fall with time, of inner ones rise; z moves twice as fast the other way.
    """

    near: Near
    a: Ints
    b: Ints
    weight: Floats
    price: Floats
    mate: Longs  # of a vertex: the vertex it is matched to, or -1
    top: Longs  # of a vertex: the outermost node it is in
    base: Longs  # of a node: its vertex that is matched outside it, or free
    parent: Longs  # of a node: the blossom it is a child of, or -1
    first: Longs  # of a blossom: the child that holds the base
    next: Longs  # of a child: its successor in the ring, by the edge (near_end, far_end)
    prev: Longs
    near_end: Longs
    far_end: Longs
    label: Ints
    since: Floats
    tail: Longs  # of a labelled node: it was reached by the edge (tail, head); -1 at the root
    head: Longs
    spare: Longs  # names for new blossoms, spare[: counters[0]] are free
    counters: Longs  # [spare names, labelled nodes, marks handed out, searches, work]
    labelled: Longs  # nodes that got a label in this search
    seen: Floats  # of a vertex without label: the earliest time at which a search can reach it
    seen_by: Longs  # the search that is meant by ``seen``
    mark: Longs


@compiled
def forest(a: Ints, b: Ints, weight: Floats, price: Floats, mate: Longs) -> Forest:
    """A forest without blossoms over edges (a[k], b[k]); ``mate`` is written to.

    ``price`` must cover every edge, and mates' edges exactly.
    """
    n = len(mate)
    size = n + n // 2 + 1
    prices = np.zeros(size)
    prices[:n] = price
    ids = np.arange(size)
    spare = ids[n:][::-1].copy()
    return Forest(
        near(n, a, b),
        a,
        b,
        weight,
        prices,
        mate,
        ids[:n].copy(),
        ids.copy(),
        np.full(size, -1),
        np.full(size, -1),
        np.full(size, -1),
        np.full(size, -1),
        np.full(size, -1),
        np.full(size, -1),
        np.zeros(size, np.int32),
        np.zeros(size),
        np.full(size, -1),
        np.full(size, -1),
        spare,
        np.array([len(spare), 0, 0, 0, 0]),
        np.empty(4 * size, np.int64),
        np.full(n, np.inf),
        np.zeros(n, np.int64),
        np.zeros(size, np.int64),
    )


@compiled
def first_leaf(f: Forest, node: int) -> int:
    """The first vertex inside a node; go on with ``next_leaf``."""
    while node >= len(f.mate):
        node = f.first[node]
    return node


@compiled
def next_leaf(f: Forest, leaf: int, node: int) -> int:
    """The vertex after ``leaf`` inside ``node``, or -1."""
    at = leaf
    while at != node:
        parent = f.parent[at]
        if f.next[at] != f.first[parent]:
            return first_leaf(f, f.next[at])
        at = parent
    return -1


@compiled
def price_at(f: Forest, vertex: int, time: float) -> float:
    """A vertex's price at a time of the search."""
    node = f.top[vertex]
    if f.label[node] == OUTER:
        return f.price[vertex] - (time - f.since[node])
    if f.label[node] == INNER:
        return f.price[vertex] + (time - f.since[node])
    return f.price[vertex]


@compiled
def put_label(f: Forest, node: int, label: int, tail: int, head: int, time: float) -> None:
    """Labels an outermost node."""
    f.label[node] = label
    f.since[node] = time
    f.tail[node] = tail
    f.head[node] = head
    f.labelled[f.counters[1]] = node
    f.counters[1] += 1


@compiled
def settle(f: Forest, node: int, time: float) -> None:
    """Takes a node's label away and writes its prices as of ``time``."""
    sign = -1.0 if f.label[node] == OUTER else 1.0
    by = sign * (time - f.since[node])
    f.label[node] = NONE
    if by == 0.0:
        return
    if node >= len(f.mate):
        f.price[node] = max(f.price[node] - 2 * by, 0.0)
    leaf = first_leaf(f, node)
    while leaf >= 0:
        f.counters[4] += 1
        f.price[leaf] = max(f.price[leaf] + by, 0.0)
        leaf = next_leaf(f, leaf, node)


@compiled
def settle_all(f: Forest, time: float) -> None:
    """Ends a search."""
    for i in range(f.counters[1]):
        node = f.labelled[i]
        if f.label[node] != NONE:
            settle(f, node, time)
    f.counters[1] = 0


@compiled
def sooner(f: Forest, vertex: int, time: float) -> bool:
    """Notes when the search can reach a vertex without label; False if it can as soon by another edge."""
    if f.seen_by[vertex] == f.counters[3] and f.seen[vertex] <= time:
        return False
    f.seen[vertex], f.seen_by[vertex] = time, f.counters[3]
    return True


@compiled
def rebase(f: Forest, node: int, vertex: int) -> None:
    """Turns the matching inside a node so that ``vertex`` is the one matched outside it."""
    # A list of its own: numba's cache breaks functions that call themselves.
    todo = [(np.int64(node), np.int64(vertex))]
    while len(todo) > 0:
        ring, base = todo.pop()
        if ring < len(f.mate):
            continue
        child = base
        while f.parent[child] != ring:
            f.counters[4] += 1
            child = f.parent[child]
        todo.append((np.int64(child), np.int64(base)))
        turn(f, ring, child, todo)
        f.first[ring] = child
        f.base[ring] = base


@compiled
def turn(f: Forest, ring: np.int64, child: np.int64, todo: list[tuple[np.int64, np.int64]]) -> None:
    """Matches the other children of a ring two by two, and notes what that asks of their insides."""
    steps = 0
    at = f.first[ring]
    while at != child:
        f.counters[4] += 1
        at = f.next[at]
        steps += 1
    forward = steps % 2 == 1
    at = child
    while at != f.first[ring]:
        f.counters[4] += 1
        # The even way round: forward from an odd place, backward from an even one.
        one = f.next[at] if forward else f.prev[at]
        two = f.next[one] if forward else f.prev[one]
        joint, other = (one, two) if forward else (two, one)
        u, v = f.near_end[joint], f.far_end[joint]
        todo.append((np.int64(joint), np.int64(u)))
        todo.append((np.int64(other), np.int64(v)))
        f.mate[u], f.mate[v] = v, u
        at = two
