"""Edmonds' blossom algorithm from any start: one search for each vertex that is free though it has a price."""

from heapq import heappop, heappush

import numpy as np

from services.matchmaking.engine.pairing.compiled import compiled
from services.matchmaking.engine.pairing.forest import (
    INNER,
    NONE,
    OUTER,
    TOLERANCE,
    Forest,
    first_leaf,
    next_leaf,
    price_at,
    put_label,
    rebase,
    settle_all,
    sooner,
)
from services.matchmaking.engine.pairing.rings import expand, shrink

Heap = list[tuple[float, np.int64]]

# The work after which a search is put off until the shorter ones are done.
FIRST_EFFORT = 1_000


@compiled
def push_arcs(f: Forest, heap: Heap, vertex: int, time: float, zero: float) -> None:
    """Queues the edges of a newly outer vertex at the time they become tight, if that is before ``zero``."""
    here = f.top[vertex]
    price = price_at(f, vertex, time)
    f.counters[4] += 1 + f.near.start[vertex + 1] - f.near.start[vertex]
    for arc in range(f.near.start[vertex], f.near.start[vertex + 1]):
        other = f.near.other[arc]
        node = f.top[other]
        if node == here or f.label[node] == INNER:
            continue
        edge = f.near.edge[arc]
        slack = price + price_at(f, other, time) - f.weight[edge]
        if f.label[node] == OUTER:
            if time + slack / 2 < zero:
                heappush(heap, (time + slack / 2, np.int64(2 * arc)))
        elif time + slack < zero and sooner(f, other, time + slack):
            heappush(heap, (time + slack, arc_code(f, arc, node)))


@compiled
def arc_code(f: Forest, arc: int, node: int) -> np.int64:
    """How the heap names an arc to an unlabelled node: of those tight at once it takes arcs to free nodes first."""
    return np.int64(2 * (arc - (len(f.near.edge) if f.mate[f.base[node]] < 0 else 0)))


@compiled
def pull_arcs(f: Forest, heap: Heap, vertex: int, time: float, zero: float) -> None:
    """Queues the edges from outer vertices to one that has lost its label."""
    f.seen[vertex] = np.inf
    f.counters[4] += 1 + f.near.start[vertex + 1] - f.near.start[vertex]
    for arc in range(f.near.start[vertex], f.near.start[vertex + 1]):
        other = f.near.other[arc]
        if f.label[f.top[other]] == OUTER:
            slack = f.price[vertex] + price_at(f, other, time) - f.weight[f.near.edge[arc]]
            if time + slack < zero and sooner(f, vertex, time + slack):
                heappush(heap, (time + slack, np.int64(2 * arc)))


@compiled
def earliest_zero(f: Forest, node: int, time: float, zero: float, vertex: int) -> tuple[float, int]:
    """When, and at which vertex, the first price of an outer node will be nothing, if before ``zero``."""
    leaf = first_leaf(f, node)
    while leaf >= 0:
        at = time + price_at(f, leaf, time)
        if at < zero:
            zero, vertex = at, leaf
        leaf = next_leaf(f, leaf, node)
    return zero, vertex


@compiled
def scan(f: Forest, heap: Heap, node: int, time: float, zero: float) -> None:
    """Queues the edges of every vertex of a newly outer node."""
    leaf = first_leaf(f, node)
    while leaf >= 0:
        push_arcs(f, heap, leaf, time, zero)
        leaf = next_leaf(f, leaf, node)


@compiled
def put_inner(f: Forest, heap: Heap, node: int, time: float) -> None:
    """Queues the end of a blossom that became inner."""
    if node >= len(f.mate):
        heappush(heap, (time + f.price[node] / 2, np.int64(2 * node + 1)))


@compiled
def flip(f: Forest, outer: int, partner: int) -> None:
    """Swaps along the way from an outer vertex to the root; ``outer`` gets ``partner``, or nobody (-1)."""
    while True:
        node = f.top[outer]
        rebase(f, node, outer)
        f.mate[outer] = partner
        if partner >= 0:
            f.mate[partner] = outer
        if f.tail[node] < 0:
            return
        inner = f.top[f.tail[node]]
        partner = f.head[inner]
        outer = f.tail[inner]
        rebase(f, inner, partner)


@compiled
def reach(f: Forest, heap: Heap, u: int, v: int, time: float, zero: float, at: int) -> tuple[bool, float, int]:
    """The edge from outer u to unlabelled v is tight: augments (True), or grows the tree by v's node and its mate."""
    node = f.top[v]
    base = f.base[node]
    if f.mate[base] < 0:
        rebase(f, node, v)
        flip(f, u, v)
        return True, zero, at
    put_label(f, node, INNER, u, v, time)
    put_inner(f, heap, node, time)
    mate = f.mate[base]
    outer = f.top[mate]
    put_label(f, outer, OUTER, base, mate, time)
    zero, at = earliest_zero(f, outer, time, zero, at)
    scan(f, heap, outer, time, zero)
    return False, zero, at


