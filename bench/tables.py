"""How good and how fast the seating at small tables is: beside OR-Tools' proven best of small cases, and at scale."""

import argparse
import json
import sys
import time
from collections.abc import Iterator
from itertools import combinations
from typing import Any

import numpy as np
from ortools.sat.python import cp_model

from bench.graphs import FAMILIES, Graph, make
from bench.peers.pairing import Clock
from services.matchmaking.engine.tables.solve import Tables, seat, sizes, together

# People and table size of the cases that OR-Tools proves.
SMALL = ((12, 3), (12, 4), (15, 5), (17, 4), (18, 6), (20, 4))


def main() -> None:
    """One JSON object on standard output."""
    parser = argparse.ArgumentParser(prog="python -m bench.tables", description=__doc__)
    parser.add_argument("--people", type=int, default=5_000)
    parser.add_argument("--size", type=int, default=6)
    parser.add_argument("--rounds", type=int, default=3, help="of a series: nobody sits with the same person twice")
    parser.add_argument("--seeds", type=int, default=3, help="of each small case and family")
    options = parser.parse_args()
    seat(4, *_ties(make("geometric", 4, 4)), nobody(), 4)  # compiles
    print(json.dumps({"small": list(small(options.seeds)), "large": list(large(options))}, indent=1))


def nobody() -> np.ndarray:
    """No two have met."""
    return np.empty((0, 2), np.int32)


def _ties(graph: Graph) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return graph.a, graph.b, graph.weight


def small(seeds: int) -> Iterator[dict[str, Any]]:
    """Two rounds of each small case, ours and OR-Tools' from the same people who have met."""
    for people, size in SMALL:
        for family in FAMILIES:
            for seed in range(1, seeds + 1):
                graph, met = make(family, people, 2 * people, seed), nobody()
                for round_ in (1, 2):
                    say(f"{people} people, tables of {size}, {family}, seed {seed}, round {round_}")
                    clock = Clock()
                    found = seat(people, *_ties(graph), met, size)
                    spent = clock.read()
                    best = proven(graph, met, size)
                    yield {
                        "people": people, "size": size, "family": family, "seed": seed, "round": round_,
                        "sum_of_weakest": float(found.weakest.sum()), "again": len(found.again), "best": best,
                        "share": found.weakest.sum() / best if best else None, **spent,
                    }  # fmt: skip
                    met = np.concatenate([met, together(found.table)])


def proven(graph: Graph, met: np.ndarray, size: int) -> float | None:
    """The best there is, or None: OR-Tools picks among all possible tables, so that everybody sits at one."""
    links = {frozenset(pair): w for *pair, w in zip(*(x.tolist() for x in _ties(graph)), strict=True)}
    spent = {frozenset(pair) for pair in met.tolist()}
    model = cp_model.CpModel()
    places: list[list[cp_model.IntVar]] = [[] for _ in range(graph.people)]
    worth = []
    wanted = sizes(graph.people, size)
    for n in set(wanted):
        of_size = []
        for table in combinations(range(graph.people), n):
            if any(frozenset(pair) in spent for pair in combinations(table, 2)):
                continue
            chosen = model.new_bool_var("")
            of_size.append(chosen)
            worth.append((chosen, weakest(table, links)))
            for v in table:
                places[v].append(chosen)
        model.add(sum(of_size) == wanted.count(n))
    for of_person in places:
        model.add_exactly_one(of_person)
    model.maximize(sum(round(w * 1e6) * chosen for chosen, w in worth if w > 0))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 2
    status = solver.solve(model)
    if status == cp_model.INFEASIBLE:
        return None
    if status != cp_model.OPTIMAL:
        raise SystemExit("OR-Tools has not proven its seating best")
    return solver.objective_value / 1e6


def weakest(table: tuple[int, ...], links: dict[frozenset[int], float]) -> float:
    """By definition: ties of at least so much connect all of the table (Kruskal)."""
    part = {v: v for v in table}
    apart = len(table) - 1
    for a, b in sorted(combinations(table, 2), key=lambda pair: -links.get(frozenset(pair), 0.0)):
        if part[a] != part[b]:
            old, new = part[a], part[b]
            part = {v: new if p == old else p for v, p in part.items()}
            apart -= 1
            if apart == 0:
                return links.get(frozenset((a, b)), 0.0)
    return 0.0


def large(options: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """A series at scale."""
    for family in FAMILIES:
        graph, met = make(family, options.people, 10 * options.people), nobody()
        for round_ in range(1, options.rounds + 1):
            clock = Clock()
            found = seat(graph.people, *_ties(graph), met, options.size)
            spent = clock.read()
            say(f"{family}, round {round_}: {spent}")
            yield {"people": options.people, "size": options.size, "family": family, "round": round_, **spent} | of(
                found
            )
            met = np.concatenate([met, together(found.table)])


def of(found: Tables) -> dict[str, Any]:
    """What a seating is worth."""
    return {
        "tables": len(found.weakest),
        "mean_weakest": float(found.weakest.mean()),
        "connected": float((found.weakest > 0).mean()),
        "again": len(found.again),
    }


def say(line: str) -> None:
    """Progress, to standard error."""
    print(time.strftime("%H:%M:%S"), line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
