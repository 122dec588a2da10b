"""One supervised process: started, asked whether it is ready, started again after a pause when it ends."""

from __future__ import annotations

import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from embedded import lifeline
from embedded.merged_log import MergedLog

_PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0)  # seconds before the next start, by how often it ended in a row
_STEADY = 60.0  # seconds up, after which earlier ends are forgotten
_PROBE_TIMEOUT = 1.0
_LAST_WORDS = 1.0  # seconds for reading what an ended process wrote
# Never through a proxy of the environment: these are addresses of this machine.
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True)
class Process:
    """What to run. `ready` is a URL that answers 200 once it works; without one it is ready when it runs.

    `depends` names processes that have to be ready before its first start, and foundations it is restarted with.
    """

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str]
    ready: str | None = None
    depends: tuple[str, ...] = ()


class Child:
    """The running side of a Process."""

    def __init__(self, process: Process, log: MergedLog, cwd: Path) -> None:
        self.process = process
        self.ready = False
        self.ever_ready = False
        self.ends_in_a_row = 0
        self.pause = 0.0
        self._log = log
        self._cwd = cwd
        self._popen: subprocess.Popen[bytes] | None = None
        self._reader: threading.Thread | None = None
        self._started = 0.0
        self._not_before = 0.0

    @property
    def name(self) -> str:
        """The process's name."""
        return self.process.name

    @property
    def running(self) -> bool:
        """Whether it was started and its end has not been noticed."""
        return self._popen is not None

    @property
    def due(self) -> bool:
        """Whether it does not run and its pause is over."""
        return self._popen is None and time.monotonic() >= self._not_before

    def start(self) -> None:
        """Start it; its lines go to the log."""
        self._started = time.monotonic()
        self._popen = lifeline.spawn(self.process.argv, env=self.process.env, output=subprocess.PIPE, cwd=self._cwd)
        assert self._popen.stdout is not None
        self._reader = self._log.follow(self.name, self._popen.stdout)

    def check(self) -> int | None:
        """Update `ready`; the exit status when it has ended since the last call, with its next start put off."""
        if self._popen is None:
            return None
        if (status := self._popen.poll()) is not None:
            lifeline.stop(self._popen)  # and whatever it started
            if self._reader is not None:  # its last words come before the report of its end
                self._reader.join(_LAST_WORDS)
            self._ended()
            return status
        if not self.ready and self._answers():
            self.ready = self.ever_ready = True
        return None

    def ask_to_stop(self) -> None:
        """Ask it to stop; returns at once."""
        if self._popen is not None and self._popen.poll() is None:
            self._popen.terminate()

    def wait_stopped(self, until: float) -> bool:
        """Whether it ended before the monotonic time `until`."""
        if self._popen is None:
            return True
        try:
            self._popen.wait(max(0.0, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            return False
        self.kill()
        return True

    def kill(self) -> None:
        """End it and whatever it started at once."""
        if self._popen is not None:
            lifeline.stop(self._popen, within=0)
            self._popen = None
        self.ready = False
        self._not_before = 0.0

    def _ended(self) -> None:
        steady = time.monotonic() - self._started > _STEADY
        self.ends_in_a_row = 1 if steady else self.ends_in_a_row + 1
        self.pause = _PAUSES[min(self.ends_in_a_row, len(_PAUSES)) - 1]
        self._not_before = time.monotonic() + self.pause
        self._popen, self.ready = None, False

    def _answers(self) -> bool:
        if self.process.ready is None:
            return True
        try:
            with _DIRECT.open(self.process.ready, timeout=_PROBE_TIMEOUT) as answer:
                return bool(answer.status == 200)
        except (OSError, ValueError):
            return False
