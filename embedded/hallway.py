"""The embedded default: all of Hallway on one machine under one command, with its data in one folder."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from embedded.broker import Broker
from embedded.environment import PORTS, SERVICES, Plan
from embedded.interrupts import Interrupts
from embedded.merged_log import MergedLog
from embedded.options import Options
from embedded.postgres import Postgres
from embedded.progress import Progress
from embedded.running_postgres import RunningPostgres
from embedded.state import State
from embedded.supervisor import Foundation, Supervisor
from embedded.tasks import run_all
from services.make_topics import make_topics

_ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Running:
    """A Hallway that is up. `stop()` ends it from any thread; `console` is the one its log goes to."""

    portal_url: str
    mailbox_url: str | None
    bootstrap_token: str
    kafka_bootstrap: str
    database_urls: Mapping[str, str]
    state: Path
    console: Console
    stop: Callable[[], None]


def run(on_ready: Callable[[Running], None], options: Options | None = None, console: Console | None = None) -> None:
    """Start everything, call `on_ready` in a thread once all is ready, return after Ctrl-C, SIGTERM or `stop()`.

    Call from the main thread. Raises Problem when something cannot start, and whatever `on_ready` raises.
    """
    options = options or Options.from_environment()
    console = console or Console()
    state = State(options.state)
    with state.opened():
        _Embedded(state, options, console).run(on_ready)


def reset(options: Options | None = None) -> bool:
    """Delete the state folder; False when there is none. Problem when Hallway runs there or it is not Hallway's."""
    options = options or Options.from_environment()
    state = State(options.state)
    return state.remove(before=lambda: Postgres(state.folder / "postgres").destroy())


class _Embedded:
    def __init__(self, state: State, options: Options, console: Console) -> None:
        self._state = state
        self._console = console
        self._finished = threading.Event()
        self._error: BaseException | None = None
        folder, secrets = state.folder, state.secrets()
        portal_port = state.portal_port(options.port, options.host)
        ports = state.ports(PORTS, lambda line: console.print(line, markup=False, highlight=False))
        self._postgres: Postgres | RunningPostgres = (
            RunningPostgres(options.postgres_url, secrets["database_password"])
            if options.postgres_url
            else Postgres(
                folder / "postgres",
                port=ports["postgres"],
                password=secrets["database_password"],
                say=lambda line: self._log.say(line),
            )
        )
        (folder / "log").mkdir(exist_ok=True)
        self._broker = Broker(port=ports["kafka"], log=folder / "log" / "kafka.log")
        self._plan = Plan(
            host=options.host,
            portal_port=portal_port,
            public_url=options.url(portal_port),
            ports=ports,
            secrets=secrets,
            database_urls={name: self._postgres.service_url(f"hallway_{name}") for name in SERVICES},
            kafka_bootstrap=self._broker.bootstrap,
            mail_folder=str(folder / "mail"),
        )
        processes = self._plan.processes()
        self._log = MergedLog(console, folder / "log", [process.name for process in processes])
        foundations = [
            Foundation("postgres", self._postgres),
            Foundation("kafka", self._broker, self._create_topics, restarts_dependants=True),
        ]
        self._supervisor = Supervisor(processes, self._log, cwd=_ROOT, foundations=foundations)

    def run(self, on_ready: Callable[[Running], None]) -> None:
        interrupted = False
        with Interrupts(self._kill) as interrupts:
            try:
                self._start_foundations()
                self._supervisor.start()
                threading.Thread(target=self._call, args=(on_ready,), daemon=True).start()
                self._supervisor.watch(self._finished.is_set)
            except KeyboardInterrupt:
                interrupted = True
                self._log.say("stopping; Ctrl-C again ends everything at once")
            finally:
                interrupts.stopping()
                self._stop()
        if self._error is not None and not interrupted:  # stopped in the middle, `on_ready` cannot but fail
            raise self._error

    def _start_foundations(self) -> None:
        with Progress(self._console, "Starting PostgreSQL") as progress:
            self._postgres.start()
            for name in SERVICES:
                self._postgres.create_database(f"hallway_{name}")
        self._log.say(f"PostgreSQL is ready ({progress.seconds:.1f} s)")
        with Progress(self._console, "Starting the broker") as progress:
            self._broker.start()
            self._create_topics()
        self._log.say(f"the broker is ready ({progress.seconds:.1f} s)")
        with Progress(self._console, "Bringing the databases up to date") as progress:
            run_all([self._plan.migration(name) for name in SERVICES], self._log, cwd=_ROOT)
        self._log.say(f"the databases are up to date ({progress.seconds:.1f} s)")

    def _create_topics(self) -> None:
        asyncio.run(make_topics(self._broker.bootstrap))

    def _call(self, on_ready: Callable[[Running], None]) -> None:
        running = Running(
            portal_url=self._plan.public_url,
            mailbox_url=self._plan.mailbox_url,
            bootstrap_token=self._plan.secrets["bootstrap_token"],
            kafka_bootstrap=self._plan.kafka_bootstrap,
            database_urls=self._plan.database_urls,
            state=self._state.folder,
            console=self._console,
            stop=self._finished.set,
        )
        try:
            on_ready(running)
        except BaseException as error:
            self._error = error
            self._finished.set()

    def _stop(self) -> None:
        self._supervisor.stop()
        self._broker.stop()
        self._postgres.stop()
        self._log.say("everything has stopped; the data is kept")

    def _kill(self) -> None:
        self._supervisor.kill()
        self._broker.kill()
        self._postgres.kill()
