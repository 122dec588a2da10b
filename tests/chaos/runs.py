"""Runs ``python -m tests.chaos`` for a test."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
LIMIT = 1_200  # seconds; a bound on hanging


@dataclass(frozen=True)
class Ran:
    """What came of it: exit code, one row a fault, findings, and all that was printed."""

    code: int
    rows: list[dict[str, Any]]
    findings: list[dict[str, str]]
    printed: str


def chaos(folder: Path, *arguments: str) -> Ran:
    """Runs it with its state in ``folder``."""
    report = folder / "report.json"
    ran = subprocess.run(
        [sys.executable, "-m", "tests.chaos", "--json", str(report), "--folder", str(folder / "state"), *arguments],
        cwd=ROOT, capture_output=True, text=True, timeout=LIMIT, check=False,
    )  # fmt: skip
    told = json.loads(report.read_text()) if report.exists() else {"rows": [], "findings": []}
    return Ran(ran.returncode, told["rows"], told["findings"], ran.stdout + ran.stderr)
