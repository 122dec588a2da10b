"""Starts a process with a clock that is wrong or a bug that is planted: ``-m tests.chaos.launch MODULE ...``.

Nothing in production reads these variables: CHAOS_CLOCK (seconds ahead of the true time), CHAOS_BUG (see bugs.py).
"""

import os
import runpy
import sys
from datetime import UTC, datetime, timedelta

from services.kit import clock


def main() -> None:
    """Changes what is to be changed before the module and what it imports are loaded."""
    if seconds := float(os.environ.get("CHAOS_CLOCK") or 0):
        ahead = timedelta(seconds=seconds)
        clock.system_clock = lambda: datetime.now(UTC) + ahead
    if bug := os.environ.get("CHAOS_BUG"):
        from tests.chaos import bugs

        bugs.plant(bug)
    module, *arguments = sys.argv[1:]
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
