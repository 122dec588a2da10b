"""Starts a process's parts in order, watches them, and stops them in reverse order within a bound."""

import asyncio
import logging
import signal
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

import uvloop

from services.kit import db, migrate, telemetry
from services.kit.clock import Clock, system_clock
from services.kit.db import TRANSIENT, Pool
from services.kit.health import Health, HttpServer
from services.kit.inbox import Subscription
from services.kit.settings import ServiceSettings, load

WATCH_SECONDS = 1.0
logger = logging.getLogger(__name__)
S = TypeVar("S", bound=ServiceSettings)


class Part(Protocol):
    """Something that runs in a process: a server, the relay, a consumer, a loop."""

    async def start(self) -> None:
        """Returns when the part does its work."""

    async def stop(self) -> None:
        """Returns when it has finished what was under way."""

    def problem(self) -> str | None:
        """Why the process should be started anew; None while all is well."""


@dataclass(frozen=True)
class Resources(Generic[S]):
    """What every part may use; ``health`` answers /livez and /readyz for a part that serves HTTP itself."""

    settings: S
    pool: Pool
    health: Health
    clock: Clock = system_clock


class Loop:
    """A Part that calls ``work`` again and again: at once after it did something, else after ``pause`` seconds."""

    def __init__(self, name: str, work: Callable[[], Awaitable[bool]], pause: float = 0.2) -> None:
        self._name, self._work, self._pause = name, work, pause
        self._failure: str | None = None
        self._stopping = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begins in the background."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Lets the call under way finish."""
        self._stopping.set()
        if self._task:
            await self._task

    def problem(self) -> str | None:
        """Names an error that does not pass by itself."""
        return self._failure

    async def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                did_something = await self._work()
            except TRANSIENT as error:
                logger.warning("%s waits: %s: %s", self._name, type(error).__name__, error)
                did_something = False
            except Exception as error:
                logger.exception("%s stops", self._name)
                self._failure = f"{self._name} stopped: {error}"
                return
            if not did_something:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._stopping.wait(), self._pause)


PartsOf = Callable[[Resources[S]], Sequence[Part]]


@dataclass(frozen=True)
class Service(Generic[S]):
    """A service's table of contents; ``main`` is its command line."""

    name: str
    settings: type[S]
    migrations: Path
    parts: PartsOf[S]
    worker: PartsOf[S] | None = None
    subscriptions: Sequence[Subscription] = ()

    def main(self) -> None:
        """Runs the command line of this service; exits."""
        from services.kit import commands  # commands need Service

        raise SystemExit(commands.main(self))

    async def run(self, parts: PartsOf[S], name: str) -> int:
        """Runs ``parts`` until SIGTERM, SIGINT or a part's problem; returns the exit code."""
        settings = load(self.settings)
        telemetry.configure(name, settings.otlp_endpoint)
        pool = await db.create_pool(settings.database_url, settings.database_pool)
        async with pool.acquire() as connection:
            await migrate.check(connection, self.migrations)
        process = Process(name, pool, settings.stop_seconds)
        resources = Resources(settings, pool, Health(process.live, process.ready))
        try:
            return await process.run([HttpServer(settings.health_listen, resources.health), *parts(resources)])
        finally:
            telemetry.shutdown()


class Process:
    """The running parts of one process, and whether they are well."""

    def __init__(self, name: str, pool: Pool, stop_seconds: float) -> None:
        self._name, self._pool, self._stop_seconds = name, pool, stop_seconds
        self._started: list[Part] = []
        self._ready = False
        self._stop = asyncio.Event()

    async def live(self) -> str | None:
        """The first part's problem, if any."""
        return next((problem for part in self._started if (problem := part.problem())), None)

    async def ready(self) -> str | None:
        """Why no work should be sent here now."""
        if not self._ready:
            return "stopping" if self._stop.is_set() else "starting"
        try:
            await self._pool.fetchval("select 1", timeout=2)
        except TRANSIENT as error:
            return f"the database does not answer: {type(error).__name__}"
        return await self.live()

    async def run(self, parts: Sequence[Part]) -> int:
        """Starts ``parts`` in order, waits, stops them in reverse order; 1 when a part had a problem."""
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, self._stop.set)
        problem: str | None = None
        try:
            for part in parts:
                await part.start()
                self._started.append(part)
            self._ready = True
            logger.info("%s is ready", self._name)
            problem = await self._watch()
        finally:
            self._ready = False
            await self._shut_down()
        return 1 if problem else 0

    async def _watch(self) -> str | None:
        while not self._stop.is_set():
            if problem := await self.live():
                logger.error("%s stops to be started anew: %s", self._name, problem)
                return problem
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), WATCH_SECONDS)
        return None

    async def _shut_down(self) -> None:
        try:
            async with asyncio.timeout(self._stop_seconds):
                for part in reversed(self._started):
                    await part.stop()
                await self._pool.close()
            logger.info("%s stopped", self._name)
        except TimeoutError:
            logger.error("%s did not stop within %g s", self._name, self._stop_seconds)
            self._pool.terminate()


def run(main: Coroutine[Any, Any, int]) -> int:
    """Runs a process's main coroutine on uvloop."""
    return uvloop.run(main)
