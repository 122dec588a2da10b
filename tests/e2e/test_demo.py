"""`hallway demo` as a stranger starts it: everything there, stopped whole, kept, forgotten."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from embedded.ports import free_port, is_free

pytestmark = pytest.mark.timeout(600)  # a bound on hanging: two starts, on a machine that does much else
HALLWAY = (sys.executable, "-c", "from cli.app import main; main()")
PATIENCE = 240  # seconds for a start


class Demo:
    """The demo in a folder of its own, started and stopped as from a terminal."""

    def __init__(self, folder: Path) -> None:
        self.state = folder / "state"
        self.port = free_port()
        self.log = folder / "demo.log"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> str:
        """Starts it; what it printed until everything was there."""
        self.launch()
        return self.wait_for("Ctrl-C stops everything")

    def launch(self) -> None:
        """Starts it."""
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [*HALLWAY, "demo", "--port", str(self.port)],
                env=self._env(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def wait_for(self, words: str) -> str:
        """What it printed until these words."""
        assert self.process is not None
        process = self.process

        def printed() -> bool:
            assert process.poll() is None, self.log.read_text()[-4_000:]
            return words in self.log.read_text()

        self.wait_until(printed)
        return self.log.read_text()

    def wait_until(self, reached: Callable[[], bool]) -> None:
        """Asks until it is so; the bound is on hanging."""
        until = time.monotonic() + PATIENCE
        while not reached():
            assert time.monotonic() < until, self.log.read_text()[-4_000:]
            time.sleep(0.2)

    def stop(self) -> int:
        """Ctrl-C; the exit status."""
        assert self.process is not None
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(40)

    def command(self, *arguments: str) -> str:
        """The output of a command in another terminal."""
        ended = subprocess.run([*HALLWAY, *arguments], env=self._env(), check=True, capture_output=True, text=True)
        return ended.stdout

    def json(self, *arguments: str) -> Any:
        """The JSON of a command."""
        return json.loads(self.command(*arguments, "--json"))

    def _env(self) -> dict[str, str]:
        return os.environ | {"HALLWAY_STATE": str(self.state), "NO_COLOR": "1"}

    def processes(self) -> set[int]:
        """Every process that belongs to it: those that name its folder in their command or environment."""
        found = set()
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                told = (folder / "environ").read_bytes() + (folder / "cmdline").read_bytes()
            except OSError:
                continue  # ended meanwhile
            if str(self.state).encode() in told and int(folder.name) != os.getpid():
                found.add(int(folder.name))
        return found


@pytest.fixture
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A demo that does not outlive the test."""
    made = Demo(tmp_path_factory.mktemp("demo"))
    yield made
    if made.process is not None and made.process.poll() is None:
        made.stop()


def links(text: str) -> list[str]:
    """The one-time links that were printed: dashboard first, then two people's."""
    return re.findall(r"http://127\.0\.0\.1:\d+/sign-in/\S+", text)


def shown(text: str) -> list[str]:
    """The names of the two people whose pages were printed."""
    return re.findall(r"^(.+)'s page$", text, re.MULTILINE)


def counts(demo: Demo) -> dict[str, int]:
    return {name: value for name, value in demo.json("dashboard").items() if isinstance(value, int)}


def steady(told: dict[str, int]) -> bool:
    """Whether everything that the thirteenth match sets off is counted; each topic comes in its own time."""
    return told["scheduled"] == 13 and told["matched"] == told["people_reached"] > 24


def test_the_demo_shows_a_living_conference_and_keeps_it_until_it_is_forgotten(demo: Demo) -> None:
    first = demo.start()
    before = counts(demo)
    assert before["registered"] == 240 and 190 <= before["joined"] <= 215
    assert before["suggested"] == before["joined"]  # nobody who joined is left without one
    assert before["matched"] == before["people_reached"] == 24 and before["scheduled"] == 12
    assert len(links(first)) == 3
    with httpx.Client(trust_env=False) as browser:
        for link in links(first):
            assert browser.get(link).status_code == 200
        mailbox = re.search(r"Mail that was sent\n\s+(\S+)", first)
        assert mailbox and browser.get(mailbox[1]).status_code == 200
    one, other = shown(first)
    assert other in [p["name"] for s in demo.json("suggestions", one)["suggestions"] for p in s["attendees"]]
    assert {source["network"] for source in demo.json("sources")["sources"]} == {"irc", "mbox"}

    demo.command("answer", one, other, "yes")
    assert "It is mutual" in demo.command("answer", other, one, "yes")
    demo.wait_until(lambda: steady(counts(demo)))
    before = counts(demo)

    assert len(demo.processes()) >= 8
    assert demo.stop() == 0
    assert demo.processes() == set() and is_free(demo.port)

    second = demo.start()
    assert counts(demo) == before
    assert len(links(second)) == 3 and not set(links(second)) & set(links(first))
    assert not set(shown(second)) & {one, other}  # these two have met; others are shown, who have not
    assert demo.stop() == 0

    assert "is gone" in demo.command("reset")
    assert not demo.state.exists() and demo.processes() == set()


def test_ctrl_c_while_the_sample_is_loaded_stops_quietly_and_the_next_start_goes_on(demo: Demo) -> None:
    demo.launch()
    demo.wait_for("Importing the mailing list: done")
    assert demo.stop() == 0
    told = demo.log.read_text()
    assert "Error" not in told and "Traceback" not in told and demo.processes() == set()
    demo.start()
    after = counts(demo)
    assert after["registered"] == 240 and after["suggested"] == after["joined"] and after["scheduled"] == 12
    assert len(demo.json("sources")["sources"]) == 2


def test_a_taken_port_is_named_with_another_to_choose(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = subprocess.run(
            [*HALLWAY, "demo", "--state", str(tmp_path / "state"), "--port", str(port)], capture_output=True, text=True
        )
    assert ended.returncode == 1
    assert f"port {port}" in ended.stderr and "--port" in ended.stderr and "Traceback" not in ended.stderr
