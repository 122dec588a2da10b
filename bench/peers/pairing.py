"""Runs the peers on a market and says what each reached, in the same run as ours."""

import time
from collections.abc import Callable

import numpy as np
import rustworkx
from numba import njit
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

from services.matchmaking.engine.pairing.graph import Flags, Floats, Ints, Longs
from services.matchmaking.engine.pairing.market import Market

# OR-Tools' costs are whole numbers.
SCALE = 1_000_000
# rustworkx takes more than two minutes at 20,000 people.
EXACT_PEOPLE = 5_000


class Clock:
    """Seconds on the wall and of this process's CPU since it was made."""

    def __init__(self) -> None:
        self._wall, self._cpu = time.perf_counter(), time.process_time()

    def read(self) -> dict[str, float]:
        """Both, as a report names them."""
        return {"seconds": time.perf_counter() - self._wall, "cpu_seconds": time.process_time() - self._cpu}


@njit(cache=True)
def first_come(a: Ints, b: Ints, budget: Longs, order: Longs, taken: Flags) -> None:
    """Takes pairs in order while both have places; ``taken`` pairs have theirs already."""
    left = budget.copy()
    for k in range(len(a)):
        if taken[k]:
            left[a[k]] -= 1
            left[b[k]] -= 1
    for k in order:
        if not taken[k] and left[a[k]] > 0 and left[b[k]] > 0:
            taken[k] = True
            left[a[k]] -= 1
            left[b[k]] -= 1


def greedy(market: Market) -> dict[str, float]:
    """The heaviest pair that still fits, again and again; b-Suitor gives the same."""
    nobody = np.zeros(0, np.int32)
    first_come(nobody, nobody, market.budget, np.zeros(0, np.int64), np.zeros(0, np.bool_))  # compiles
    clock = Clock()
    taken = np.zeros(len(market.a), np.bool_)
    first_come(market.a, market.b, market.budget, np.argsort(-market.weight, kind="stable"), taken)
    return {**_reached(market.weight, taken), **clock.read()}


def min_cost_flow(market: Market) -> dict[str, float]:
    """OR-Tools on the double cover: pairs as flows from everybody to everybody. Half of its worth is the bound of
    linear programming; what it uses half is rounded greedily, which its seconds leave out."""
    clock = Clock()
    people, pairs = len(market.budget), len(market.a)
    source, sink = np.full(people, 2 * people, np.int32), np.full(people, 2 * people + 1, np.int32)
    giving, taking = np.arange(people, dtype=np.int32), np.arange(people, 2 * people, dtype=np.int32)
    cost, nothing = -np.rint(market.weight * SCALE).astype(np.int64), np.zeros(people, np.int64)
    supply = int(market.budget.sum())
    flow = SimpleMinCostFlow()
    arcs = flow.add_arcs_with_capacity_and_unit_cost(
        np.concatenate([source, market.a, market.b, taking, source[:1]]),
        np.concatenate([giving, market.b + people, market.a + people, sink, sink[:1]]),
        np.concatenate([market.budget, np.ones(2 * pairs, np.int64), market.budget, [supply]]),
        np.concatenate([nothing, cost, cost, nothing, [0]]),
    )
    flow.set_nodes_supplies(np.array([2 * people, 2 * people + 1]), np.array([supply, -supply]))
    if flow.solve() != flow.OPTIMAL:
        raise SystemExit("OR-Tools found no optimal flow")
    seconds = clock.read()
    flows = flow.flows(arcs)[people : people + 2 * pairs]
    uses = flows[:pairs] + flows[pairs:]
    taken, halves = uses == 2, np.flatnonzero(uses == 1)
    first_come(market.a, market.b, market.budget, halves[np.argsort(-market.weight[halves])], taken)
    return {**_reached(market.weight, taken), **seconds, "bound": -flow.optimal_cost() / 2 / SCALE}


def exact(market: Market, most: int = EXACT_PEOPLE) -> dict[str, float] | None:
    """rustworkx's maximum-weight matching; only where everybody has one place, and for ``most`` people."""
    people = len(market.budget)
    if people > most or (market.budget != 1).any():
        return None
    graph = rustworkx.PyGraph()
    graph.add_nodes_from(range(people))
    scaled = np.rint(market.weight * 1e9).astype(np.int64)
    graph.add_edges_from(list(zip(market.a.tolist(), market.b.tolist(), range(len(scaled)), strict=True)))
    clock = Clock()
    matching = rustworkx.max_weight_matching(graph, max_cardinality=False, weight_fn=lambda k: int(scaled[k]))
    seconds = clock.read()
    taken = np.zeros(len(scaled), np.bool_)
    taken[[graph.get_edge_data(u, v) for u, v in matching]] = True
    return {**_reached(market.weight, taken), **seconds}


PEERS: dict[str, Callable[[Market], dict[str, float] | None]] = {
    "greedy": greedy,
    "min_cost_flow": min_cost_flow,
    "rustworkx": exact,
}


def _reached(weight: Floats, taken: Flags) -> dict[str, float]:
    return {"objective": float(weight[taken].sum()), "pairs": int(taken.sum())}
