"""What is paired: who may meet whom, what that is worth, how many fit; and what comes out."""

from dataclasses import dataclass, replace

import numpy as np

from services.matchmaking.engine.pairing.graph import Flags, Floats, Ints, Longs
from services.matchmaking.engine.pairing.prices import reached


@dataclass(frozen=True)
class Market:
    """Who may be paired with whom: pair k joins people a[k] != b[k], worth weight[k].

    ``budget``: pairs a person can have. ``floor``: what reaching that person at all adds to the objective, in units
    of weight: 0 for a plain maximum, about 2 so that hardly anybody is left out whom anything could reach.
    ``group``: each person's team or the like, -1 for none; nobody gets more than ``most`` pairs with one group.
    """

    a: Ints
    b: Ints
    weight: Floats
    budget: Longs
    floor: Floats
    group: Ints | None = None
    most: int | None = None


@dataclass(frozen=True)
class Pairing:
    """Which pairs are ``taken``; what they are worth, floors included; and what no pairing can exceed."""

    taken: Flags
    objective: float
    bound: float
    prices: Floats

    @property
    def gap(self) -> float:
        """How far from best this can be at most, as a share of the bound."""
        return max(self.bound - self.objective, 0.0) / self.bound if self.bound > 0 else 0.0


def worth(market: Market, taken: Flags) -> float:
    """The objective of a pairing: the weight of its pairs and the floors of the people they reach."""
    has = reached(len(market.budget), market.a, market.b, taken)
    return float(market.weight[taken].sum() + market.floor[has].sum())


def by_groups(market: Market, factor: Floats) -> Market:
    """What organizers want of groups: a pair of groups g and h weighs factor[g, h] = factor[h, g] times as much, and
    is not allowed if that is 0. Pairs with people of no group weigh what they did."""
    if market.group is None or factor.shape != (len(factor), len(factor)) or (factor != factor.T).any():
        raise ValueError("factor: give people groups, and a square symmetric matrix with a row for each group")
    if (factor < 0).any() or market.group.max(initial=-1) >= len(factor):
        raise ValueError("factor: no entry may be negative, and each group needs a row")
    one, other = market.group[market.a], market.group[market.b]
    return replace(market, weight=market.weight * np.where((one < 0) | (other < 0), 1.0, factor[one, other]))
