"""A lock on a folder that dies with the process that holds it, so it can never be stale."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from embedded.problem import Problem


class FolderInUse(Problem):
    """Another process holds the lock; `pid` is its process id where it said so."""

    def __init__(self, path: Path, pid: int | None) -> None:
        self.pid = pid
        super().__init__(f"{path.parent} is in use by process {pid or 'unknown'}")


class FolderLock:
    """Exclusive use of a folder, kept as an flock on the file `path` in it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._fd: int | None = None

    def acquire(self) -> None:
        """Take the lock or raise FolderInUse at once."""
        fd = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.read(fd, 20).strip()
            os.close(fd)
            raise FolderInUse(self._path, int(holder) if holder.isdigit() else None) from error
        os.ftruncate(fd, 0)
        os.pwrite(fd, str(os.getpid()).encode(), 0)
        self._fd = fd

    def release(self) -> None:
        """Give the lock back; nothing happens when it is not held."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None
