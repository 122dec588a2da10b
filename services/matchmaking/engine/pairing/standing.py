"""A pairing that stands and changes: arrays with room for more people and pairs, and what is taken at the moment."""

from typing import NamedTuple

import numpy as np

from services.matchmaking.engine.pairing.compiled import compiled
from services.matchmaking.engine.pairing.graph import Flags, Floats, Ints, Longs


class Standing(NamedTuple):
    """Pair k joins end[2k] and end[2k + 1]: its arcs 2k and 2k + 1 are in the lists of these people.

    A person's pairs are head[v], next[head[v]], ... as far as -1; their taken ones mine[v], after[mine[v]], ...
    """

    end: Ints
    next: Ints
    after: Ints
    weight: Floats  # of a pair; 0: must not be taken
    keep: Floats  # of a pair: what it is worth beyond its weight because people have seen it
    taken: Flags
    head: Ints
    mine: Ints
    budget: Longs
    used: Longs
    floor: Floats
    price: Floats
    group: Ints  # of a person, or -1
    cost: Floats  # of a walk's state, as in walks.py
    via: Ints
    stamp: Longs
    counters: Longs  # [people, pairs, walks, greatest number of a person's pairs in one group, looks left to a walk]


@compiled
def worth(s: Standing, k: int) -> float:
    """What taking a pair adds, floors aside."""
    return s.weight[k] + s.keep[k]


@compiled
def find(s: Standing, a: int, b: int) -> int:
    """The pair of two people, or -1; looks through both lists at once as far as the shorter one goes."""
    one, other = s.head[a], s.head[b]
    while one >= 0 and other >= 0:
        if s.end[one ^ 1] == b:
            return one >> 1
        if s.end[other ^ 1] == a:
            return other >> 1
        one, other = s.next[one], s.next[other]
    return -1


@compiled
def put_tie(s: Standing, a: int, b: int, weight: float) -> int:
    """Gives the pair of a and b this weight; there must be room for one more. Gives the pair."""
    k = find(s, a, b)
    if k < 0:
        k = s.counters[1]
        s.counters[1] += 1
        s.taken[k], s.keep[k] = False, 0.0
        join(s, k, a, b)
    s.weight[k] = weight
    return k


@compiled
def join(s: Standing, k: int, a: int, b: int) -> None:
    """Puts a pair into the lists of its people."""
    s.end[2 * k], s.end[2 * k + 1] = a, b
    for arc in (2 * k, 2 * k + 1):
        s.next[arc] = s.head[s.end[arc]]
        s.head[s.end[arc]] = arc


@compiled
def flip(s: Standing, k: int) -> float:
    """Takes a pair, or gives it up; gives what that adds to the objective, floors included."""
    sign = -1.0 if s.taken[k] else 1.0
    gain = sign * worth(s, k)
    for arc in (2 * k, 2 * k + 1):
        v = s.end[arc]
        if s.taken[k]:
            unlink(s, v, arc)
        else:
            s.after[arc] = s.mine[v]
            s.mine[v] = arc
        if s.used[v] == (1 if s.taken[k] else 0):
            gain += sign * s.floor[v]
        s.used[v] += -1 if s.taken[k] else 1
    s.taken[k] = not s.taken[k]
    return gain


@compiled
def unlink(s: Standing, v: int, arc: int) -> None:
    """Takes an arc out of the list of v's taken ones."""
    if s.mine[v] == arc:
        s.mine[v] = s.after[arc]
        return
    at = s.mine[v]
    while s.after[at] != arc:
        at = s.after[at]
    s.after[at] = s.after[arc]


@compiled
def in_group(s: Standing, v: int, group: int) -> int:
    """How many of v's taken pairs are with people of a group; none with people of no group (-1)."""
    count = 0
    if group >= 0:
        arc = s.mine[v]
        while arc >= 0:
            if s.group[s.end[arc ^ 1]] == group:
                count += 1
            arc = s.after[arc]
    return count


@compiled
def crowded(s: Standing, v: int) -> int:
    """A group of which v has more pairs than anybody may, or -1."""
    arc = s.mine[v]
    while arc >= 0:
        group = s.group[s.end[arc ^ 1]]
        if in_group(s, v, group) > s.counters[3]:
            return int(group)
        arc = s.after[arc]
    return -1


@compiled
def fill(s: Standing, taken: Flags) -> None:
    """Makes the lists of a new standing; pairs in ascending order."""
    for k in range(s.counters[1] - 1, -1, -1):
        join(s, k, s.end[2 * k], s.end[2 * k + 1])
    for k in range(len(taken)):
        if taken[k]:
            flip(s, k)


def room(s: Standing, people: int, pairs: int) -> Standing:
    """The same standing with places for so many more people and pairs than it has: its own arrays if they have."""
    people, pairs = people + int(s.counters[0]), pairs + int(s.counters[1])
    if people <= len(s.head) and pairs <= len(s.taken):
        return s
    people, pairs = max(people * 5 // 4, len(s.head)), max(pairs * 5 // 4, len(s.taken))
    size = {"end": 2 * pairs, "next": 2 * pairs, "after": 2 * pairs, "weight": pairs, "keep": pairs, "taken": pairs}
    size |= {"cost": 2 * people, "via": 2 * people, "stamp": 2 * people, "counters": len(s.counters)}
    return Standing(*(_longer(array, size.get(name, people)) for name, array in s._asdict().items()))


def _longer(array: np.ndarray, size: int) -> np.ndarray:
    grown = np.full(size, -1 if array.dtype == np.int32 else 0, array.dtype)
    grown[: len(array)] = array
    return grown
