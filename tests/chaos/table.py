"""The table at the end of a run: what was done, and what came of it."""

from collections import Counter
from statistics import median

from rich.console import Console
from rich.table import Table

from tests.chaos.journal import Journal

KINDS = ("lost", "doubled", "wrong")


def rows(journal: Journal) -> list[dict[str, object]]:
    """One row a fault (or several at once)."""
    acknowledged = Counter(op.fault for op in journal.ops if op.answer == "acknowledged")
    findings = Counter((finding.fault, finding.kind) for finding in journal.findings)
    names = [*journal.injected, *acknowledged, *(f.fault for f in journal.findings), *journal.recovery]
    return [
        {
            "fault": name,
            "injected": journal.injected[name],
            "acknowledged": acknowledged[name],
            **{kind: findings[name, kind] for kind in KINDS},
            "recovery_median": round(median(journal.recovery[name]), 1) if name in journal.recovery else None,
            "recovery_worst": round(max(journal.recovery[name]), 1) if name in journal.recovery else None,
        }
        for name in sorted(set(names))
    ]


def record(journal: Journal, about: dict[str, object]) -> dict[str, object]:
    """All of it, for report.py."""
    return {
        "run": about | {"tries": sum(op.tries for op in journal.ops)},
        "rows": rows(journal),
        "recovery": journal.recovery,
        "skipped": journal.skipped,
        "findings": [finding.__dict__ for finding in journal.findings],
    }


def show(journal: Journal, console: Console) -> None:
    """Prints the table and every finding."""
    table = Table("fault", "injected", "acknowledged", *KINDS, "recovery s (median, worst)")
    for row in rows(journal):
        times = "" if row["recovery_median"] is None else f"{row['recovery_median']}, {row['recovery_worst']}"
        table.add_row(*(str(row[key]) for key in ("fault", "injected", "acknowledged", *KINDS)), times)
    console.print(table)
    answers = Counter(op.answer for op in journal.ops)
    tries = sum(op.tries for op in journal.ops)
    console.print(f"{len(journal.ops)} commands, sent {tries} times: {dict(answers)}")
    kinds = Counter(op.kind for op in journal.ops if op.answer == "acknowledged")
    console.print("acknowledged: " + ", ".join(f"{count} {kind}" for kind, count in kinds.most_common()))
    for name, whys in journal.skipped.items():
        console.print(f"not fully injected, {len(whys)} times: {name}: {whys[-1]}", markup=False)
    for finding in journal.findings[:60]:
        console.print(f"{finding.kind.upper()} ({finding.fault}) {finding.what}", markup=False)
    console.print(f"{len(journal.findings)} finding(s)")
