"""How good, fast and large the pairing of conferences of many sizes is, beside its peers on the same pairs: a table.

`python -m bench.pairing_table [--sizes 1000,5000] [--seconds S] [--rows FILE.jsonl]`: one JSON object with a row for
each family, size, budget and method, ten candidate pairs a person. Each runs in a process of its own, one after the
other, for S seconds by the clock. What has not ended by then is killed, its row says so, and it is not started on
larger conferences of the kind. What is done is kept in FILE, and not done again by the
same command.
"""

import argparse
import json
import os
from collections.abc import Callable, Sequence
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from bench.graphs import FAMILIES, make
from bench.matching import memory, say
from bench.peers.pairing import Clock, exact, greedy, min_cost_flow
from bench.peers.solvers import cp_sat, highs
from services.matchmaking.engine.pairing.market import Market
from services.matchmaking.engine.pairing.solve import pair, warm

BUDGETS = (4, 1)
SIZES = "1000,5000,10000,50000,100000"
Row = dict[str, Any]


class Case(NamedTuple):
    """What one row is about."""

    family: str
    budget: int
    people: int
    method: str


def ours(market: Market) -> Row:
    """The engine."""
    clock = Clock()
    pairing = pair(market)
    return {"objective": pairing.objective, "pairs": int(pairing.taken.sum()), "bound": pairing.bound, **clock.read()}


# A market and the seconds there are, a little before whose end CP-SAT stops by itself and says what it has.
METHODS: dict[str, Callable[[Market, float], Row | None]] = {
    "ours": lambda market, _: ours(market),
    "greedy": lambda market, _: greedy(market),
    "min_cost_flow": lambda market, _: min_cost_flow(market),
    "rustworkx": lambda market, _: exact(market, len(market.budget)),
    "highs": lambda market, _: highs(market),
    "cp_sat": lambda market, seconds: cp_sat(market, 0.9 * seconds),
}
FORK = get_context("fork")  # what is compiled, and the conference, are there at once


def arguments(given: Sequence[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.pairing_table", description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", default=SIZES, help=f"people, comma-separated; {SIZES} if not given")
    parser.add_argument("--methods", default=",".join(METHODS), help="comma-separated; all if not given")
    parser.add_argument("--seconds", type=float, default=120.0, help="each method's limit")
    parser.add_argument("--rows", type=Path, help="keeps what is done, and goes on from there")
    parser.add_argument(
        "--one", nargs=4, metavar=("FAMILY", "BUDGET", "PEOPLE", "METHOD"), help="one row, without limit"
    )
    chosen = parser.parse_args(given)
    if unknown := set(chosen.methods.split(",")) - set(METHODS):
        parser.error(f"--methods: there is no {', '.join(sorted(unknown))}; take some of {', '.join(METHODS)}")
    return chosen


def table(chosen: argparse.Namespace) -> list[Row]:
    """All rows; kinds of conferences in turn, each from small to large."""
    rows = []
    for family in FAMILIES:
        for budget in BUDGETS:
            stopped: dict[str, int] = {}
            for people in sorted(int(size) for size in chosen.sizes.split(",")):
                market = conference(family, budget, people)
                methods = [name for name in chosen.methods.split(",") if name != "rustworkx" or budget == 1]
                same = [step(Case(family, budget, people, name), market, chosen, stopped) for name in methods]
                rows += compared(same)
    return rows


def step(case: Case, market: Market, chosen: argparse.Namespace, stopped: dict[str, int]) -> Row:
    """The case's row; ``stopped`` says at how many people a method did not end, and learns it."""
    if case.method in stopped:
        return case._asdict() | {"status": f"not run: did not end at {stopped[case.method]:,}"}
    row = kept(case, market, chosen)
    if row["status"] != "ended":
        stopped[case.method] = case.people
    return row


def conference(family: str, budget: int, people: int) -> Market:
    """A conference of ten candidate pairs a person."""
    graph = make(family, people, 10 * people)
    return Market(graph.a, graph.b, graph.weight, np.full(people, budget), np.zeros(people))


def compared(rows: list[Row]) -> list[Row]:
    """Rows of one conference, with what each reached of our bound, and took of the flow's CPU seconds."""
    by = {row["method"]: row for row in rows}
    bound, flow = by.get("ours", {}).get("bound"), by.get("min_cost_flow", {}).get("cpu_seconds")
    return [
        row
        | ({"of_our_bound": row["objective"] / bound} if bound and "objective" in row else {})
        | ({"of_flow_cpu": row["cpu_seconds"] / flow} if flow and "cpu_seconds" in row else {})
        for row in rows
    ]


def kept(case: Case, market: Market, chosen: argparse.Namespace) -> Row:
    """What the file of rows says of the case under this limit, else a run of it, which is kept there."""
    key = case._asdict() | {"limit": chosen.seconds}
    if chosen.rows and chosen.rows.exists():
        for line in chosen.rows.read_text().splitlines():
            row: Row = json.loads(line)
            if key.items() <= row.items():
                return row
    row = key | run(case.method, market, chosen.seconds) | {"load": os.getloadavg()[0]}
    say(json.dumps(row))
    if chosen.rows:
        with chosen.rows.open("a") as file:
            file.write(json.dumps(row) + "\n")
    return row


def run(method: str, market: Market, seconds: float) -> Row:
    """What a process of its own says of the market; killed when its seconds are over."""
    ours_end, its_end = FORK.Pipe(duplex=False)
    process = FORK.Process(target=answer, args=(its_end, method, market, seconds))
    process.start()
    its_end.close()
    try:
        return dict(ours_end.recv()) if ours_end.poll(seconds) else {"status": "limit"}
    except EOFError:
        process.join()
        return {"status": f"failed: exit {process.exitcode}"}
    finally:
        process.kill()
        process.join()


def answer(end: Connection, method: str, market: Market, seconds: float) -> None:
    """Runs in the process: sends the row; bytes are the greatest resident size less that before."""
    os.dup2(2, 1)  # HiGHS greets on standard output
    before = memory("VmRSS", forget_peak=True)
    result = METHODS[method](market, seconds) or {"status": "not for such a market"}
    grown = memory("VmHWM") - before
    end.send({"status": "ended", "edges": len(market.a), "bytes_per_edge": grown / len(market.a)} | result)


def prepared() -> None:
    """Compiles everything, so that no process has to."""
    warm()
    greedy(conference(FAMILIES[0], 1, 100))


def main(given: Sequence[str] | None = None) -> None:
    """Prints the table."""
    chosen = arguments(given)
    prepared()
    print(json.dumps({"rows": table(chosen)}, indent=1))


if __name__ == "__main__":
    main()
