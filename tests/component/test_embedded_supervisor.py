"""The supervisor with tiny processes: order, restarts, and nothing left behind."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from embedded.merged_log import MergedLog
from embedded.ports import free_port
from embedded.processes import Process
from embedded.supervisor import Foundation, StartFailed, Supervisor

_PATIENCE = 30.0
_SERVE = """
import http.server, os, sys, time
print("up", os.getpid(), flush=True)
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers()
    def log_message(self, *a): pass
time.sleep(float(sys.argv[2]))
print("serving", flush=True)
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Answer).serve_forever()
"""
_NOTE_AND_SLEEP = """
import os, pathlib, sys, time
with open(sys.argv[1], "a") as file: file.write(f"{os.getpid()}\\n")
time.sleep(600)
"""
_SUPERVISE = """
import sys
from pathlib import Path
from rich.console import Console
from embedded.interrupts import Interrupts
from embedded.merged_log import MergedLog
from embedded.processes import Process
from embedded.supervisor import Supervisor
folder = Path(sys.argv[1])
stubborn = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\\n" if sys.argv[3:] else ""
code = stubborn + sys.argv[2]
processes = [Process(n, (sys.executable, "-c", code, str(folder / "pids")), {}) for n in ("a", "b")]
log = MergedLog(Console(), folder, ["a", "b"])
supervisor = Supervisor(processes, log, cwd=folder)
with Interrupts(supervisor.kill) as interrupts:
    try:
        supervisor.start()
        supervisor.watch(lambda: False)
    except KeyboardInterrupt:
        pass
    finally:
        interrupts.stopping()
        supervisor.stop()
"""


def _until(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return False


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _supervisor(
    folder: Path, processes: list[Process], foundations: list[Foundation] | None = None
) -> tuple[Supervisor, io.StringIO]:
    screen = io.StringIO()
    log = MergedLog(Console(file=screen, width=200), folder, [process.name for process in processes])
    return Supervisor(processes, log, cwd=folder, foundations=foundations or []), screen


def _server(name: str, delay: float, depends: tuple[str, ...] = ()) -> Process:
    port = free_port()
    argv = (sys.executable, "-c", _SERVE, str(port), str(delay))
    return Process(name, argv, {}, f"http://127.0.0.1:{port}/readyz", depends)


def test_a_process_starts_once_those_it_depends_on_are_ready(tmp_path: Path) -> None:
    supervisor, screen = _supervisor(tmp_path, [_server("second", 0, ("first",)), _server("first", 0.5)])
    try:
        supervisor.start()
    finally:
        supervisor.stop()
    assert _until(lambda: "second  up" in screen.getvalue())
    shown = screen.getvalue()
    assert shown.index("first   serving") < shown.index("second  up")
    assert (tmp_path / "second.log").read_text().startswith("up ")


def test_a_process_that_is_killed_is_started_again_and_that_is_said(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    process = Process("a", (sys.executable, "-c", _NOTE_AND_SLEEP, str(pids)), {})
    supervisor, screen = _supervisor(tmp_path, [process])
    try:
        supervisor.start()
        supervisor.watch(pids.exists)
        first = int(pids.read_text().split()[0])
        os.kill(first, signal.SIGKILL)
        deadline = time.monotonic() + _PATIENCE
        supervisor.watch(lambda: len(pids.read_text().split()) == 2 or time.monotonic() > deadline)
    finally:
        supervisor.stop()
    assert len(pids.read_text().split()) == 2
    assert "a was ended by signal 9; starting it again in 0.5 s" in screen.getvalue()
    assert not any(_alive(int(pid)) for pid in pids.read_text().split())


def test_a_process_that_never_gets_ready_ends_the_start_with_its_own_words(tmp_path: Path) -> None:
    failing = Process(
        "a", (sys.executable, "-c", "raise SystemExit('HALLWAY_X is missing')"), {}, "http://127.0.0.1:1/"
    )
    supervisor, _ = _supervisor(tmp_path, [failing])
    with pytest.raises(
        StartFailed, match=r"a exited with status 1 3 times before it was ready:\n  HALLWAY_X is missing"
    ):
        supervisor.start()


class _FakeServer:
    def __init__(self, events: list[str]) -> None:
        self.alive = True
        self._events = events

    def start(self) -> None:
        self._events.append("start")
        self.alive = True

    def stop(self) -> None:
        self._events.append("stop")

    def kill(self) -> None:
        self.alive = False


def test_when_the_broker_ends_it_is_started_before_its_consumers_are_started_again(tmp_path: Path) -> None:
    pids, events = tmp_path / "pids", list[str]()
    broker = _FakeServer(events)
    consumer = Process("a", (sys.executable, "-c", _NOTE_AND_SLEEP, str(pids)), {}, depends=("kafka",))
    bystander = Process("b", (sys.executable, "-c", _NOTE_AND_SLEEP, str(tmp_path / "other")), {})
    foundation = Foundation("kafka", broker, lambda: events.append("topics"), restarts_dependants=True)
    supervisor, screen = _supervisor(tmp_path, [consumer, bystander], [foundation])
    try:
        supervisor.start()
        supervisor.watch(pids.exists)
        supervisor.watch((tmp_path / "other").exists)
        broker.alive = False
        supervisor.watch(lambda: len(pids.read_text().split()) == 2)
    finally:
        supervisor.stop()
    assert events == ["stop", "start", "topics"]
    assert "kafka runs again; restarting a" in screen.getvalue()
    assert len((tmp_path / "other").read_text().split()) == 1


def _supervise(folder: Path, *more: str) -> tuple[subprocess.Popen[bytes], list[int]]:
    running = subprocess.Popen(
        [sys.executable, "-c", _SUPERVISE, str(folder), _NOTE_AND_SLEEP, *more],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    pids = folder / "pids"
    assert _until(lambda: pids.exists() and len(pids.read_text().split()) == 2)
    return running, [int(pid) for pid in pids.read_text().split()]


def test_nothing_is_left_after_sigterm(tmp_path: Path) -> None:
    running, pids = _supervise(tmp_path)
    running.terminate()
    assert running.wait(_PATIENCE) == 0
    assert not any(map(_alive, pids))


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel ends orphans on Linux only")
def test_nothing_is_left_after_the_supervisor_is_killed(tmp_path: Path) -> None:
    running, pids = _supervise(tmp_path)
    running.kill()
    running.wait()
    assert _until(lambda: not any(map(_alive, pids)))


def test_a_second_ctrl_c_ends_processes_that_do_not_listen_at_once(tmp_path: Path) -> None:
    running, pids = _supervise(tmp_path, "stubborn")
    running.send_signal(signal.SIGINT)
    time.sleep(0.5)
    assert running.poll() is None
    running.send_signal(signal.SIGINT)
    assert running.wait(_PATIENCE) == 130
    assert _until(lambda: not any(map(_alive, pids)))
