# /// script
# requires-python = ">=3.11"
# dependencies = ["ortools==9.15.6755", "numpy>=2.2,<3"]
# ///
"""OR-Tools' min-cost flow on the double cover: pairs as flows from everybody to everybody; half of it is the bound of
linear programming. Run with `uv run --script`, in an environment of its own: OR-Tools wants an older protobuf than the
services do. Reads an .npz (a, b, weight, budget) and prints one JSON object; writes how often (0, 1, 2) each pair is
used to the second path."""

import json
import sys
import time

import numpy as np
from ortools.graph.python import min_cost_flow

SCALE = 1_000_000


def main(problem: str, used: str) -> None:
    """Builds the network, solves it, and takes the time of both."""
    data = np.load(problem)
    a, b, budget = data["a"].astype(np.int32), data["b"].astype(np.int32), data["budget"]
    started = time.perf_counter()
    people, pairs = len(budget), len(a)
    source, sink = np.full(people, 2 * people, np.int32), np.full(people, 2 * people + 1, np.int32)
    giving, taking = np.arange(people, dtype=np.int32), np.arange(people, 2 * people, dtype=np.int32)
    cost = -np.rint(data["weight"] * SCALE).astype(np.int64)
    nothing = np.zeros(people, np.int64)
    flow = min_cost_flow.SimpleMinCostFlow()
    arcs = flow.add_arcs_with_capacity_and_unit_cost(
        np.concatenate([source, a, b, taking, source[:1]]),
        np.concatenate([giving, b + people, a + people, sink, sink[:1]]),
        np.concatenate([budget, np.ones(2 * pairs, np.int64), budget, [budget.sum()]]),
        np.concatenate([nothing, cost, cost, nothing, [0]]),
    )
    flow.set_nodes_supplies(np.array([2 * people, 2 * people + 1]), np.array([budget.sum(), -budget.sum()]))
    if flow.solve() != flow.OPTIMAL:
        raise SystemExit("OR-Tools found no optimal flow")
    seconds = time.perf_counter() - started
    flows = flow.flows(arcs)[people : people + 2 * pairs]
    np.save(used, flows[:pairs] + flows[pairs:])
    print(json.dumps({"seconds": seconds, "bound": -flow.optimal_cost() / 2 / SCALE}))


main(*sys.argv[1:3])
