"""Mends a pairing where something changed, in milliseconds: by the best walks from the people it leaves wanting."""

from typing import NamedTuple

import numpy as np

from services.matchmaking.engine.pairing.compiled import compiled
from services.matchmaking.engine.pairing.graph import Flags, Floats, Longs
from services.matchmaking.engine.pairing.market import Market, Pairing
from services.matchmaking.engine.pairing.market import worth as worth_of
from services.matchmaking.engine.pairing.prices import best_price, put_offer
from services.matchmaking.engine.pairing.standing import (
    Standing,
    crowded,
    fill,
    flip,
    in_group,
    put_tie,
    room,
    worth,
)
from services.matchmaking.engine.pairing.walks import NOTHING, before, best_walk

# After a change so many people at most set their price anew; their neighbours do when it moved by more than MOVED.
REPRICED, MOVED = 200, 1e-3
NO_LIMIT = np.iinfo(np.int64).max

Log = list[np.int64]


class Tie(NamedTuple):
    """The pair of two people is worth ``weight`` from now on; 0: it must not be taken (met, blocked, declined)."""

    a: int
    b: int
    weight: float


class Budget(NamedTuple):
    """A person can have so many pairs from now on; the person after the last one is new."""

    person: int
    places: int
    floor: float = 0.0
    group: int = -1


def standing(market: Market, pairing: Pairing, shown: Flags | None = None, keep: float = 0.0) -> Standing:
    """A pairing that can be mended; weights of the order of 1. ``keep``: what a pair that was ``shown`` is worth beyond
    its weight."""
    people, pairs = len(market.budget), len(market.a)
    grouped = market.group is not None and market.most is not None
    s = Standing(
        end=np.stack([market.a, market.b], axis=1).astype(np.int32).ravel(),
        next=np.full(2 * pairs, -1, np.int32),
        after=np.full(2 * pairs, -1, np.int32),
        weight=market.weight.astype(np.float64),
        keep=np.zeros(pairs) if shown is None else np.where(shown, keep, 0.0),
        taken=np.zeros(pairs, np.bool_),
        head=np.full(people, -1, np.int32),
        mine=np.full(people, -1, np.int32),
        budget=np.maximum(market.budget, 0),
        used=np.zeros(people, np.int64),
        floor=np.where(market.budget > 0, market.floor, 0.0),
        price=pairing.prices.copy(),
        group=np.asarray(market.group).astype(np.int32) if grouped else np.full(people, -1, np.int32),
        cost=np.zeros(2 * people),
        via=np.full(2 * people, -1, np.int32),
        stamp=np.zeros(2 * people, np.int64),
        counters=np.array([people, pairs, 0, market.most if grouped else NO_LIMIT, 0]),
    )
    fill(s, pairing.taken)
    return s


def spread(market: Market, pairing: Pairing) -> Pairing:
    """The pairing with nobody having more than ``most`` pairs with one group: what is too much is given up, and mended
    as after any change. The bound is that without this rule: valid, but not tight."""
    if market.most is not None and market.most < 1:
        raise ValueError(f"most is {market.most}: nobody could be paired with anybody of a group; take 1 or more")
    s = standing(market, pairing)
    everybody = np.arange(len(market.budget))
    repair(s, everybody, np.empty(0, np.int64))
    repair(s, everybody[:0], np.flatnonzero(~s.taken & (market.weight > s.price[market.a] + s.price[market.b])))
    return Pairing(s.taken, worth_of(market, s.taken), pairing.bound, pairing.prices)


def change(s: Standing, ties: list[Tie], budgets: list[Budget], keep: float = 0.0) -> tuple[Standing, Longs, Longs]:
    """Makes the changes and mends what they break. Gives the standing, which replaces ``s``, and the pairs that are
    newly taken and those given up; what is taken now counts as shown, worth ``keep`` more than it weighs."""
    people = max([int(s.counters[0]), *(budget.person + 1 for budget in budgets)])
    s = room(s, people - int(s.counters[0]), len(ties))
    s.counters[0] = people
    for person, places, floor, group in budgets:
        new = s.head[person] < 0
        s.price[person] = -floor if new else max(s.price[person], -floor)
        s.budget[person], s.floor[person], s.group[person] = max(places, 0), floor if places > 0 else 0.0, group
    pairs = np.array([put_tie(s, tie.a, tie.b, max(tie.weight, 0.0)) for tie in ties], np.int64)
    flipped, times = np.unique(repair(s, np.array([b.person for b in budgets], np.int64), pairs), return_counts=True)
    flipped = flipped[times % 2 == 1]
    s.keep[flipped] = np.where(s.taken[flipped], keep, 0.0)
    return s, flipped[s.taken[flipped]], flipped[~s.taken[flipped]]


