"""``python -m tests.chaos.report FILE...``: the tables of docs/reliability.md, from what ``--json`` left of runs."""

import json
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path
from statistics import median
from typing import Any

from tests.chaos.table import KINDS

PROCESS = re.compile(r"^(kill -9|pause) (attendee|matchmaking|scheduling|portal|ledger)(-worker)?(-2)?$")
Run = dict[str, Any]


def kind(fault: str) -> str:
    """A fault without the name of the process that it befell."""
    if process := PROCESS.match(fault):
        return f"{process[1]} a {'worker' if process[3] else 'service'}"
    return "depose a relay" if fault.startswith("depose ") else fault


def rows(runs: Iterable[Run]) -> list[list[str]]:
    """A row a kind of fault, those not fully injected left out. Commands under two faults at once count for both."""
    injected: Counter[str] = Counter()
    acknowledged: Counter[str] = Counter()
    findings: Counter[tuple[str, str]] = Counter()
    recovery: dict[str, list[float]] = defaultdict(list)
    for run in runs:
        for row in run["rows"]:
            if row["injected"]:
                injected[kind(row["fault"])] += row["injected"]
            for name in {kind(one) for one in row["fault"].split(" + ")}:
                acknowledged[name] += row["acknowledged"]
                findings.update({(name, bad): row[bad] for bad in KINDS})
        for fault, whys in run["skipped"].items():
            injected[kind(fault)] -= len(whys)
        for fault, seconds in run["recovery"].items():
            recovery[kind(fault)] += seconds
    return [
        [name, str(injected[name] or ""), str(acknowledged[name]), *(str(findings[name, bad]) for bad in KINDS),
         f"{median(recovery[name]):.1f}, {max(recovery[name]):.1f}" if name in recovery else ""]
        for name in sorted({*injected, *acknowledged, *recovery})
    ]  # fmt: skip


def runs_table(runs: Iterable[Run]) -> list[list[str]]:
    """A row a run."""
    found = []
    for run in runs:
        about, bad = run["run"], Counter(finding["kind"] for finding in run["findings"])
        broker = f"{about['nodes']} Kafka nodes" if about["nodes"] else "embedded"
        injected = sum(row["injected"] for row in run["rows"])
        found.append(
            [str(about["seed"]), broker, f"{about['seconds'] / 60:.0f}", about["commit"], str(injected),
             str(sum(row["acknowledged"] for row in run["rows"])), str(about["tries"]),
             *(str(bad[name]) for name in KINDS)]
        )  # fmt: skip
    return found


def markdown(names: list[str], body: list[list[str]]) -> str:
    """A table."""
    lines = [names, ["---"] * len(names), *body]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def main() -> None:
    """Prints the table of runs, and one table of faults for each broker."""
    runs: list[Run] = sorted(
        (json.loads(Path(file).read_text()) for file in sys.argv[1:]), key=lambda r: r["run"]["seed"]
    )
    names = ["seed", "broker", "minutes", "code of", "faults", "acknowledged", "sent", *KINDS]
    print(markdown(names, runs_table(runs)))
    for nodes in sorted({run["run"]["nodes"] for run in runs}):
        print(f"\n{nodes} Apache Kafka nodes:\n" if nodes else "\nEmbedded broker:\n")
        faults = ["fault", "injected", "acknowledged meanwhile", *KINDS, "recovery s: median, worst"]
        print(markdown(faults, rows(run for run in runs if run["run"]["nodes"] == nodes)))


if __name__ == "__main__":
    main()
