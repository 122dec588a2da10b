"""Pairs a whole conference at once: prices, what they decide, blossoms for the rest, and a proof."""

import numpy as np

from services.matchmaking.engine.pairing.blossom import search_all
from services.matchmaking.engine.pairing.copies import Core, copied, count_copies, lift, read
from services.matchmaking.engine.pairing.forest import forest
from services.matchmaking.engine.pairing.graph import Flags, Floats, Ints, Longs, near
from services.matchmaking.engine.pairing.market import Market, Pairing, worth
from services.matchmaking.engine.pairing.prices import descend, first_prices, reached, surplus, upper_bound
from services.matchmaking.engine.pairing.proof import inside, more_prices, net_prices, outside
from services.matchmaking.engine.pairing.repair import spread

SWEEPS = 8
# Pairs this far beyond, or short of, their people's prices are taken as decided; in units of how far weights spread.
MARGIN = 0.1
LEAST_MARGIN = 1e-3  # where all pairs weigh nearly the same, prices alone cannot say which are to be taken
# Up to so many edges among copies nothing is taken as decided, and the result is proven best.
SMALL = 2_000_000
# How much blossoms may look at for each edge and node; beyond that in any case; and where the best is to be proven.
# What is open then stays so. Counts, not seconds, so that the result is the same on every machine.
EFFORT_EACH, LEAST_EFFORT, PROOF_EFFORT = 10, 1_000_000, 8_000_000


def pair(market: Market, exact: bool | None = None) -> Pairing:
    """A pairing of (almost) greatest worth. ``exact``: prove it best; by default if the conference is small."""
    scale = max(float(np.max(market.weight, initial=0.0)), 1e-300)
    budget, floor = np.maximum(market.budget, 0), np.where(market.budget > 0, market.floor / scale, 0.0)
    useful = np.flatnonzero((market.weight > 0) & (budget[market.a] > 0) & (budget[market.b] > 0))
    if len(useful) == 0:
        return Pairing(np.zeros(len(market.a), np.bool_), 0.0, 0.0, np.zeros(len(budget)))
    a, b, weight = market.a[useful], market.b[useful], market.weight[useful] / scale
    if exact is None:
        exact = int((1 + budget[a] + budget[b]).sum()) <= SMALL
    margin = np.inf if exact else max(MARGIN * _spread(weight), LEAST_MARGIN)
    taken, bound, prices = _pair(a, b, weight, budget, floor, margin)
    everything = np.zeros(len(market.a), np.bool_)
    everything[useful[taken]] = True
    pairing = Pairing(everything, worth(market, everything), bound * scale, prices * scale)
    return pairing if market.group is None or market.most is None else spread(market, pairing)


def _pair(a: Ints, b: Ints, weight: Floats, budget: Longs, floor: Floats, margin: float) -> tuple[Flags, float, Floats]:
    people = len(budget)
    around = near(people, a, b)
    arc_weight = weight[around.edge]
    prices = first_prices(around, arc_weight, budget)
    descend(around, arc_weight, budget, floor, prices, SWEEPS)
    beyond = surplus(a, b, weight, prices)
    bound = upper_bound(beyond, budget, floor, prices)
    fixed, open_ = _decided(a, b, beyond, budget, margin)
    has = reached(people, a, b, fixed)
    left = budget - np.bincount(a[fixed], minlength=people) - np.bincount(b[fixed], minlength=people)
    core_of = np.flatnonzero(open_ & (left[a] > 0) & (left[b] > 0))
    bonus = np.where(has, 0.0, floor)
    core = Core(a[core_of], b[core_of], weight[core_of], left, np.maximum(prices, -bonus), bonus)
    first = count_copies(core)
    lift(core, first)
    copies = copied(core, first, _order(core))
    state = forest(copies.a, copies.b, copies.weight, copies.price, copies.mate)
    size = len(copies.a) + len(copies.mate)
    search_all(state, EFFORT_EACH * size + (PROOF_EFFORT if margin == np.inf else LEAST_EFFORT))
    taken = fixed.copy()
    taken[core_of[read(copies, len(core_of))]] = True
    _fill_up(a, b, weight, budget, floor, taken)
    net = net_prices(core, copies, state)
    second = weight[fixed].sum() + floor[has].sum() + inside(core, copies, state, net)
    second += outside(a, b, weight, fixed, core_of, net, more_prices(core, copies, state, net))
    return taken, min(bound, second), prices


def _order(core: Core) -> Longs:
    """Pairs in the order in which they are tried as mates: what is furthest beyond its price first; of equals, those
    whose people have least choice for each place, as others find somebody later, too (after Karp and Sipser)."""
    people = len(core.left)
    degree = np.bincount(core.a, minlength=people) + np.bincount(core.b, minlength=people)
    choice = degree / np.maximum(core.left, 1)
    beyond = surplus(core.a, core.b, core.weight, core.price)
    return np.lexsort((choice[core.a] + choice[core.b], -beyond.round(9)))


def _fill_up(a: Ints, b: Ints, weight: Floats, budget: Longs, floor: Floats, taken: Flags) -> None:
    """Takes pairs that still fit, those that add most first: there are some when blossoms were stopped."""
    left = budget - np.bincount(a[taken], minlength=len(budget)) - np.bincount(b[taken], minlength=len(budget))
    bonus = np.where(reached(len(budget), a, b, taken), 0.0, floor)
    fitting = np.flatnonzero(~taken & (left[a] > 0) & (left[b] > 0))
    for k in fitting[np.argsort(-(weight + bonus[a] + bonus[b])[fitting], kind="stable")]:
        if left[a[k]] > 0 and left[b[k]] > 0:
            taken[k] = True
            left[a[k]] -= 1
            left[b[k]] -= 1


def _spread(weight: Floats) -> float:
    """How far weights are apart: 1 if they are uniform in [0, 1]."""
    return float(weight.std()) * 12**0.5


def _decided(a: Ints, b: Ints, beyond: Floats, budget: Longs, margin: float) -> tuple[Flags, Flags]:
    """Pairs so far beyond their people's prices that they are taken, and those not so far short that they are not.

    Where one person's budget is one nothing is decided ahead: such pairs cost the rest little.
    """
    several = np.minimum(budget[a], budget[b]) > 1
    fixed = several & (beyond > margin)
    for ends in (a, b):
        full = np.bincount(a[fixed], minlength=len(budget)) + np.bincount(b[fixed], minlength=len(budget)) > budget
        fixed &= ~full[ends]
    return fixed, ~fixed & (~several | (beyond > -margin))


def warm() -> None:
    """Compiles everything, or loads it from numba's cache, so that nobody waits for that later."""
    ends = np.array([[0, 1], [1, 2], [0, 2], [2, 3]], np.int32).T
    market = Market(ends[0].copy(), ends[1].copy(), np.ones(4), np.array([2, 2, 2, 1]), np.zeros(4))
    for exact in (True, False):
        pair(market, exact)