@compiled
def repair(s: Standing, people: Longs, pairs: Longs) -> Longs:
    """Mends around people and pairs that have changed; gives the pairs that were taken or given up, in turn."""
    log = [np.int64(0) for _ in range(0)]
    todo = list(people)
    for k in pairs:
        if s.taken[k] and s.weight[k] <= 0.0:
            note(s, k, log)
            todo.append(np.int64(s.end[2 * k]))
            todo.append(np.int64(s.end[2 * k + 1]))
    at = 0
    while at < len(todo):
        group = crowded(s, todo[at])
        if group >= 0:
            k = lightest(s, todo[at], group)
            todo.append(np.int64(s.end[2 * k] + s.end[2 * k + 1] - todo[at]))
            note(s, k, log)
        else:
            at += 1
    for v in todo:
        mend(s, v, log)
    for k in pairs:
        if s.weight[k] > 0.0 and s.budget[s.end[2 * k]] > 0 and s.budget[s.end[2 * k + 1]] > 0:
            attempt(s, k, log)
    reprice(s, todo, pairs, log)
    return np.array(log, np.int64)


@compiled
def note(s: Standing, k: int, log: Log) -> float:
    """Takes a pair or gives it up, and writes that down; gives what it adds."""
    log.append(np.int64(k))
    return flip(s, k)


@compiled
def lightest(s: Standing, v: int, group: int) -> int:
    """Of v's taken pairs, in a group if that is not -1, the one worth least."""
    found, arc = -1, s.mine[v]
    while arc >= 0:
        if group < 0 or s.group[s.end[arc ^ 1]] == group:
            k = arc >> 1
            if found < 0 or worth(s, k) < worth(s, found) or (worth(s, k) == worth(s, found) and k < found):
                found = k
        arc = s.after[arc]
    return found


@compiled
def mend(s: Standing, v: int, log: Log) -> float:
    """Fills v's places and takes away what is too much, by best walks; gives what that adds."""
    gain = 0.0
    while s.used[v] != s.budget[v]:
        over = 1 if s.used[v] > s.budget[v] else 0
        last = best_walk(s, v, over)
        if last < 0 and over:
            gain += note(s, lightest(s, v, -1), log)
        elif last < 0 or s.via[last] < 0:
            break
        else:
            while s.via[last] >= 0:
                gain += note(s, s.via[last] >> 1, log)
                last = before(s, last)
    return gain


@compiled
def attempt(s: Standing, k: int, log: Log) -> None:
    """Takes a pair, or gives it up, and mends what follows; takes all that back unless it pays."""
    mark, gain = len(log), 0.0
    ends = [s.end[2 * k], s.end[2 * k + 1]]
    for end in range(2):
        v, group = ends[end], s.group[ends[1 - end]]
        if not s.taken[k] and in_group(s, v, group) >= s.counters[3]:
            other = lightest(s, v, group)
            ends.append(s.end[2 * other] + s.end[2 * other + 1] - v)
            gain += note(s, other, log)
    gain += note(s, k, log)
    for v in ends:
        gain += mend(s, v, log)
    if gain <= NOTHING:
        while len(log) > mark:
            flip(s, int(log.pop()))


@compiled
def reprice(s: Standing, people: list[np.int64], pairs: Longs, log: Log) -> None:
    """Sets prices anew around what has changed, as in prices.py."""
    queue = list(people)
    for k in pairs:
        log.append(np.int64(k))
    for k in log:
        queue.append(np.int64(s.end[2 * k]))
        queue.append(np.int64(s.end[2 * k + 1]))
    for _ in pairs:
        log.pop()
    room = np.empty(max(s.budget.max(), 1) + 1)
    at = 0
    while at < min(len(queue), REPRICED):
        v = int(queue[at])
        at += 1
        new = own_price(s, v, room[: max(s.budget[v], 1) + 1])
        if abs(new - s.price[v]) > MOVED:
            arc = s.head[v]
            while arc >= 0 and len(queue) < REPRICED:
                queue.append(np.int64(s.end[arc ^ 1]))
                arc = s.next[arc]
        s.price[v] = new


@compiled
def own_price(s: Standing, v: int, offers: Floats) -> float:
    """The price that is best for v given everybody else's."""
    if s.budget[v] <= 0:
        return 0.0
    found, degree, arc = 0, 0, s.head[v]
    while arc >= 0:
        k, other = arc >> 1, s.end[arc ^ 1]
        arc = s.next[arc]
        if s.weight[k] > 0.0 and s.budget[other] > 0:
            degree += 1
            offer = worth(s, k) - s.price[other]
            if offer > -s.floor[v]:
                found = put_offer(offers, found, offer)
    return best_price(offers, found, s.budget[v], degree, s.floor[v])
