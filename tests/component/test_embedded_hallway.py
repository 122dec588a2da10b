"""The whole of Hallway under one command: up, refused twice, healed, down with nothing left, forgotten."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from embedded.ports import free_port

_PATIENCE = 90.0
_UP = """
import sys
from pathlib import Path
from embedded.hallway import Options, run
from embedded.problem import Problem
try:
    run(lambda running: print("READY", running.portal_url, running.mailbox_url, flush=True),
        Options(state=Path(sys.argv[1]), port=int(sys.argv[2])))
except Problem as problem:
    sys.exit(f"PROBLEM {problem}")
"""
_RESET = """
import sys
from pathlib import Path
from embedded.hallway import Options, reset
print(reset(Options(state=Path(sys.argv[1]))))
"""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are counted by /proc")


@pytest.fixture
def folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="hallway-up-"))
    made.chmod(0o755)  # root's PostgreSQL account has to pass through
    yield made
    shutil.rmtree(made, ignore_errors=True)


class _Up:
    """A running `run()`, its lines in a file."""

    def __init__(self, state: Path, port: int) -> None:
        self.log = state.parent / f"up-{time.monotonic_ns()}.log"
        with self.log.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-c", _UP, str(state), str(port)], stdout=output, stderr=subprocess.STDOUT
            )

    def until(self, line: str) -> str:
        assert _until(lambda: line in self.log.read_text() or self.process.poll() is not None), self.log.read_text()
        assert line in self.log.read_text(), self.log.read_text()
        return next(text for text in self.log.read_text().splitlines() if line in text)

    def children(self) -> list[int]:
        listed = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(pid) for pid in listed.split()]


def _until(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.1)
    return False


def _alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def _program(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()


def _run(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, timeout=_PATIENCE)


def _refusals(up: _Up, state: Path, port: int) -> None:
    runs = f"Hallway already runs in {state} as process {up.process.pid};"
    second = _run(_UP, str(state), str(free_port()))
    assert second.returncode == 1
    assert f"PROBLEM {runs}" in second.stderr
    assert runs in _run(_RESET, str(state)).stderr
    other = _run(_UP, str(state.parent / "other"), str(port))
    assert f"PROBLEM port {port} of 127.0.0.1 is taken by another program; choose another with --port" in other.stderr


# One journey and not several tests: each start of everything takes ten seconds.
@pytest.mark.timeout(400)
def test_hallway_comes_up_survives_kills_stops_whole_and_is_forgotten(folder: Path) -> None:
    state, port = folder / "state", free_port()
    up = _Up(state, port)
    try:
        ready = up.until("READY")
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=10) as answer:
            assert answer.status == 200
        with urllib.request.urlopen(ready.split()[2], timeout=10) as answer:
            assert "0 mails" in answer.read().decode()
        assert len(up.children()) == 9  # PostgreSQL, the broker, four services, two workers, the mailbox
        _refusals(up, state, port)

        broker = next(pid for pid in up.children() if "tansu" in _program(pid))
        os.kill(broker, signal.SIGKILL)
        up.until("kafka runs again; restarting attendee, matchmaking, scheduling, portal")
        assert _until(lambda: up.log.read_text().count("portal is ready") == 2), up.log.read_text()
    finally:
        children = up.children()
        up.process.kill()
        up.process.wait()
    assert _until(lambda: not any(map(_alive, children)))

    again = _Up(state, port)
    try:
        again.until("READY")
        assert "portal: the schema is up to date" in " ".join(again.log.read_text().split())
        children = again.children()
        again.process.send_signal(signal.SIGINT)
        assert again.process.wait(_PATIENCE) == 0
        assert "everything has stopped; the data is kept" in again.log.read_text()
        assert [_program(pid) for pid in children if _alive(pid)] == []
    finally:
        again.process.kill()
        again.process.wait()
    assert _run(_RESET, str(state)).stdout == "True\n"
    assert not state.exists()
