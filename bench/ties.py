"""Whom should a person meet? Ranks candidates by the product's tie strength, and measures it where the truth is known.

`python -m bench.ties --ties T.csv [--candidates C.csv] [--profiles P.csv] [--contacts K.csv] --out R.csv
[--truth X.csv]`, with T `person,other,kind,count,month`, C and X `person,candidate`, P `person,field,value`,
K `a,b,day,seconds`, R `person,rank,candidate,score`. Without C everybody in T and P is ranked for everybody (those in
K if T and P name nobody). docs/matching.md says what is measured and how.
"""

import argparse
import csv
import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bench import ranking, tie_tables
from bench.tie_baselines import Baselines
from bench.tie_tables import People, Wrong
from services.matchmaking.engine.strength import WEIGHTS, Rows, TieStrength, Traits, Weights

BLOCK = 1_000_000  # pairs scored at a time


@dataclass
class Tables:
    """What was read; ``a`` and ``b``: the pairs to rank, in order of a."""

    people: People
    messages: Rows
    contacts: Rows
    traits: Traits
    left_out: list[str]
    a: np.ndarray
    b: np.ndarray


def read(options: argparse.Namespace) -> Tables:
    """Reads all tables but the truth; raises Wrong."""
    people = People()
    messages = tie_tables.messages(options.ties, people)
    traits, left_out = tie_tables.traits(options.profiles, people) if options.profiles else (Traits(), [])
    known = len(people.at)
    contacts = tie_tables.contacts(options.contacts, people) if options.contacts else Rows()
    if options.candidates:
        a, b = (np.array(side, np.int64) for side in tie_tables.pairs(options.candidates, people))
    else:
        a, b = tie_tables.every_pair(known or len(people.at))
    order = np.argsort(a, kind="stable")
    return Tables(people, messages, contacts, traits, left_out, a[order], b[order])


def score(tables: Tables, weights: Weights) -> dict[str, np.ndarray]:
    """Scores of every pair by "hallway" and each baseline."""
    count = len(tables.people.at)
    engine = TieStrength(count, tables.messages, tables.contacts, tables.traits, weights)
    baselines = Baselines(count, tables.messages, tables.contacts)
    blocks = []
    for at in range(0, max(len(tables.a), 1), BLOCK):
        a, b = tables.a[at : at + BLOCK], tables.b[at : at + BLOCK]
        blocks.append({"hallway": engine.of(a, b).probability, **baselines.of(a, b)})
    return {name: np.concatenate([block[name] for block in blocks]) for name in blocks[0]}


def measure(tables: Tables, scores: dict[str, np.ndarray], truth: Path, seed: int) -> dict[str, Any]:
    """Every method against the truth, and by how much ours is better than each baseline."""
    wanted, lists = set(zip(*tie_tables.pairs(truth, tables.people), strict=True)), _lists(tables.a)
    positive = np.array([pair in wanted for pair in zip(tables.a.tolist(), tables.b.tolist(), strict=True)], bool)
    if not positive.any():
        raise Wrong(f"{truth}: none of its pairs is among the candidates; are the names the same?")
    rated = [part for part in lists if positive[part].any()]
    qualities = {name: [ranking.quality(of[part], positive[part]) for part in rated] for name, of in scores.items()}
    report = {}
    for name, of in scores.items():
        rng = np.random.default_rng(seed)
        top = [tables.b[part][ranking.order(of[part], rng)[: ranking.TOP]] for part in lists]
        report[name] = {
            **ranking.summary(qualities[name], seed),
            "lists_of_5": ranking.load(top, len(tables.people.at)),
        }
    ours = qualities.pop("hallway")
    return {
        "people_with_a_positive": len(rated),
        "positives": int(positive.sum()),
        "positives_that_are_no_candidates": len(wanted) - int(positive.sum()),
        "methods": report,
        "gain_over": {name: ranking.gain(ours, theirs, seed) for name, theirs in qualities.items()},
        "reliability": ranking.reliability(scores["hallway"], positive),
    }


def write(tables: Tables, scores: np.ndarray, path: Path, seed: int) -> None:
    """R: everybody's candidates, best first; equals in random order of the seed."""
    names, rng = list(tables.people.at), np.random.default_rng(seed)
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(("person", "rank", "candidate", "score"))
        for part in _lists(tables.a):
            for rank, at in enumerate(ranking.order(scores[part], rng), 1):
                pair = part.start + int(at)
                out.writerow((names[tables.a[pair]], rank, names[tables.b[pair]], f"{scores[pair]:.9g}"))


def _lists(a: np.ndarray) -> list[slice]:
    """Where each person's candidates are."""
    first = np.flatnonzero(np.r_[True, a[1:] != a[:-1]][: len(a)])
    return [slice(int(start), int(end)) for start, end in zip(first, [*first[1:], len(a)], strict=True)]


def options() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.ties", description=__doc__.splitlines()[0])
    parser.add_argument("--ties", type=Path, required=True, help="person,other,kind,count,month")
    parser.add_argument("--candidates", type=Path, help="person,candidate; without: everybody with everybody")
    parser.add_argument("--profiles", type=Path, help="person,field,value")
    parser.add_argument("--contacts", type=Path, help="a,b,day,seconds: seen together")
    parser.add_argument("--out", type=Path, required=True, help="person,rank,candidate,score")
    parser.add_argument("--truth", type=Path, help="person,candidate: who did meet")
    parser.add_argument("--seed", type=int, default=0, help="of the order of equals and of the bootstrap")
    return parser


def run(chosen: argparse.Namespace, weights: Weights = WEIGHTS) -> dict[str, Any]:
    """Reads, scores, writes R; returns the report."""
    tables = read(chosen)
    for name in tables.left_out:
        print(f"{chosen.profiles}: field {name} left out: nobody is to be chosen by it", file=sys.stderr)
    started = time.perf_counter()
    scores = score(tables, weights)
    seconds = round(time.perf_counter() - started, 3)
    write(tables, scores["hallway"], chosen.out, chosen.seed)
    report = {"people": len(tables.people.at), "pairs": len(tables.a), "seconds": seconds, "left_out": tables.left_out}
    return {**report, **(measure(tables, scores, chosen.truth, chosen.seed) if chosen.truth else {})}


def main() -> int:
    """Exit 2 when a table cannot be used."""
    try:
        print(json.dumps(run(options().parse_args())))
    except Wrong as wrong:
        print(wrong, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
