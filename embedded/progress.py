"""Shows that something goes on when it takes longer than two seconds."""

from __future__ import annotations

import threading
import time
from typing import Self

from rich.console import Console

_QUIET = 2.0  # seconds before anything is shown
_REPEAT = 10.0  # seconds between two lines where there is no terminal to draw on


class Progress:
    """`with Progress(console, "Starting PostgreSQL"):` draws a spinner; plain lines where there is no terminal."""

    def __init__(self, console: Console, what: str) -> None:
        self.what = what
        self._console = console
        self._began = time.monotonic()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._show, daemon=True)

    @property
    def seconds(self) -> float:
        """How long it has gone on."""
        return time.monotonic() - self._began

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._over.set()
        self._thread.join()

    def _show(self) -> None:
        if self._over.wait(_QUIET):
            return
        if self._console.is_terminal:
            with self._console.status(self._line()) as status:
                while not self._over.wait(0.5):
                    status.update(self._line())
        else:
            self._console.print(self._line(), markup=False, highlight=False, soft_wrap=True)
            while not self._over.wait(_REPEAT):
                self._console.print(self._line(), markup=False, highlight=False, soft_wrap=True)

    def _line(self) -> str:
        return f"{self.what} ({self.seconds:.0f} s)"
