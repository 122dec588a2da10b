"""Processor seconds and memory of processes, read from /proc: figures that hold on a busy machine."""

import os
from collections.abc import Iterable
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")
_PROC = Path("/proc")


def _stat(pid: int) -> list[str]:
    return (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()


def family(pid: int) -> list[int]:
    """A process and all that descend from it."""
    parents: dict[int, int] = {}
    for entry in _PROC.iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int(_stat(int(entry.name))[1])
            except (OSError, IndexError):
                continue  # it ended while we looked
    found = [pid]
    for known in found:
        found += [child for child, parent in parents.items() if parent == known]
    return found


def processor_seconds(pids: Iterable[int]) -> float:
    """User and system time used so far, with that of children that have ended."""
    total = 0
    for pid in pids:
        try:
            total += sum(int(ticks) for ticks in _stat(pid)[11:15])
        except OSError:
            continue
    return total / _TICK


def resident_mib(pids: Iterable[int]) -> float:
    """Resident memory that is not shared, in MiB: a server's shared buffers count once at most."""
    total = 0
    for pid in pids:
        try:
            _, resident, shared, *_ = (_PROC / str(pid) / "statm").read_text().split()
            total += int(resident) - int(shared)
        except OSError:
            continue
    return total * os.sysconf("SC_PAGE_SIZE") / 2**20
