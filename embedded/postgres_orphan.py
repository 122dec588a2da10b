"""Heals what a killed launcher leaves of a PostgreSQL cluster: a pid file, or a server still stopping."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

from embedded.problem import Problem

_FAST_STOP_LIMIT, _STOP_LIMIT = 30.0, 40.0  # seconds since asked, when to ask harder and when to give up


def heal_pid_file(cluster: Path, say: Callable[[str], None]) -> None:
    """Stop a server that still runs on `cluster`, and remove a pid file that names none.

    Call with the cluster's lock held, so that no living launcher owns such a server.
    PostgreSQL itself trusts the file if *any* process has that number, as happens after a container restarts.
    """
    file = cluster / "postmaster.pid"
    pid = _pid_in(file)
    if pid is not None and _is_server_of(cluster, pid):
        say(f"PostgreSQL of an earlier run still runs as process {pid}; stopping it")
        _stop(cluster, pid)
    file.unlink(missing_ok=True)


def _pid_in(file: Path) -> int | None:
    try:
        return int(file.read_text().splitlines()[0])
    except (FileNotFoundError, ValueError, IndexError):
        return None


def _is_server_of(cluster: Path, pid: int) -> bool:
    """Whether process `pid` is a postgres working in `cluster`: a server changes into its data folder."""
    try:
        same_folder = os.path.samefile(f"/proc/{pid}/cwd", cluster)
        return same_folder and Path(os.readlink(f"/proc/{pid}/exe")).name.split(" ")[0] == "postgres"
    except OSError:
        return False


def _stop(cluster: Path, pid: int) -> None:
    asked, harder = time.monotonic(), False
    os.kill(pid, signal.SIGINT)
    while _is_server_of(cluster, pid):
        waited = time.monotonic() - asked
        if waited > _STOP_LIMIT:
            raise Problem(f"PostgreSQL process {pid} on {cluster} does not stop; end it by: kill -QUIT {pid}")
        if waited > _FAST_STOP_LIMIT and not harder:
            harder = True
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGQUIT)
        time.sleep(0.05)
