"""Do predicted chances come true, before and after learning? Prints it and draws the reliability diagram.

`python -m bench.calibration --simulated [--set NAME=FOLDER ...] --svg OUT.svg`, a folder as bench.ties_data makes it.

Simulated: outcomes drawn from planted weights, learned from 500, measured on 20,000 others. A set: pairs are divided
into two halves by the seed; what is learned from one is measured on the other, and the other way round. Pairs share
people, so that the halves are not as strange to each other as two conferences.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import numpy as np

from bench import ranking, tie_tables, ties
from services.matchmaking.domain.learning import Learned
from services.matchmaking.engine.learning import learn
from services.matchmaking.engine.strength import WEIGHTS, TieStrength

PLANTED = Learned(0.5, 2.0, 0.7, 1.5, 0.3)
LEARN_FROM, MEASURE_ON = 500, 20_000
SIDE, MARGIN = 240, 44


def chances(signals: np.ndarray, by: Learned) -> np.ndarray:
    """The model's probability of each row of signals."""
    return -np.expm1(-WEIGHTS.rate * (signals @ np.array(by[:4]) + by.anyway))


def simulated(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Whether each came true, and its chance before and after learning."""
    rng = np.random.default_rng(seed)
    count = LEARN_FROM + MEASURE_ON
    signals = rng.exponential([1.5, 1.0, 0.7, 0.8], (count, 4)) * (rng.random((count, 4)) < 0.6)
    happened = rng.random(count) < chances(signals, PLANTED)
    found = learn(signals[:LEARN_FROM], happened[:LEARN_FROM])
    rest = signals[LEARN_FROM:]
    return happened[LEARN_FROM:], chances(rest, Learned()), chances(rest, found)


def public(folder: Path, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The same for a data set's pairs, each once."""
    files = {"ties": folder / "ties.csv", "profiles": folder / "profiles.csv", "contacts": None}
    if not (folder / "profiles.csv").exists():
        files |= {"profiles": None, "contacts": folder / "contacts.csv"}
    candidates = folder / "candidates.csv"
    tables = ties.read(argparse.Namespace(**files, candidates=candidates if candidates.exists() else None))
    wanted = {tuple(sorted(pair)) for pair in zip(*tie_tables.pairs(folder / "truth.csv", tables.people), strict=True)}
    pairs = sorted({tuple(sorted(pair)) for pair in zip(tables.a.tolist(), tables.b.tolist(), strict=True)})
    happened = np.array([pair in wanted for pair in pairs], bool)
    strength = TieStrength(len(tables.people.at), tables.messages, tables.contacts, tables.traits)
    signals = np.array(strength.of(*np.array(pairs).T).parts())
    half = np.random.default_rng(seed).permutation(len(pairs)) % 2 == 0
    after = np.empty(len(pairs))
    for one, other in ((half, ~half), (~half, half)):
        after[other] = chances(signals[other], learn(signals[one], happened[one]))
    return happened, chances(signals, Learned()), after


def report(happened: np.ndarray, before: np.ndarray, after: np.ndarray) -> dict[str, Any]:
    """Reliability, mean distance from it, and Brier score, before and after."""
    return {name: _quality(happened, of) for name, of in (("before", before), ("after", after))}


def _quality(happened: np.ndarray, predicted: np.ndarray) -> dict[str, Any]:
    bins = ranking.reliability(predicted, happened)
    away = sum(b["pairs"] * abs(b["predicted"] - b["observed"]) for b in bins) / len(happened)
    return {"away": round(away, 4), "brier": round(float(((predicted - happened) ** 2).mean()), 4), "bins": bins}


def svg(reports: dict[str, dict[str, Any]]) -> str:
    """One panel a set: hollow before, filled after; an area counts pairs."""
    width = len(reports) * (SIDE + MARGIN) + MARGIN
    panels = "".join(_panel(name, of, MARGIN + n * (SIDE + MARGIN)) for n, (name, of) in enumerate(reports.items()))
    style = "text{font:12px sans-serif;fill:#333}.line{stroke:#999;fill:none}"
    style += ".before{fill:none;stroke:#b5651d;stroke-width:1.5}.after{fill:#20639b;fill-opacity:.7}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{SIDE + 2 * MARGIN}" role="img"'
        f' aria-label="Predicted chance against how often it came true">'
        f'<style>{style}</style><rect width="100%" height="100%" fill="#fff"/>{panels}</svg>\n'
    )


def _panel(name: str, of: dict[str, Any], x: int) -> str:
    top, bottom = MARGIN, MARGIN + SIDE
    parts = [
        f'<text x="{x}" y="{top - 12}">{escape(name)}</text>',
        f'<rect class="line" x="{x}" y="{top}" width="{SIDE}" height="{SIDE}"/>',
        f'<path class="line" stroke-dasharray="4" d="M{x} {bottom}L{x + SIDE} {top}"/>',
        f'<text x="{x}" y="{bottom + 16}">0</text><text x="{x + SIDE - 8}" y="{bottom + 16}">1</text>',
        f'<text x="{x + SIDE / 2 - 30}" y="{bottom + 16}">predicted</text>',
        f'<text x="{x - 6}" y="{top + SIDE / 2}" transform="rotate(-90 {x - 6} {top + SIDE / 2})">came true</text>',
    ]
    for kind in ("before", "after"):
        total = sum(b["pairs"] for b in of[kind]["bins"])
        for b in of[kind]["bins"]:
            at = (x + SIDE * b["predicted"], bottom - SIDE * b["observed"], 2.5 + 16 * (b["pairs"] / total) ** 0.5)
            parts.append('<circle class="{}" cx="{:.1f}" cy="{:.1f}" r="{:.1f}"/>'.format(kind, *at))
    return "".join(parts)


def main() -> None:
    """Prints the reports as JSON."""
    parser = argparse.ArgumentParser(prog="python -m bench.calibration", description=__doc__.splitlines()[0])
    parser.add_argument("--simulated", action="store_true")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=FOLDER")
    parser.add_argument("--svg", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    reports = {"simulated": report(*simulated(chosen.seed))} if chosen.simulated else {}
    for name, _, folder in (part.partition("=") for part in chosen.set):
        print(f"reading {folder}", file=sys.stderr)
        reports[name] = report(*public(Path(folder), chosen.seed))
    if chosen.svg:
        chosen.svg.write_text(svg(reports), encoding="utf-8")
    print(json.dumps(reports))


if __name__ == "__main__":
    main()
