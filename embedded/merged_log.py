"""One readable log of many processes: time, coloured name, line; and a file for each with all of it."""

from __future__ import annotations

import json
import logging
import re
import threading
import time
from collections import deque
from collections.abc import Mapping
from datetime import datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import IO

from rich.console import Console
from rich.text import Text

_COLOURS = ("cyan", "green", "yellow", "blue", "magenta", "bright_cyan", "bright_green", "bright_blue")
_LEVEL_STYLES = {"warning": "yellow", "error": "red", "critical": "bold red"}
_LONGEST_LINE = 16_384  # bytes; what is longer is cut into several
_LONGEST_SHOWN = 500  # characters on the screen; the file has all of it
_TAIL = 20
_REPEATS_HIDDEN, _REPEATS_REMEMBERED = 10.0, 200  # seconds; lines of one process
_FILE_LIMIT, _FILES_KEPT = 10_000_000, 1
# A service passes on what strangers sent it: no line may steer the terminal.
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_ENVELOPE = frozenset({"time", "level", "logger", "message", "exception"})


def readable(line: str) -> tuple[str, str]:
    """(level, text) of one line: of a JSON line its message and further fields, of any other the line itself."""
    try:
        record = json.loads(line) if line.startswith("{") else None
    except (ValueError, RecursionError):
        record = None
    if not isinstance(record, Mapping) or "message" not in record:
        return "info", clean(line)
    further = [f"{key}={value}" for key, value in record.items() if key not in _ENVELOPE]
    if "exception" in record:
        further.append("| " + str(record["exception"]).strip().rpartition("\n")[2])
    return str(record.get("level", "info")), clean(" ".join([str(record["message"]), *further]).replace("\n", " | "))


def clean(text: str) -> str:
    """`text` without control characters, which a terminal would obey."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)


class Repeats:
    """Whether a line was seen just now: a lost broker makes every client say the same many times a second."""

    def __init__(self) -> None:
        self._seen: dict[str, float] = {}

    def hides(self, text: str, now: float) -> bool:
        """True when `text` was let through less than ten seconds before `now` (seconds of any one clock)."""
        if now - self._seen.get(text, -_REPEATS_HIDDEN) < _REPEATS_HIDDEN:
            return True
        if len(self._seen) >= _REPEATS_REMEMBERED:
            self._seen.clear()
        self._seen[text] = now
        return False


class MergedLog:
    """Takes the lines of many processes; shows them on `console`, keeps all of them in `folder`/NAME.log."""

    def __init__(self, console: Console, folder: Path, names: list[str]) -> None:
        self.console = console
        self._width = max(map(len, ["hallway", *names]))
        self._colours = {name: _COLOURS[index % len(_COLOURS)] for index, name in enumerate(names)}
        self._tails: dict[str, deque[str]] = {name: deque(maxlen=_TAIL) for name in names}
        folder.mkdir(parents=True, exist_ok=True)
        self._files = {name: _file(folder / f"{name}.log") for name in names}

    def say(self, text: str, level: str = "info") -> None:
        """A line of the supervisor's own."""
        self._show("hallway", level, text)

    def follow(self, name: str, stream: IO[bytes]) -> threading.Thread:
        """Take the lines of `stream` until it ends, in the thread that is returned."""
        reader = threading.Thread(target=self._follow, args=(name, stream), name=f"log {name}", daemon=True)
        reader.start()
        return reader

    def tail(self, name: str) -> list[str]:
        """The last lines of a process, as they were shown."""
        return list(self._tails[name])

    def _follow(self, name: str, stream: IO[bytes]) -> None:
        repeats = Repeats()
        with stream:
            while raw := stream.readline(_LONGEST_LINE):
                line = raw.decode(errors="replace").rstrip("\r\n")
                self._files[name].handle(logging.makeLogRecord({"msg": line}))
                level, text = readable(line)
                self._tails[name].append(text)
                if not repeats.hides(text, time.monotonic()):
                    self._show(name, level, text)

    def _show(self, name: str, level: str, text: str) -> None:
        shown = text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}… (all of it in {name}.log)"
        self.console.print(
            Text.assemble(
                (datetime.now().astimezone().strftime("%H:%M:%S "), "dim"),
                (f"{name:{self._width}} ", self._colours.get(name, "bold")),
                (shown, _LEVEL_STYLES.get(level, "")),
            ),
            soft_wrap=True,
        )


def _file(path: Path) -> RotatingFileHandler:
    return RotatingFileHandler(path, maxBytes=_FILE_LIMIT, backupCount=_FILES_KEPT, encoding="utf-8", delay=True)
