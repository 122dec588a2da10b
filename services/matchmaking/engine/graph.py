"""Weighted pairs of people, the graph they make, and walks of two steps over it."""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

# A person's strongest edges that are followed when candidates are looked for, and the candidates that are kept.
FOLLOWED = 40
FOUND = 40


@dataclass(frozen=True)
class Edges:
    """Distinct pairs a < b of ``people`` positions, ascending, with a weight above 0."""

    people: int
    a: Ints
    b: Ints
    weight: Floats

    def of(self, a: Ints, b: Ints) -> Floats:
        """The weight of each pair, in either direction; 0 without an edge."""
        wanted = np.minimum(a, b) * self.people + np.maximum(a, b)
        keys = self.a * self.people + self.b
        at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
        return np.where(keys[at] == wanted, self.weight[at], 0.0) if len(keys) else np.zeros(len(wanted))


class Graph(NamedTuple):
    """Person i's neighbours are ``other[start[i]:start[i + 1]]``, ascending; ``total[i]`` is the sum of the weights."""

    start: Ints
    other: Ints
    weight: Floats
    total: Floats


def add_up(people: int, a: Any, b: Any, amount: Any) -> Edges:
    """From rows in either direction, any number a pair; amounts of 0 and people beside themselves are left out."""
    a, b, amount = np.asarray(a, np.int64), np.asarray(b, np.int64), np.asarray(amount, np.float64)
    real = (amount > 0) & (a != b)
    keys, amount = (np.minimum(a, b) * people + np.maximum(a, b))[real], amount[real]
    order = np.argsort(keys, kind="stable")
    keys, amount = keys[order], amount[order]
    first = np.flatnonzero(np.r_[True, keys[1:] != keys[:-1]][: len(keys)])
    sums = np.add.reduceat(amount, first) if len(first) else amount
    return Edges(people, keys[first] // people, keys[first] % people, sums)


def join(people: int, *parts: Edges) -> Edges:
    """The pairs of all parts, weights added up."""
    a, b, weight = (np.concatenate([getattr(part, name) for part in parts]) for name in ("a", "b", "weight"))
    return add_up(people, a, b, weight)


def graph(edges: Edges) -> Graph:
    """Every edge from both its ends."""
    degree = np.bincount(edges.a, minlength=edges.people) + np.bincount(edges.b, minlength=edges.people)
    start = np.concatenate([[0], np.cumsum(degree)])
    other, weight = _both_ends(start, edges.a, edges.b, edges.weight)
    row = np.repeat(np.arange(edges.people), degree)
    # Without any edge bincount would count in whole numbers.
    total = np.bincount(row, weights=weight, minlength=edges.people).astype(np.float64)
    return Graph(start, other, weight, total)


def walks(near: Graph, a: Ints, b: Ints) -> Floats:
    """For each pair what two steps carry from a to b: a common neighbour c passes on what a sends to it, to its own
    neighbours in proportion: the sum of w(a,c) w(c,b) / total(c). The same from b to a."""
    # The longer list is spread out once for all its pairs and the shorter gone through: somebody whom everybody
    # knows costs no more.
    degree = np.diff(near.start)
    turned = (degree[a] > degree[b]) | ((degree[a] == degree[b]) & (a > b))
    few, many = np.where(turned, b, a), np.where(turned, a, b)
    order = np.argsort(many, kind="stable")
    carried = np.empty(len(order))
    carried[order] = _walks(*near, few[order], many[order])
    return carried


def strongest(near: Graph, limit: int = FOLLOWED) -> Graph:
    """Every person's ``limit`` heaviest edges, equals by position; one-sided now, totals as they were."""
    people = len(near.start) - 1
    degree = np.diff(near.start)
    row = np.repeat(np.arange(people), degree)
    many = np.flatnonzero(degree[row] > limit)  # nearly everybody has fewer, and is not sorted
    order = many[np.lexsort((near.other[many], -near.weight[many], row[many]))]
    first = np.r_[True, row[order][1:] != row[order][:-1]][: len(order)]
    place = np.arange(len(order)) - np.flatnonzero(first)[np.cumsum(first) - 1]
    keep = np.ones(len(row), bool)
    keep[order[place >= limit]] = False
    keep = np.flatnonzero(keep)
    return Graph(np.searchsorted(row[keep], np.arange(people + 1)), near.other[keep], near.weight[keep], near.total)


def two_steps_away(followed: Graph, people: Ints, welcome: NDArray[np.bool_]) -> tuple[Ints, Ints]:
    """Pairs (one of ``people``, somebody ``welcome``) who share a neighbour and are none: at most FOUND for each, those
    to whom walks carry most. ``followed``: from ``strongest``, so one person costs at most FOLLOWED squared."""
    return _two_steps_away(*followed, people, welcome, FOUND)


@njit(cache=True)
def _both_ends(start: Ints, a: Ints, b: Ints, weight: Floats) -> tuple[Ints, Floats]:
    """Neighbours and weights in rows; the edges are ascending, so those before a person come first, in order."""
    free, other, weights = start[:-1].copy(), np.empty(2 * len(a), np.int64), np.empty(2 * len(a))
    for row, column in ((b, a), (a, b)):
        for edge in range(len(row)):
            at = free[row[edge]]
            other[at], weights[at] = column[edge], weight[edge]
            free[row[edge]] += 1
    return other, weights


@njit(cache=True)
def _at(start: Ints, other: Ints, a: int, b: int) -> int:
    """Where b stands among a's neighbours, or -1."""
    low, high = start[a], start[a + 1]
    while low < high:
        middle = (low + high) // 2
        if other[middle] < b:
            low = middle + 1
        else:
            high = middle
    return low if low < start[a + 1] and other[low] == b else -1


@njit(cache=True)
def _walks(start: Ints, other: Ints, weight: Floats, total: Floats, few: Ints, many: Ints) -> Floats:
    carried, spread, last = np.zeros(len(few)), np.zeros(len(total)), np.int64(-1)
    for pair in range(len(few)):
        if many[pair] != last:
            if last >= 0:
                spread[other[start[last] : start[last + 1]]] = 0.0
            last = many[pair]
            for step in range(start[last], start[last + 1]):
                spread[other[step]] = weight[step] / total[other[step]]
        for step in range(start[few[pair]], start[few[pair] + 1]):
            carried[pair] += weight[step] * spread[other[step]]
    return carried


@njit(cache=True)
def _two_steps_away(
    start: Ints, other: Ints, weight: Floats, total: Floats, people: Ints, welcome: NDArray[np.bool_], limit: int
) -> tuple[Ints, Ints]:
    carried, reached = np.zeros(len(total)), np.empty(len(total), np.int64)
    pairs, found, best = np.empty((2, len(people) * limit), np.int64), 0, np.empty(limit, np.int64)
    for person in people:
        count = 0
        for step in range(start[person], start[person + 1]):
            common = other[step]
            for last in range(start[common], start[common + 1]):
                if carried[other[last]] == 0.0:
                    reached[count] = other[last]
                    count += 1
                carried[other[last]] += weight[step] * weight[last] / total[common]
        taken = 0
        for to in reached[:count]:
            if welcome[to] and to != person and _at(start, other, person, to) < 0:
                at = taken
                while at > 0 and (-carried[to], to) < (-carried[best[at - 1]], best[at - 1]):
                    if at < limit:
                        best[at] = best[at - 1]
                    at -= 1
                if at < limit:
                    best[at] = to
                    taken = min(taken + 1, limit)
        pairs[0, found : found + taken], pairs[1, found : found + taken] = person, best[:taken]
        found += taken
        carried[reached[:count]] = 0.0
    return pairs[0, :found], pairs[1, :found]
