"""The best walk that mends one person's pairs: taken and other pairs in turn, found by prices, a pair at most once."""

from heapq import heappop, heappush

import numpy as np

from services.matchmaking.engine.pairing.compiled import compiled
from services.matchmaking.engine.pairing.standing import Standing, crowded, flip, in_group, worth

# A walk looks at so much: arcs, and steps back to where it came from.
EFFORT = 1_000_000
# Gains below this are rounding.
NOTHING = 1e-9

Heap = list[tuple[float, np.int64]]


@compiled
def best_walk(s: Standing, root: int, over: int) -> int:
    """The state in which the best walk from ``root`` ends, or -1 if there is none.

    State 2v: v has a place to fill; 2v + 1: v has a pair too many (``over`` = 1 at the root). A walk may end with a
    place unfilled, or with a pair more where there is room for it. With prices p every step costs what the pair
    falls short of p (when it is taken up) or exceeds it (when given up), so the cheapest come first, and what a walk
    can still gain is known. Prices that are not quite right make it miss a walk, never take a wrong one.
    """
    s.counters[2] += 1
    s.counters[4] = EFFORT
    s.used[root] += 1 - 2 * over
    own = root_price(s, root, over)
    start = 2 * root + over
    s.cost[start], s.via[start], s.stamp[start] = 0.0, -1, s.counters[2]
    heap = [(0.0, np.int64(start))]
    best, last, most = -np.inf, -1, -own if over else own
    while len(heap) > 0 and s.counters[4] > 0:
        cost, found = heappop(heap)
        state = int(found)
        if cost > s.cost[state]:
            continue
        if most - cost <= best:
            break
        s.counters[4] -= 1
        end = ending(s, state)
        if end > -np.inf:
            end += gained(s, state)
            if end > best + NOTHING and permitted(s, state):
                best, last = end, state
        price = own if state == start else s.price[state >> 1]
        if state & 1:
            give_up(s, heap, state, price)
        else:
            take_up(s, heap, state, price)
    s.used[root] -= 1 - 2 * over
    return last


@compiled
def root_price(s: Standing, root: int, over: int) -> float:
    """A price for the root at which no first step costs less than nothing."""
    own = np.inf if over else -np.inf
    arc = s.mine[root] if over else s.head[root]
    while arc >= 0:
        pays = worth(s, arc >> 1) - s.price[s.end[arc ^ 1]]
        if over:
            own = min(own, pays)
        elif not s.taken[arc >> 1] and s.weight[arc >> 1] > 0.0:
            own = max(own, pays)
        arc = s.after[arc] if over else s.next[arc]
    return own


@compiled
def ending(s: Standing, state: int) -> float:
    """What ending here adds, by floors; minus infinity where there is no room for one more."""
    v = state >> 1
    if state & 1:
        if s.used[v] >= s.budget[v]:
            return -np.inf
        return s.floor[v] if s.used[v] == 0 else 0.0
    return -s.floor[v] if s.used[v] == 1 else 0.0


@compiled
def before(s: Standing, state: int) -> int:
    """The state a walk came from, or -1."""
    arc = s.via[state]
    return -1 if arc < 0 else 2 * s.end[arc] + 1 - (state & 1)


@compiled
def gained(s: Standing, state: int) -> float:
    """What the pairs of a walk add."""
    gain = 0.0
    while s.via[state] >= 0:
        s.counters[4] -= 1
        k = s.via[state] >> 1
        gain += -worth(s, k) if s.taken[k] else worth(s, k)
        state = before(s, state)
    return gain


@compiled
def permitted(s: Standing, state: int) -> bool:
    """Whether a walk leaves nobody with more pairs in a group than anybody may have."""
    if s.counters[3] >= len(s.budget):
        return True
    at, fine = state, True
    while s.via[at] >= 0:
        s.counters[4] -= 1
        flip(s, s.via[at] >> 1)
        at = before(s, at)
    at = state
    while at >= 0:
        fine = fine and crowded(s, at >> 1) < 0
        at = before(s, at)
    while s.via[state] >= 0:
        flip(s, s.via[state] >> 1)
        state = before(s, state)
    return fine


@compiled
def give_up(s: Standing, heap: Heap, state: int, price: float) -> None:
    """Steps from somebody with a pair too many: where a group is full, out of that group."""
    v, full = state >> 1, -1
    if s.via[state] >= 0:
        group = s.group[s.end[s.via[state]]]
        full = group if in_group(s, v, group) >= s.counters[3] else -1
    arc = s.mine[v]
    while arc >= 0 and s.counters[4] > 0:
        s.counters[4] -= 1
        other = s.end[arc ^ 1]
        if full < 0 or s.group[other] == full:
            step(s, heap, state, arc, worth(s, arc >> 1) - price - s.price[other])
        arc = s.after[arc]


@compiled
def take_up(s: Standing, heap: Heap, state: int, price: float) -> None:
    """Steps from somebody with a place to fill: into groups that are not full."""
    v = state >> 1
    capped = s.counters[3] < len(s.budget)
    gone = s.group[s.end[s.via[state]]] if s.via[state] >= 0 else -1
    arc = s.head[v]
    while arc >= 0 and s.counters[4] > 0:
        s.counters[4] -= 1
        k, other = arc >> 1, s.end[arc ^ 1]
        if s.weight[k] > 0.0 and not s.taken[k] and s.budget[other] > 0:
            group = s.group[other]
            if not capped or in_group(s, v, group) - (1 if group == gone else 0) < s.counters[3]:
                step(s, heap, state, arc, price + s.price[other] - worth(s, k))
        arc = s.next[arc]


@compiled
def step(s: Standing, heap: Heap, state: int, arc: int, cost: float) -> None:
    """Notes a step over an arc, unless its state was reached as cheaply or the walk has used the pair."""
    to = np.int64(2 * s.end[arc ^ 1] + 1 - (state & 1))
    total = s.cost[state] + max(cost, 0.0)
    if s.stamp[to] == s.counters[2] and s.cost[to] <= total:
        return
    at = state
    while s.via[at] >= 0:
        s.counters[4] -= 1
        if s.via[at] >> 1 == arc >> 1:
            return
        at = before(s, at)
    s.cost[to], s.via[to], s.stamp[to] = total, arc, s.counters[2]
    heappush(heap, (total, to))
