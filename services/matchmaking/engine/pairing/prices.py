"""Dual coordinate descent: a price for everybody's attention; what a pair is worth beyond two prices decides."""

import numpy as np

from services.matchmaking.engine.pairing.compiled import compiled
from services.matchmaking.engine.pairing.graph import Flags, Floats, Ints, Longs, Near

# A price that moved less than this share of the heaviest pair does not make its neighbours think again.
STILL = 1e-5


@compiled
def put_offer(offers: Floats, found: int, offer: float) -> int:
    """Puts an offer among the ``found`` best so far, if it is one of them; gives how many there are then."""
    places = len(offers)
    if found == places and offer <= offers[places - 1]:
        return found
    at = min(found, places - 1)
    while at > 0 and offers[at - 1] < offer:
        offers[at] = offers[at - 1]
        at -= 1
    offers[at] = offer
    return min(found + 1, places)


@compiled
def best_offers(near: Near, arc_weight: Floats, price: Floats, v: int, least: float, offers: Floats) -> int:
    """Writes what v's best pairs would pay, best first, if above ``least``; gives how many."""
    found = 0
    for arc in range(near.start[v], near.start[v + 1]):
        offer = arc_weight[arc] - price[near.other[arc]]
        if offer > least:
            found = put_offer(offers, found, offer)
    return found


@compiled
def first_prices(near: Near, arc_weight: Floats, budget: Longs) -> Floats:
    """Half the weight of each person's last pair that fits, as if both people of every pair paid the same."""
    price, free = np.zeros(len(budget)), np.zeros(len(budget))
    room = np.empty(max(budget.max(), 1))
    for v in range(len(price)):
        found = best_offers(near, arc_weight, free, v, 0.0, room[: max(budget[v], 1)])
        if budget[v] > 0 and found == budget[v]:
            price[v] = room[budget[v] - 1] / 2
    return price


@compiled
def best_price(offers: Floats, found: int, budget: int, degree: int, floor: float) -> float:
    """The middle of the prices that are best given these offers; negative only for whom nobody would pay for."""
    if found == 0:
        return -floor
    if offers[0] < 0.0:
        return (offers[0] + (max(offers[1], -floor) if found > 1 else -floor)) / 2
    if degree <= budget or found < budget or offers[budget - 1] < 0.0:
        return 0.0
    first_out = max(offers[budget], 0.0) if found > budget else 0.0
    return (offers[budget - 1] + first_out) / 2


@compiled
def descend(near: Near, arc_weight: Floats, budget: Longs, floor: Floats, price: Floats, sweeps: int) -> None:
    """Sets each person's price, in turn, again and again, to the middle of those that are best given the others':
    between what the best pairs that fit the budget and the best that does not would pay.

    The middle, because prices at an edge of what is best get stuck there together (docs/matching.md).
    """
    people = len(price)
    stale = np.ones(people, np.bool_)
    room = np.empty(max(budget.max(), 1) + 1)
    for sweep in range(sweeps):
        for i in range(people):
            v = i if sweep % 2 == 0 else people - 1 - i
            if not stale[v]:
                continue
            stale[v] = False
            offers = room[: max(budget[v], 1) + 1]
            found = best_offers(near, arc_weight, price, v, -floor[v], offers)
            new = best_price(offers, found, budget[v], near.start[v + 1] - near.start[v], floor[v])
            if abs(new - price[v]) > STILL:
                stale[near.other[near.start[v] : near.start[v + 1]]] = True
            price[v] = new


@compiled
def surplus(a: Ints, b: Ints, weight: Floats, price: Floats) -> Floats:
    """What each pair is worth beyond the prices of both."""
    beyond = np.empty(len(a))
    for k in range(len(a)):
        beyond[k] = weight[k] - price[a[k]] - price[b[k]]
    return beyond


@compiled
def upper_bound(beyond: Floats, budget: Longs, floor: Floats, price: Floats) -> float:
    """No matching is worth more, floors included, whatever the prices not below -floor (weak duality)."""
    total = 0.0
    for v in range(len(price)):
        total += floor[v] + (budget[v] * price[v] if price[v] > 0.0 else price[v])
    for k in range(len(beyond)):
        total += max(beyond[k], 0.0)
    return total


@compiled
def reached(people: int, a: Ints, b: Ints, taken: Flags) -> Flags:
    """Who has a pair."""
    has = np.zeros(people, np.bool_)
    for k in range(len(a)):
        if taken[k]:
            has[a[k]] = True
            has[b[k]] = True
    return has
