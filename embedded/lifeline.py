"""Starts child processes that cannot outlive the process that started them."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

_PR_SET_PDEATHSIG = 1
# Loaded here, because loading a library between fork and exec can deadlock.
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def spawn(
    argv: Sequence[str],
    *,
    env: Mapping[str, str],
    output: int | IO[bytes],
    cwd: Path | str = "/",
    owner: tuple[int, int] | None = None,
    when_orphaned: signal.Signals = signal.SIGKILL,
) -> subprocess.Popen[bytes]:
    """Start `argv` in a session of its own; the kernel sends it `when_orphaned` if this process dies (Linux).

    `owner` is the (uid, gid) to run under, root only. `output` takes both output streams.
    The kernel watches the *thread* that started the child: call this from one that lives as long.
    """
    launcher = os.getpid()

    def lifeline() -> None:
        if _LIBC is not None:
            _LIBC.prctl(_PR_SET_PDEATHSIG, int(when_orphaned), 0, 0, 0)
            if os.getppid() != launcher:  # it died before the line was tied
                os._exit(1)

    uid, gid = owner or (None, None)
    return subprocess.Popen(
        list(argv),
        env=dict(env),
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        user=uid,
        group=gid,
        extra_groups=None if owner is None else [],
        preexec_fn=lifeline,
    )


def signal_group(child: subprocess.Popen[bytes], sig: signal.Signals) -> None:
    """Send `sig` to the child and to whatever it started; nothing happens when it is gone."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, sig)


def stop(child: subprocess.Popen[bytes], *, first: signal.Signals = signal.SIGTERM, within: float = 20.0) -> int:
    """Ask the child with `first` to stop, kill its group after `within` seconds, return its exit status."""
    if child.poll() is None:
        child.send_signal(first)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(within)
    signal_group(child, signal.SIGKILL)
    return child.wait()


def finish(child: subprocess.Popen[bytes], *, within: float) -> int:
    """Wait for the child to end by itself, kill it after `within` seconds or when interrupted; its status."""
    try:
        return child.wait(within)
    except subprocess.TimeoutExpired:
        return stop(child, within=0)
    finally:
        signal_group(child, signal.SIGKILL)
