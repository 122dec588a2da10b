"""Small markets for tests, and the best pairing of one by trying every subset of its pairs."""

from collections import Counter

import numpy as np

from services.matchmaking.engine.pairing.market import Market

Edges = dict[tuple[int, int], float]


def market(
    edges: Edges, budgets: list[int], floors: list[float], group: list[int] | None = None, most: int | None = None
) -> Market:
    pairs = np.array(list(edges), np.int32).reshape(-1, 2)
    return Market(
        pairs[:, 0].copy(),
        pairs[:, 1].copy(),
        np.array(list(edges.values()), np.float64),
        np.array(budgets),
        np.array(floors),
        None if group is None else np.array(group),
        most,
    )


def fits(pairs: list[tuple[int, int]], budgets: list[int], group: list[int], most: int) -> bool:
    """Whether nobody has more pairs than their budget, nor more than ``most`` with one group."""
    load = Counter(v for pair in pairs for v in pair)
    company = Counter((v, group[u]) for a, b in pairs for v, u in ((a, b), (b, a)) if group[u] >= 0)
    return all(load[v] <= budgets[v] for v in load) and all(count <= most for count in company.values())


def best_of_all(
    edges: Edges, budgets: list[int], floors: list[float], group: list[int] | None = None, most: int = 99
) -> float:
    pairs = list(edges.items())
    of = group or [-1] * len(budgets)

    def go_on(at: int, chosen: list[tuple[int, int]]) -> float:
        if at == len(pairs):
            return sum(floors[v] for v in {v for pair in chosen for v in pair})
        pair, weight = pairs[at]
        without = go_on(at + 1, chosen)
        if weight <= 0 or not fits([*chosen, pair], budgets, of, most):
            return without
        return max(without, weight + go_on(at + 1, [*chosen, pair]))

    return go_on(0, [])
