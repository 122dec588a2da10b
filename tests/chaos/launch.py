"""Starts a process that is to suffer: ``-m tests.chaos.launch MODULE ...``.

Nothing in production reads these variables: CHAOS_CLOCK (seconds ahead of the true time), CHAOS_BUG (see bugs.py),
CHAOS_STILL_AT (the fail point at which it stops, as SIGSTOP does, once).
"""

import os
import runpy
import signal
import sys
from datetime import UTC, datetime, timedelta

from services.kit import clock, failpoint


def stand_still_at(point: str) -> None:
    """Has this process stop when it first reaches ``point``, until it is sent SIGCONT."""
    ahead = [point]

    def reach(name: str) -> None:
        if name in ahead:
            ahead.clear()
            os.kill(os.getpid(), signal.SIGSTOP)

    failpoint.reach = reach


def main() -> None:
    """Changes what is to be changed before the module and what it imports are loaded."""
    if seconds := float(os.environ.get("CHAOS_CLOCK") or 0):
        ahead = timedelta(seconds=seconds)
        clock.system_clock = lambda: datetime.now(UTC) + ahead
    if bug := os.environ.get("CHAOS_BUG"):
        from tests.chaos import bugs

        bugs.plant(bug)
    if point := os.environ.get("CHAOS_STILL_AT"):
        stand_still_at(point)
    module, *arguments = sys.argv[1:]
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
