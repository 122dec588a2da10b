"""Runs the peers on a market and says what each reached, in the same run as ours."""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import rustworkx
from numba import njit

from services.matchmaking.engine.pairing.graph import Flags, Floats, Ints, Longs
from services.matchmaking.engine.pairing.solve import Market

FLOW = Path(__file__).with_name("min_cost_flow.py")
FLOW_SECONDS = 600
# rustworkx takes more than two minutes at 20,000 people.
EXACT_PEOPLE = 5_000


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
    started = time.perf_counter()
    taken = np.zeros(len(market.a), np.bool_)
    first_come(market.a, market.b, market.budget, np.argsort(-market.weight, kind="stable"), taken)
    return {"objective": _worth(market.weight, taken), "seconds": time.perf_counter() - started}


def min_cost_flow(market: Market) -> dict[str, float]:
    """OR-Tools on the double cover; what it uses half is rounded greedily (not counted in its seconds)."""
    with tempfile.TemporaryDirectory() as folder:
        problem, used = Path(folder) / "problem.npz", Path(folder) / "used.npy"
        np.savez(problem, a=market.a, b=market.b, weight=market.weight, budget=market.budget)
        uv = Path(sys.executable).with_name("uv")
        command = [uv, "run", "--quiet", "--no-project", "--script", FLOW, problem, used]
        done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=FLOW_SECONDS)
        if done.returncode:
            raise SystemExit(f"the peer min_cost_flow failed: {done.stderr.strip()[-500:]}")
        result: dict[str, float] = json.loads(done.stdout)
        halves = np.load(used)
    taken = halves == 2
    order = np.flatnonzero(halves == 1)
    first_come(market.a, market.b, market.budget, order[np.argsort(-market.weight[order])], taken)
    return {"objective": _worth(market.weight, taken), **result}


def exact(market: Market) -> dict[str, float] | None:
    """rustworkx's maximum-weight matching; only where everybody has one place, and few people."""
    people = len(market.budget)
    if people > EXACT_PEOPLE or (market.budget != 1).any():
        return None
    graph = rustworkx.PyGraph()
    graph.add_nodes_from(range(people))
    scaled = np.rint(market.weight * 1e9).astype(np.int64)
    graph.add_edges_from(list(zip(market.a.tolist(), market.b.tolist(), range(len(scaled)), strict=True)))
    started = time.perf_counter()
    matching = rustworkx.max_weight_matching(graph, max_cardinality=False, weight_fn=lambda k: int(scaled[k]))
    seconds = time.perf_counter() - started
    taken = [graph.get_edge_data(u, v) for u, v in matching]
    return {"objective": float(market.weight[taken].sum()), "seconds": seconds}


PEERS: dict[str, Callable[[Market], dict[str, float] | None]] = {
    "greedy": greedy,
    "min_cost_flow": min_cost_flow,
    "rustworkx": exact,
}


def _worth(weight: Floats, taken: Flags) -> float:
    return float(weight[taken].sum())