@compiled
def close(f: Forest, heap: Heap, u: int, v: int, time: float, zero: float, at: int) -> tuple[float, int]:
    """Shrinks the cycle closed by the tight edge (u, v); its inner vertices become outer."""
    ring = shrink(f, u, v, time)
    child = f.first[ring]
    while True:
        if f.since[child] < 0.0:
            leaf = first_leaf(f, child)
            while leaf >= 0:
                if time + f.price[leaf] < zero:
                    zero, at = time + f.price[leaf], leaf
                leaf = next_leaf(f, leaf, child)
        child = f.next[child]
        if child == f.first[ring]:
            break
    while True:
        if f.since[child] < 0.0:
            scan(f, heap, child, time, zero)
        child = f.next[child]
        if child == f.first[ring]:
            return zero, at


@compiled
def open_up(f: Forest, heap: Heap, ring: int, time: float, zero: float, at: int) -> tuple[float, int]:
    """Expands an inner blossom and queues what that makes possible."""
    first = expand(f, ring, time)
    child = first
    while True:
        if f.label[child] == OUTER:
            zero, at = earliest_zero(f, child, time, zero, at)
        elif f.label[child] == INNER:
            put_inner(f, heap, child, time)
        child = f.next[child]
        if child == first:
            break
    while True:
        leaf = first_leaf(f, child)
        while leaf >= 0:
            if f.label[child] == OUTER:
                push_arcs(f, heap, leaf, time, zero)
            elif f.label[child] == NONE:
                pull_arcs(f, heap, leaf, time, zero)
            leaf = next_leaf(f, leaf, child)
        child = f.next[child]
        if child == first:
            return zero, at


@compiled
def search_all(f: Forest, effort: int) -> None:
    """Searches until no vertex with a price is free: then the matching is of greatest weight; or until about
    ``effort`` work is done (arcs, vertices and events looked at). Searches that take long are put off.
    """
    each, put_off = FIRST_EFFORT, True
    while put_off and f.counters[4] < effort:
        put_off = False
        for vertex in range(len(f.mate)):
            if f.mate[vertex] < 0 and f.price[vertex] > TOLERANCE and f.counters[4] < effort:
                put_off |= not search(f, vertex, min(f.counters[4] + each, effort))
        each *= 4


@compiled
def search(f: Forest, root: int, effort: int) -> bool:
    """Ends with the free vertex ``root`` matched, or a vertex of price nothing free in its stead; or, when all work
    done is beyond ``effort``, with the one of least price that was found free in its stead (False). The prices are
    feasible in any case."""
    heap = [(0.0, np.int64(0)) for _ in range(0)]
    f.counters[3] += 1
    node = f.top[root]
    put_label(f, node, OUTER, -1, root, 0.0)
    zero, at = earliest_zero(f, node, 0.0, np.inf, root)
    scan(f, heap, node, 0.0, zero)
    while len(heap) > 0 and heap[0][0] < zero and f.counters[4] < effort:
        time, code = heappop(heap)
        f.counters[4] += 1
        if code & 1:
            ring = int(code >> 1)
            if f.label[ring] == INNER and time >= f.since[ring] + f.price[ring] / 2 - TOLERANCE:
                zero, at = open_up(f, heap, ring, time, zero, at)
            continue
        u, v, slack = tightness(f, int(code >> 1) % len(f.near.edge), time)
        there = f.label[f.top[v]]
        if slack > TOLERANCE:
            if slack < np.inf:
                heappush(heap, (time + (slack / 2 if there == OUTER else slack), code))
        elif there == OUTER:
            zero, at = close(f, heap, u, v, time, zero, at)
        else:
            done, zero, at = reach(f, heap, u, v, time, zero, at)
            if done:
                settle_all(f, time)
                return True
    complete = len(heap) == 0 or heap[0][0] >= zero
    flip(f, at, -1)
    settle_all(f, zero if complete else heap[0][0])
    return complete


@compiled
def tightness(f: Forest, arc: int, time: float) -> tuple[int, int, float]:
    """An arc's ends, an outer one first, and its slack; infinite when the arc is no longer of use."""
    edge = f.near.edge[arc]
    u, v = int(f.a[edge]), int(f.b[edge])
    if f.label[f.top[u]] != OUTER:
        u, v = v, u
    if f.label[f.top[u]] != OUTER or f.top[u] == f.top[v] or f.label[f.top[v]] == INNER:
        return u, v, np.inf
    return u, v, price_at(f, u, time) + price_at(f, v, time) - f.weight[edge]
