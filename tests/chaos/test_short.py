"""A short seeded run loses nothing and doubles nothing; each planted bug is found by the checker."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
LIMIT = 170  # seconds; a bound on hanging


def chaos(folder: Path, *arguments: str) -> tuple[int, dict[str, Any], str]:
    """Exit code, table and findings, and what was printed."""
    report = folder / "report.json"
    ran = subprocess.run(
        [sys.executable, "-m", "tests.chaos", "--json", str(report), "--folder", str(folder / "state"), *arguments],
        cwd=ROOT, capture_output=True, text=True, timeout=LIMIT, check=False,
    )  # fmt: skip
    return ran.returncode, json.loads(report.read_text()) if report.exists() else {}, ran.stdout + ran.stderr


def test_under_kills_cuts_and_poison_nothing_is_lost_and_nothing_takes_effect_twice(tmp_path: Path) -> None:
    faults = ("kill -9 broker", "kill -9 postgres", "die at relay.after_send", "die at consumer.after_commit", "poison")
    code, report, printed = chaos(tmp_path, "--seed", "1", "--seconds", "30", "--mixed", "0", "--faults", *faults)
    assert code == 0, printed
    assert {row["fault"] for row in report["rows"]} >= {"kill -9 broker", "poison"}
    assert report["findings"] == []


@pytest.mark.parametrize(
    ("bug", "fault", "kinds"),
    [
        ("ack_before_commit", "kill -9 ledger", {"lost"}),
        ("no_inbox", "kill -9 broker", {"doubled"}),
        ("no_request_ids", "cut connections", {"doubled"}),
        ("no_constraint", "none", {"wrong"}),
        ("marked_before_sent", "kill -9 attendee", {"lost"}),
    ],
)
def test_a_planted_bug_is_found(tmp_path: Path, bug: str, fault: str, kinds: set[str]) -> None:
    planted = ("--seed", "1", "--seconds", "15", "--patience", "20", "--bug", bug, "--faults", fault)
    code, report, printed = chaos(tmp_path, *planted)
    assert code == 1, printed
    assert {finding["kind"] for finding in report["findings"]} >= kinds, printed
