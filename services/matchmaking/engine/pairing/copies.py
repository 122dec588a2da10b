"""Pairing under budgets as pairing with budget one: as many copies of a person as places are left to them."""

from typing import NamedTuple

import numpy as np

from services.matchmaking.engine.pairing.compiled import compiled
from services.matchmaking.engine.pairing.graph import Flags, Floats, Ints, Longs


class Core(NamedTuple):
    """The pairs still to be decided, and their people: places left, price, and what being reached at all adds."""

    a: Ints
    b: Ints
    weight: Floats
    left: Longs
    price: Floats  # not below -bonus
    bonus: Floats


class Copies(NamedTuple):
    """A graph for the blossom algorithm, with prices that are feasible and mates that are tight in it.

    Person v's copies are nodes first[v] to first[v + 1]; the first brings the bonus. A pair of people of several
    copies each must not be taken twice: it gets two nodes of its own, side[k] and side[k] + 1, one for each end, and
    is taken when both are matched to copies. When they are matched to each other it is not. Other pairs
    (side[k] < 0) join copies directly.
    """

    first: Longs
    side: Longs
    a: Ints
    b: Ints
    weight: Floats
    price: Floats
    mate: Longs
    origin: Ints


@compiled
def count_copies(core: Core) -> Longs:
    """One copy for each place, but no more than could be of use, and one: it shows that a place has no price."""
    people = len(core.left)
    degree = np.zeros(people, np.int64)
    for k in range(len(core.a)):
        degree[core.a[k]] += 1
        degree[core.b[k]] += 1
    first = np.zeros(people + 1, np.int64)
    for v in range(people):
        first[v + 1] = first[v] + (min(core.left[v], degree[v] + 1) if degree[v] else 0)
    return first


@compiled
def lift(core: Core, first: Longs) -> None:
    """Raises prices of people with one copy until every direct pair of theirs is covered, and no more than that.

    Afterwards most of them have a pair that is exactly paid for, which the blossom algorithm can start from.
    """
    for k in range(len(core.a)):
        u, v = core.a[k], core.b[k]
        beyond = core.weight[k] - core.price[u] - core.price[v]
        if beyond > 0.0 and first[u + 1] - first[u] == 1:
            core.price[u] += beyond
        elif beyond > 0.0 and first[v + 1] - first[v] == 1:
            core.price[v] += beyond


@compiled
def lay_out(core: Core, first: Longs) -> tuple[Longs, int, int]:
    """Names the pairs' own nodes; gives them, and how many nodes and edges there will be."""
    side = np.full(len(core.a), -1)
    nodes, edges = first[-1], 0
    for k in range(len(core.a)):
        one, two = first[core.a[k] + 1] - first[core.a[k]], first[core.b[k] + 1] - first[core.b[k]]
        if one > 1 and two > 1:
            side[k] = nodes
            nodes += 2
            edges += 1 + one + two
        else:
            edges += one * two
    return side, nodes, edges


@compiled
def copied(core: Core, first: Longs, order: Longs) -> Copies:
    """Builds the graph. ``order``: pairs, those to be tried as mates first."""
    side, nodes, edges = lay_out(core, first)
    one, two = np.empty(edges, np.int32), np.empty(edges, np.int32)
    worth, origin = np.empty(edges), np.empty(edges, np.int32)
    at = 0
    for k in range(len(core.a)):
        before, a, b = at, core.a[k], core.b[k]
        if side[k] >= 0:
            height = max(core.bonus[a], core.bonus[b])
            one[at], two[at], worth[at] = side[k], side[k] + 1, core.weight[k] + 2 * height
            at += 1
            for end, v in ((0, a), (1, b)):
                for copy in range(first[v], first[v + 1]):
                    one[at], two[at] = copy, side[k] + end
                    worth[at] = core.weight[k] + height + (core.bonus[v] if copy == first[v] else 0.0)
                    at += 1
        else:
            for copy in range(first[a], first[a + 1]):
                for other in range(first[b], first[b + 1]):
                    one[at], two[at], worth[at] = copy, other, core.weight[k]
                    worth[at] += core.bonus[a] if copy == first[a] else 0.0
                    worth[at] += core.bonus[b] if other == first[b] else 0.0
                    at += 1
        origin[before:at] = k
    price, mate = start(core, first, side, nodes, order)
    return Copies(first, side, one, two, worth, price, mate, origin)


@compiled
def start(core: Core, first: Longs, side: Longs, nodes: int, order: Longs) -> tuple[Floats, Longs]:
    """Prices of all nodes, and the first mates."""
    price, mate = np.zeros(nodes), np.full(nodes, -1)
    for v in range(len(core.price)):
        if first[v + 1] > first[v]:
            price[first[v] : first[v + 1]] = max(core.price[v], 0.0)
            price[first[v]] = max(core.price[v] + core.bonus[v], 0.0)
    free = first[:-1].copy()
    for k in order:
        beyond = core.weight[k] - core.price[core.a[k]] - core.price[core.b[k]]
        if side[k] >= 0:
            price_sides(core, side[k], k, beyond, price, mate)
        if beyond >= (0.0 if side[k] >= 0 else -1e-12) and fits(core, first, free, k):
            mate_sides(core, side[k], k, free, mate)
        elif side[k] >= 0 and abs(beyond) <= 1e-12:  # as good left as taken, which equal weights make common
            mate[side[k]], mate[side[k] + 1] = side[k] + 1, side[k]
    return price, mate


@compiled
def fits(core: Core, first: Longs, free: Longs, k: int) -> bool:
    """Whether both people of a pair have a copy left for which it is exactly paid."""
    for v in (core.a[k], core.b[k]):
        if free[v] == first[v + 1] or (core.price[v] < 0.0 and free[v] > first[v]):
            return False
    return True


@compiled
def price_sides(core: Core, side: int, k: int, beyond: float, price: Floats, mate: Longs) -> None:
    """Prices a pair's own nodes; if the pair is not worth its people's prices they are each other's mates."""
    a, b = core.a[k], core.b[k]
    height = max(core.bonus[a], core.bonus[b])
    if beyond >= 0.0:
        price[side] = core.weight[k] + height - core.price[a]
        price[side + 1] = core.weight[k] + height - core.price[b]
        return
    low = max(0.0, core.weight[k] + height - core.price[a])
    high = min(core.weight[k] + 2 * height, height + core.price[b])
    price[side] = (low + high) / 2
    price[side + 1] = core.weight[k] + 2 * height - price[side]
    mate[side], mate[side + 1] = side + 1, side


@compiled
def mate_sides(core: Core, side: int, k: int, free: Longs, mate: Longs) -> None:
    """Takes a pair."""
    u, v = core.a[k], core.b[k]
    if side < 0:
        mate[free[u]], mate[free[v]] = free[v], free[u]
    else:
        mate[free[u]], mate[side] = side, free[u]
        mate[free[v]], mate[side + 1] = side + 1, free[v]
    free[u] += 1
    free[v] += 1


@compiled
def read(copies: Copies, pairs: int) -> Flags:
    """Which pairs are taken."""
    taken = np.zeros(pairs, np.bool_)
    people_end = copies.first[-1]
    for k in range(pairs):
        if copies.side[k] >= 0:
            one, two = copies.mate[copies.side[k]], copies.mate[copies.side[k] + 1]
            taken[k] = 0 <= one < people_end and 0 <= two < people_end
    for j in range(len(copies.a)):
        if copies.side[copies.origin[j]] < 0 and copies.mate[copies.a[j]] == copies.b[j]:
            taken[copies.origin[j]] = True
    return taken
