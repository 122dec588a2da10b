"""Ctrl-C, SIGTERM and a closed terminal: the first asks for an orderly stop, the second ends everything at once."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from types import FrameType
from typing import Any, Self

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_EXIT_STATUS = 130


class Interrupts:
    """Inside `with` the first signal raises KeyboardInterrupt; the next calls `kill_all` and exits."""

    def __init__(self, kill_all: Callable[[], None]) -> None:
        self._kill_all = kill_all
        self._stopping = False
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Self:
        for sig in _SIGNALS:
            self._before[sig] = signal.signal(sig, self._handle)
        return self

    def __exit__(self, *exc: object) -> None:
        for sig, handler in self._before.items():
            signal.signal(sig, handler)

    def stopping(self) -> None:
        """From here on a signal is a second one: the orderly stop is under way."""
        self._stopping = True

    def _handle(self, signum: int, frame: FrameType | None) -> None:
        if self._stopping:
            self._kill_all()
            os._exit(_EXIT_STATUS)
        self._stopping = True
        raise KeyboardInterrupt
