"""A service's command line, and its processes: parts started in order, watched, stopped in reverse within a bound."""

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, Protocol

import uvloop
from aiokafka.errors import KafkaError

from services.kit import db, dead_letter, log, migrate, telemetry
from services.kit.clock import Clock, system_clock
from services.kit.db import TRANSIENT, Pool
from services.kit.errors import describe
from services.kit.health import Health, HttpServer
from services.kit.inbox import Subscription
from services.kit.settings import S, load

USAGE = "give no argument to run the service, or one of: worker, migrate, dead-letters list, dead-letters replay [id]"
START_SECONDS = 60.0  # a consumer waits for its group, and a broker that is gone never answers
WATCH_SECONDS = 1.0
logger = logging.getLogger(__name__)


class Part(Protocol):
    """A server, the relay, a consumer, a loop. ``start`` returns when it works, ``stop`` when it has finished what was
    under way; ``problem`` says why the process should be started anew, None while all is well."""

    async def start(self) -> None: ...
    async def stop(self) -> None: ...
    def problem(self) -> str | None: ...


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

    async def start(self) -> None:
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        self._stopping.set()
        await self._task

    def problem(self) -> str | None:
        return self._failure

    async def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                if await self._work():
                    continue
            except (KafkaError, *TRANSIENT) as error:
                logger.warning("%s waits: %s", self._name, describe(error))
            except Exception as error:
                logger.exception("%s stops", self._name)
                self._failure = f"{self._name} stopped: {describe(error)}"
                return
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
        """Does what the command line says; exits."""
        log.configure()
        match sys.argv[1:]:
            case []:
                work = self.run(self.parts, self.name)
            case ["worker"] if self.worker:
                os.nice(10)  # who waits for an answer goes first
                work = self.run(self.worker, f"{self.name}-worker")
            case ["migrate"]:
                work = self._migrate()
            case ["dead-letters", "list" | "replay" as verb, *only] if len(only) <= (verb == "replay"):
                work = dead_letter.tell(load(self.settings).database_url, self.subscriptions, verb == "replay", *only)
            case _:
                print(f"{self.name}: {USAGE}", file=sys.stderr)
                sys.exit(2)
        try:
            sys.exit(uvloop.run(work))
        except (migrate.SchemaError, KafkaError, *TRANSIENT) as error:
            sys.exit(f"{self.name} cannot go on: {str(error) or describe(error)}")
        except Exception:
            logger.exception("%s failed", self.name)
            sys.exit(1)

    async def _migrate(self) -> int:
        names = await migrate.migrate(load(self.settings).database_url, self.migrations)
        print(f"{self.name}: {', '.join(names) or 'the schema is up to date'}")
        return 0

    async def run(self, parts: PartsOf[S], name: str) -> int:
        """Runs ``parts`` until SIGTERM, SIGINT or a part's problem; returns the exit code."""
        settings = load(self.settings)
        telemetry.configure(name, settings.otlp_endpoint)
        pool = await db.create_pool(settings.database_url, settings.database_pool)
        await migrate.check(pool, self.migrations)
        process = Process(name, pool, settings.stop_seconds)
        resources = Resources(settings, pool, Health(process.live, process.ready))
        return await process.run([HttpServer(settings.health_listen, resources.health), *parts(resources)])


class Process:
    """The running parts of one process, and whether they are well."""

    def __init__(self, name: str, pool: Pool, stop_seconds: float) -> None:
        self._name, self._pool, self._stop_seconds = name, pool, stop_seconds
        self._started: list[Part] = []
        self._ready, self._stop = False, asyncio.Event()

    async def live(self) -> str | None:
        """The first part's problem, if any."""
        return next((problem for part in self._started if (problem := part.problem())), None)

    async def ready(self) -> str | None:
        """Why no work should be sent here now."""
        if not self._ready:
            return "stopping" if self._stop.is_set() else "starting"
        try:
            async with asyncio.timeout(2):
                await self._pool.fetchval("select 1")
        except TRANSIENT as error:
            return f"the database does not answer: {type(error).__name__}"
        return await self.live()

    async def run(self, parts: Sequence[Part]) -> int:
        """Starts ``parts`` in order, waits, stops them in reverse order; 1 when a part had a problem."""
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, self._stop.set)
        problem: str | None = None
        try:
            async with asyncio.timeout(START_SECONDS):
                for part in parts:
                    await part.start()
                    self._started.append(part)
            self._ready = True
            logger.info("%s is ready", self._name)
            while not self._stop.is_set() and not (problem := await self.live()):
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._stop.wait(), WATCH_SECONDS)
            if problem:
                logger.error("%s stops to be started anew: %s", self._name, problem)
        finally:
            self._ready = False
            await self._shut_down()
        return 1 if problem else 0

    async def _shut_down(self) -> None:
        try:
            async with asyncio.timeout(self._stop_seconds):
                for part in reversed(self._started):
                    try:
                        await part.stop()
                    except Exception:
                        logger.exception("%s: a part did not stop in order", self._name)
                await self._pool.close()
            logger.info("%s stopped", self._name)
        except TimeoutError:
            logger.error("%s did not stop within %g s", self._name, self._stop_seconds)
            self._pool.terminate()
