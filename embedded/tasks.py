"""Runs commands that end by themselves, side by side, with their lines in the merged log."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Sequence
from pathlib import Path

from embedded import lifeline
from embedded.merged_log import MergedLog
from embedded.problem import Problem
from embedded.processes import Process

_LIMIT = 600.0  # seconds for one
_LAST_WORDS = 1.0


def run_all(tasks: Sequence[Process], log: MergedLog, *, cwd: Path) -> None:
    """Start all at once and return when all have ended well; Problem with the last lines of the first that did not."""
    started: list[tuple[Process, subprocess.Popen[bytes], threading.Thread]] = []
    try:
        for task in tasks:
            child = lifeline.spawn(task.argv, env=task.env, output=subprocess.PIPE, cwd=cwd)
            assert child.stdout is not None
            started.append((task, child, log.follow(task.name, child.stdout)))
        for task, child, reader in started:
            status = lifeline.finish(child, within=_LIMIT)
            reader.join(_LAST_WORDS)
            if status:
                last = "\n  ".join(log.tail(task.name)) or "(it wrote nothing)"
                raise Problem(f"{' '.join(task.argv[2:])} failed with status {status}:\n  {last}")
    finally:
        for _, child, _ in started:
            lifeline.stop(child, within=0)
