"""How close to best, how fast and how large the pairing of a conference is, beside its peers on the same pairs."""

import argparse
import ctypes
import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from bench.changes import mended
from bench.graphs import FAMILIES, WEIGHTS, make, weighed
from bench.pairs_csv import read_market, write_edges, write_pairs
from bench.peers.pairing import PEERS, Clock
from services.matchmaking.engine.pairing.market import Market, Pairing
from services.matchmaking.engine.pairing.prices import reached
from services.matchmaking.engine.pairing.solve import pair, warm


def main() -> None:
    """One JSON object on standard output; the pairs go to --out."""
    options = arguments()
    started = time.perf_counter()
    names, market = load(options)
    loaded = time.perf_counter() - started
    started = time.perf_counter()
    warm()
    compiled = time.perf_counter() - started
    say(f"{len(names)} people, {len(market.a)} pairs; read in {loaded:.1f} s, compiled or loaded in {compiled:.1f} s")
    pairing, report = measured(market)
    report |= {"load_seconds": loaded, "compile_seconds": compiled}
    if options.changes:
        say(f"making {options.changes} changes")
        report["mended"] = mended(market, pairing, options.changes, options.keep)
    report["peers"] = against_peers(market, pairing, options.peers)
    if options.out:
        write_pairs(options.out, names, market, pairing.taken)
    if options.save_edges:
        write_edges(options.save_edges, market)
    print(json.dumps(report, indent=1))


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.matching", description=__doc__)
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--edges", type=Path, help="CSV: a,b,weight")
    source.add_argument("--family", choices=FAMILIES, help="a made-up conference instead")
    parser.add_argument("--people", type=int, default=100_000, help="of the made-up conference; ten pairs a head")
    parser.add_argument("--weights", choices=WEIGHTS, help="so many different ones, drawn, instead of the family's")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--budgets", type=Path, help="CSV: person,budget; for others --budget")
    parser.add_argument("--budget", type=int, default=4)
    parser.add_argument("--floor", type=float, default=0.0, help="what reaching somebody adds, in units of weight")
    parser.add_argument("--out", type=Path, help="CSV of the pairs")
    parser.add_argument("--save-edges", type=Path, help="CSV of the made-up conference")
    parser.add_argument("--changes", type=int, default=0, help="make so many random changes, and mend after each")
    parser.add_argument("--keep", type=float, default=0.02, help="what a shown pair is worth beyond its weight")
    parser.add_argument("--peers", default="", help=f"comma-separated, or all: {', '.join(PEERS)}")
    return parser.parse_args()


def load(options: argparse.Namespace) -> tuple[list[str], Market]:
    """The conference asked for."""
    if options.edges:
        return read_market(options.edges, options.budgets, options.budget, options.floor)
    graph = make(options.family, options.people, 10 * options.people, options.seed)
    if options.weights:
        graph = weighed(graph, options.weights, options.seed)
    budget, floor = np.full(graph.people, options.budget), np.full(graph.people, options.floor)
    return [str(v) for v in range(graph.people)], Market(graph.a, graph.b, graph.weight, budget, floor)


def measured(market: Market) -> tuple[Pairing, dict[str, Any]]:
    """Pairs the conference, with the time and memory that took."""
    before = memory("VmRSS", forget_peak=True)
    clock = Clock()
    pairing = pair(market)
    spent = clock.read()
    grown = memory("VmHWM") - before
    has = reached(len(market.budget), market.a, market.b, pairing.taken)
    return pairing, {
        "people": len(market.budget),
        "edges": len(market.a),
        "pairs": int(pairing.taken.sum()),
        "objective": pairing.objective,
        "bound": pairing.bound,
        "gap": pairing.gap,
        "reached": int(has.sum()),
        "reachable": int(_reachable(market)),
        **spent,
        "bytes_per_edge": grown / max(len(market.a), 1),
    }


def _reachable(market: Market) -> int:
    fits = (market.budget[market.a] > 0) & (market.budget[market.b] > 0) & (market.weight > 0)
    return len(np.unique(np.concatenate([market.a[fits], market.b[fits]])))


def memory(field: str, forget_peak: bool = False) -> int:
    """Bytes this process has (VmRSS), or had at most since the peak was last forgotten (VmHWM); Linux only."""
    if forget_peak:
        ctypes.CDLL(None).malloc_trim(0)  # what was freed before would hide what is taken now
        Path("/proc/self/clear_refs").write_text("5")
    lines = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(lines[field].split()[0]) * 1024


def against_peers(market: Market, pairing: Pairing, asked: str) -> dict[str, Any]:
    """Each peer's objective as a share of our bound, and its seconds."""
    peers = {}
    for name in PEERS if asked == "all" else filter(None, asked.split(",")):
        if name not in PEERS:
            raise SystemExit(f"--peers: there is no {name!r}; take some of {', '.join(PEERS)}, or all")
        say(f"running {name}")
        result = PEERS[name](market)
        if result is not None:
            peers[name] = {**result, "of_our_bound": result["objective"] / pairing.bound if pairing.bound else 1.0}
    return peers


def say(line: str) -> None:
    """Progress, to standard error."""
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
