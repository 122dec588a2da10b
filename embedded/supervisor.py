"""Keeps processes, and the servers they rest on, running: in order up, again after an end, in reverse order down."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from embedded.merged_log import MergedLog
from embedded.problem import Problem
from embedded.processes import Child, Process
from embedded.progress import Progress

_TICK = 0.1
_STOP_LIMIT = 25.0  # seconds for all processes together; what is left then is killed
_STOP_PATIENCE = 5.0  # seconds for one, before the next is asked to stop as well
_FIRST_STARTS = 3  # a process that ends so often before it was ever ready will not get there
_FOUNDATION_PAUSES = (0.0, 1.0, 2.0, 5.0, 10.0)


class StartFailed(Problem):
    """A process did not get ready; the message ends with its last lines."""


class Server(Protocol):
    """A server that processes rest on: PostgreSQL, the broker."""

    @property
    def alive(self) -> bool: ...
    def start(self) -> None: ...
    def stop(self) -> None: ...
    def kill(self) -> None: ...


@dataclass(frozen=True)
class Foundation:
    """A started server to keep running. `recovered` is called after each new start.

    `restarts_dependants`: processes that name it in `depends` are stopped before its new start and started after it.
    """

    name: str
    server: Server
    recovered: Callable[[], None] = lambda: None
    restarts_dependants: bool = False


class Supervisor:
    """Runs `processes` on `foundations` (started by the caller). Call all of it from the main thread."""

    def __init__(
        self, processes: Sequence[Process], log: MergedLog, *, cwd: Path, foundations: Sequence[Foundation] = ()
    ) -> None:
        self._log = log
        self._foundations = foundations
        self._children = [Child(process, log, cwd) for process in processes]
        self._by_name = {child.name: child for child in self._children}

    def start(self) -> None:
        """Start everything, each once those it depends on are ready; returns when all are; raises StartFailed."""
        with Progress(self._log.console, "Starting") as progress:
            while waiting := [child.name for child in self._children if not child.ready]:
                progress.what = "Waiting for " + ", ".join(waiting)
                self._tick()
                time.sleep(_TICK)
        self._log.say(f"all {len(self._children)} processes are ready ({progress.seconds:.1f} s)")

    def watch(self, until: Callable[[], bool]) -> None:
        """Keep everything running until `until` says so; it is asked ten times a second."""
        while not until():
            self._tick()
            time.sleep(_TICK)

    def stop(self) -> None:
        """Stop all processes in reverse order within 25 s, kill those that are left; foundations are the caller's."""
        self._stop(self._children)

    def kill(self) -> None:
        """End all processes at once."""
        for child in self._children:
            child.kill()

    def _tick(self) -> None:
        for foundation in self._foundations:
            if not foundation.server.alive:
                self._recover(foundation)
        for child in self._children:
            if child.due and self._may_start(child):
                child.start()
            elif (status := child.check()) is not None:
                self._report_end(child, status)

    def _may_start(self, child: Child) -> bool:
        return all(self._by_name[name].ever_ready for name in child.process.depends if name in self._by_name)

    def _report_end(self, child: Child, status: int) -> None:
        how = f"was ended by signal {-status}" if status < 0 else f"exited with status {status}"
        if not child.ever_ready and child.ends_in_a_row >= _FIRST_STARTS:
            last = "\n  ".join(self._log.tail(child.name)) or "(it wrote nothing)"
            raise StartFailed(f"{child.name} {how} {child.ends_in_a_row} times before it was ready:\n  {last}")
        self._log.say(f"{child.name} {how}; starting it again in {child.pause:g} s", "warning")

    def _recover(self, foundation: Foundation) -> None:
        self._log.say(f"{foundation.name} ended; starting it again", "warning")
        foundation.server.stop()
        dependants = [c for c in self._children if foundation.name in c.process.depends]
        if foundation.restarts_dependants:
            self._end(dependants)
        for pause in (*_FOUNDATION_PAUSES, None):
            try:
                foundation.server.start()
                foundation.recovered()
                break
            except (Problem, OSError) as error:
                if pause is None:
                    raise
                self._log.say(f"{foundation.name} did not start: {error}; again in {pause:g} s", "error")
                foundation.server.stop()
                time.sleep(pause)
        restarted = "; restarting " + ", ".join(c.name for c in dependants) if foundation.restarts_dependants else ""
        self._log.say(f"{foundation.name} runs again{restarted}")

    def _end(self, children: Sequence[Child]) -> None:
        """Stop processes whose server is gone: all at once and soon, for an orderly stop may wait for that server."""
        for child in children:
            child.ask_to_stop()
        deadline = time.monotonic() + _STOP_PATIENCE
        for child in children:
            if not child.wait_stopped(deadline):
                child.kill()

    def _stop(self, children: Sequence[Child]) -> None:
        deadline = time.monotonic() + _STOP_LIMIT
        with Progress(self._log.console, "Stopping") as progress:
            for child in reversed(children):
                progress.what = f"Stopping {child.name}"
                child.ask_to_stop()
                child.wait_stopped(min(deadline, time.monotonic() + _STOP_PATIENCE))
            for child in reversed(children):
                if not child.wait_stopped(deadline):
                    self._log.say(f"{child.name} did not stop within {_STOP_LIMIT:g} s; killed", "warning")
                    child.kill()
