"""Odd cycles become blossoms, and inner blossoms whose price has fallen to nothing come apart again."""

from services.matchmaking.engine.pairing.compiled import compiled
from services.matchmaking.engine.pairing.forest import (
    INNER,
    NONE,
    OUTER,
    Forest,
    first_leaf,
    next_leaf,
    put_label,
    settle,
)


@compiled
def above(f: Forest, node: int) -> int:
    """The outer node two steps nearer to the root than an outer node, or -1 at the root."""
    if f.tail[node] < 0:
        return -1
    inner = f.top[f.tail[node]]
    return f.top[f.tail[inner]]


@compiled
def meeting(f: Forest, one: int, two: int) -> int:
    """The outer node in which the ways of two outer nodes to the root meet; both climb in turn."""
    f.counters[2] += 1
    now = f.counters[2]
    while True:
        f.counters[4] += 1
        if one >= 0:
            if f.mark[one] == now:
                return one
            f.mark[one] = now
            one = above(f, one)
        one, two = two, one


@compiled
def join(f: Forest, ring: int, one: int, two: int, u: int, v: int) -> None:
    """Makes ``two`` the successor of ``one`` by the edge (u, v)."""
    f.next[one], f.prev[two] = two, one
    f.near_end[one], f.far_end[one] = u, v
    f.parent[one] = ring


@compiled
def shrink(f: Forest, u: int, v: int, time: float) -> int:
    """Makes a blossom of the cycle that the edge (u, v) between outer nodes closes; gives its name.

    Children that were inner keep ``since`` < 0 as a sign that their vertices are newly outer.
    """
    meet = meeting(f, f.top[u], f.top[v])
    f.counters[0] -= 1
    ring = f.spare[f.counters[0]]
    tail, head = f.tail[meet], f.head[meet]
    at, end = f.top[u], u
    previous, entry = f.top[v], v  # the ring is built from the closing edge backwards: meet ... u, v ... meet
    join(f, ring, at, previous, end, entry)
    while at != meet:
        before = f.top[f.tail[at]]
        join(f, ring, before, at, f.tail[at], f.head[at])
        at = before
    at = f.top[v]
    while at != meet:
        after = f.top[f.tail[at]]
        join(f, ring, at, after, f.head[at], f.tail[at])
        at = after
    f.first[ring], f.base[ring], f.parent[ring] = meet, f.base[meet], -1
    f.price[ring] = 0.0
    child = meet
    while True:
        was_inner = f.label[child] == INNER
        settle(f, child, time)
        f.since[child] = -1.0 if was_inner else 0.0
        child = f.next[child]
        if child == meet:
            break
    leaf = first_leaf(f, ring)
    while leaf >= 0:
        f.counters[4] += 1
        f.top[leaf] = ring
        leaf = next_leaf(f, leaf, ring)
    put_label(f, ring, OUTER, tail, head, time)
    return ring


@compiled
def free_children(f: Forest, ring: int) -> None:
    """Makes the children outermost nodes; their ring stays readable until the names are used again."""
    child = f.first[ring]
    while True:
        f.parent[child] = -1
        leaf = first_leaf(f, child)
        while leaf >= 0:
            f.counters[4] += 1
            f.top[leaf] = child
            leaf = next_leaf(f, leaf, child)
        child = f.next[child]
        if child == f.first[ring]:
            break
    f.spare[f.counters[0]] = ring
    f.counters[0] += 1


@compiled
def expand(f: Forest, ring: int, time: float) -> int:
    """Takes an inner blossom apart: children on the even way from where the search came in to the base stay in the
    tree, inner and outer in turn, the others lose their label. Gives the child that holds the base."""
    tail, head = f.tail[ring], f.head[ring]
    settle(f, ring, time)
    f.label[ring] = NONE
    base_child = f.first[ring]
    free_children(f, ring)
    entry = f.top[head]
    steps = 0
    at = base_child
    while at != entry:
        at = f.next[at]
        steps += 1
    forward = steps % 2 == 1
    put_label(f, entry, INNER, tail, head, time)
    at = entry
    while at != base_child:
        one = f.next[at] if forward else f.prev[at]
        two = f.next[one] if forward else f.prev[one]
        u, v = (f.near_end[at], f.far_end[at]) if forward else (f.far_end[one], f.near_end[one])
        put_label(f, one, OUTER, u, v, time)
        u, v = (f.near_end[one], f.far_end[one]) if forward else (f.far_end[two], f.near_end[two])
        put_label(f, two, INNER, u, v, time)
        at = two
    return base_child
