"""A second upper bound, from the blossoms: it is reached exactly when nothing had to be decided ahead of them."""

import numpy as np

from services.matchmaking.engine.pairing.compiled import compiled
from services.matchmaking.engine.pairing.copies import Copies, Core
from services.matchmaking.engine.pairing.forest import Forest
from services.matchmaking.engine.pairing.graph import Flags, Floats, Ints, Longs


@compiled
def net_prices(core: Core, copies: Copies, f: Forest) -> Floats:
    """What a pair has to bring each person at least: the price of the cheapest copy, less its bonus."""
    net = np.maximum(core.price, -core.bonus)
    for v in range(len(net)):
        for copy in range(copies.first[v], copies.first[v + 1]):
            own = f.price[copy] - (core.bonus[v] if copy == copies.first[v] else 0.0)
            net[v] = own if copy == copies.first[v] else min(net[v], own)
    return net


@compiled
def inside(core: Core, copies: Copies, f: Forest, net: Floats) -> float:
    """No pairing of the core is worth more (Edmonds): the prices of vertices, and of odd sets as often as they can
    hold a pair. Copies that were left out of the graph count at the price they would have."""
    total, nodes = 0.0, len(f.mate)
    size = np.zeros(len(f.price), np.int64)
    for vertex in range(nodes):
        total += f.price[vertex]
        ring = f.parent[vertex]
        while ring >= 0:
            size[ring] += 1
            ring = f.parent[ring]
    for ring in range(nodes, len(size)):
        if size[ring] > 0:
            total += f.price[ring] * ((size[ring] - 1) // 2)
    for k in range(len(core.a)):
        if copies.side[k] >= 0:
            total -= core.weight[k] + 2 * max(core.bonus[core.a[k]], core.bonus[core.b[k]])
    for v in range(len(net)):
        missing = core.left[v] - (copies.first[v + 1] - copies.first[v])
        if copies.first[v + 1] == copies.first[v] and net[v] < 0.0:
            total += core.bonus[v] + net[v]
        elif copies.first[v + 1] == copies.first[v]:
            total += core.bonus[v] + missing * net[v]
        else:
            total += missing * max(net[v], 0.0)
    return total


@compiled
def more_prices(core: Core, copies: Copies, f: Forest, net: Floats) -> Floats:
    """What one more place would be worth to each person at most: a price that covers every edge without the help of
    odd sets, as the new copy would be in none. Meant for people who have no bonus left."""
    more = net.copy()
    for j in range(len(copies.a)):
        k = copies.origin[j]
        if copies.side[k] < 0:
            a, b = core.a[k], core.b[k]
            more[a] = max(more[a], copies.weight[j] - f.price[copies.b[j]])
            more[b] = max(more[b], copies.weight[j] - f.price[copies.a[j]])
        elif copies.a[j] < copies.side[k]:
            v = core.a[k] if copies.b[j] == copies.side[k] else core.b[k]
            more[v] = max(more[v], copies.weight[j] - f.price[copies.b[j]])
    return more


@compiled
def outside(a: Ints, b: Ints, weight: Floats, fixed: Flags, core_of: Longs, net: Floats, more: Floats) -> float:
    """What the bound has to allow for pairs decided ahead: giving one up frees two places, which bring ``more`` at
    most; taking one up needs two, which cost ``net`` at least."""
    total = 0.0
    in_core = np.zeros(len(a), np.bool_)
    in_core[core_of] = True
    for k in range(len(a)):
        if fixed[k]:
            total += max(more[a[k]] + more[b[k]] - weight[k], 0.0)
        elif not in_core[k]:
            total += max(weight[k] - net[a[k]] - net[b[k]], 0.0)
    return total
