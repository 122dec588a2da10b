"""A process starts its parts in order, stops them in reverse order, and ends when one has a problem."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest
import uvloop

from services.kit import lifecycle
from services.kit.db import TRANSIENT
from services.kit.lifecycle import Loop, Process, Service
from services.kit.settings import ServiceSettings


class Pool:
    """Stands in for the pool: closing it is what a process does last."""

    def __init__(self, log: list[str]) -> None:
        self.log = log

    async def close(self) -> None:
        self.log.append("close pool")

    def terminate(self) -> None:
        self.log.append("terminate pool")


class Part:
    def __init__(self, name: str, log: list[str], problem: str | None = None, hangs: bool = False) -> None:
        self.name, self.log, self._problem, self.hangs = name, log, problem, hangs

    async def start(self) -> None:
        self.log.append(f"start {self.name}")

    async def stop(self) -> None:
        if self.hangs:
            await asyncio.sleep(60)
        self.log.append(f"stop {self.name}")

    def problem(self) -> str | None:
        return self._problem


def process(log: list[str], stop_seconds: float = 5) -> Process:
    return Process("tiny", Pool(log), stop_seconds)  # type: ignore[arg-type]


async def test_parts_start_in_order_and_stop_in_reverse_order() -> None:
    log: list[str] = []
    assert await process(log).run([Part("a", log), Part("b", log, problem="b is broken")]) == 1
    assert log == ["start a", "start b", "stop b", "stop a", "close pool"]


async def test_a_part_that_does_not_stop_is_left_behind_after_the_bound() -> None:
    log: list[str] = []
    await process(log, stop_seconds=0.1).run([Part("a", log, problem="x", hangs=True)])
    assert log == ["start a", "terminate pool"]


async def test_a_part_that_fails_to_stop_does_not_keep_the_others_from_stopping() -> None:
    class Fails(Part):
        async def stop(self) -> None:
            raise ValueError("a bug")

    log: list[str] = []
    assert await process(log).run([Part("a", log), Fails("b", log), Part("c", log, problem="c is broken")]) == 1
    assert log[3:] == ["stop c", "stop a", "close pool"]


async def test_a_process_that_cannot_get_started_ends_so_that_it_is_started_anew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Hangs(Part):
        async def start(self) -> None:
            await asyncio.sleep(60)

    monkeypatch.setattr(lifecycle, "START_SECONDS", 0.05)
    log: list[str] = []
    with pytest.raises(TimeoutError):
        await process(log).run([Part("a", log), Hangs("b", log)])
    assert log == ["start a", "stop a", "close pool"]


def test_a_service_that_gives_up_says_why_even_where_the_error_has_no_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def ends(work: Coroutine[Any, Any, int]) -> int:
        work.close()
        raise TimeoutError

    monkeypatch.setattr(uvloop, "run", ends)
    monkeypatch.setattr(sys, "argv", ["portal"])
    with pytest.raises(SystemExit, match="portal cannot go on: TimeoutError"):
        Service("portal", ServiceSettings, Path(), lambda resources: []).main()


async def test_parts_started_before_one_that_cannot_start_are_stopped() -> None:
    class Refuses(Part):
        async def start(self) -> None:
            raise OSError("port taken")

    log: list[str] = []
    try:
        await process(log).run([Part("a", log), Refuses("b", log)])
    except OSError as error:
        assert str(error) == "port taken"
    assert log == ["start a", "stop a", "close pool"]


async def test_liveness_names_the_problem() -> None:
    running = process([])
    running._started = [Part("a", []), Part("b", [], problem="b is broken")]
    assert await running.live() == "b is broken"


async def test_a_loop_goes_on_after_an_error_that_passes_and_ends_with_one_that_does_not() -> None:
    errors: list[Exception] = [TRANSIENT[0]("refused"), ZeroDivisionError("a bug")]

    async def work() -> bool:
        raise errors.pop(0)

    loop = Loop("tiny", work, pause=0.001)
    await loop.start()
    assert loop._task is not None
    await loop._task
    assert errors == []
    assert loop.problem() == "tiny stopped: ZeroDivisionError"
    await loop.stop()


@pytest.mark.parametrize("arguments, lower", [([], 0), (["worker"], 10)])
def test_a_worker_leaves_the_processor_to_those_who_are_asked(arguments: list[str], lower: int) -> None:
    script = """
import os
from pathlib import Path
from services.kit.lifecycle import Service
from services.kit.settings import ServiceSettings

async def run(*_):
    print(os.nice(0))
    return 0

service = Service("tiny", ServiceSettings, Path(), list, worker=list)
object.__setattr__(service, "run", run)
service.main()
"""
    told = subprocess.run([sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=True)
    assert int(told.stdout) == min(19, os.nice(0) + lower)
