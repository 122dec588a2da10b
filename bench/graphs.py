"""Two families of candidate graphs, seeded: a few hubs who know very many, and people who know whom they sit near."""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

FAMILIES = ("power-law", "geometric")
WEIGHTS = {"equal": 1, "three": 3, "ten": 10}


class Graph(NamedTuple):
    """``people`` and their candidate pairs: edge k joins a[k] < b[k] (int32) with weight[k] in (0, 1)."""

    people: int
    a: NDArray[np.int32]
    b: NDArray[np.int32]
    weight: NDArray[np.float64]


def make(family: str, people: int, edges: int, seed: int = 1) -> Graph:
    """A graph of the family with about ``edges`` pairs; the same for the same arguments."""
    rng = np.random.default_rng(seed)
    if family == "power-law":
        return power_law(people, edges, rng)
    if family == "geometric":
        return geometric(people, edges, rng)
    raise ValueError(f"{family!r} is no family of graphs: take one of {', '.join(FAMILIES)}")


def weighed(graph: Graph, weights: str, seed: int = 1) -> Graph:
    """The same pairs with few different weights, drawn evenly from 1/n to 1."""
    n = WEIGHTS[weights]
    drawn = np.random.default_rng(seed).integers(1, n + 1, len(graph.weight)) / n
    return graph._replace(weight=drawn)


def power_law(people: int, edges: int, rng: np.random.Generator, exponent: float = 2.5) -> Graph:
    """Chung and Lu's random graph: degrees follow a power law, weights are uniform.

    ValueError for more than half of all pairs.
    """
    if 4 * edges > people * (people - 1):
        raise ValueError(f"{edges} edges are too many for {people} people; give at most half of all pairs")
    popularity = (np.arange(people) + 10.0) ** (-1 / (exponent - 1))
    cumulated = np.cumsum(popularity / popularity.sum())
    keys = np.empty(0, np.int64)
    while len(keys) < edges:
        ends = np.searchsorted(cumulated, rng.random((2, edges))).clip(max=people - 1)
        low, high = ends.min(axis=0), ends.max(axis=0)
        drawn = np.concatenate([keys, (low * people + high)[low != high]])
        _, first = np.unique(drawn, return_index=True)
        keys = drawn[np.sort(first)][:edges]
    return _graph(people, keys, rng.random(edges), rng)


def geometric(people: int, edges: int, rng: np.random.Generator) -> Graph:
    """Points in a square, paired when near; weights fall with the distance, by 7 % from side by side to just in reach.

    At 5,000 people with one place each the best pairing is worth 99.9 % of the linear program's bound; the steeper
    weights fall, the more is lost to odd cycles of near people (1.7 % where they fall to nothing).
    """
    radius = (2 * edges / (np.pi * people**2)) ** 0.5
    points = rng.random((people, 2))
    points = points[np.argsort((points[:, 0] / radius).astype(np.int64), kind="stable")]
    a, b, distance = _near(points, radius)
    return _graph(people, a * people + b, np.exp(-distance / radius / 14), rng)


def _graph(people: int, keys: NDArray[np.int64], weight: NDArray[np.float64], rng: np.random.Generator) -> Graph:
    """People renamed at random, so that nothing can be read off their numbers."""
    name = rng.permutation(people)
    one, other = name[keys // people], name[keys % people]
    a, b = np.minimum(one, other), np.maximum(one, other)
    order = np.lexsort((b, a))
    kept = np.clip(weight, 1e-6, 1 - 1e-6)[order]
    return Graph(people, a[order].astype(np.int32), b[order].astype(np.int32), kept)


@njit(cache=True)
def _near(
    points: NDArray[np.float64], radius: float
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Pairs within ``radius``; points come in columns of that width."""
    a, b, distance = [0 for _ in range(0)], [0 for _ in range(0)], [0.0 for _ in range(0)]
    start = 0
    for i in range(len(points)):
        while int(points[start, 0] / radius) < int(points[i, 0] / radius) - 1:
            start += 1
        for j in range(start, i):
            dy = points[i, 1] - points[j, 1]
            if abs(dy) < radius:
                d = (dy * dy + (points[i, 0] - points[j, 0]) ** 2) ** 0.5
                if d < radius:
                    a.append(j)
                    b.append(i)
                    distance.append(d)
    return np.array(a), np.array(b), np.array(distance)
