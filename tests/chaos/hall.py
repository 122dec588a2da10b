"""A whole Hallway as processes, made to be hurt: real PostgreSQL, real broker, the embedded supervisor."""

import asyncio
import os
import secrets
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import asyncpg
from rich.console import Console

from embedded.broker import Broker
from embedded.environment import PORTS, SERVICES, Plan
from embedded.merged_log import MergedLog
from embedded.ports import free_port
from embedded.postgres import Postgres
from embedded.processes import Child, Process
from embedded.supervisor import Foundation, Supervisor
from embedded.tasks import run_all
from services.kit import migrate
from services.make_topics import make_topics
from tests.chaos.cluster import Cluster
from tests.chaos.proxy import Proxy

ROOT = Path(__file__).parents[2]
OWNERS = SERVICES[:3]
LEDGER = "ledger"
COMMAND = 600  # seconds; a bound on hanging
DATABASES = (*SERVICES, LEDGER)


@dataclass(frozen=True)
class Choice:
    """What is run: ``nodes`` of Apache Kafka (0: the embedded broker), a second of each process or not, a planted
    bug, seconds by which each process's clock is ahead."""

    nodes: int = 0
    twins: bool = False
    bug: str = ""
    clocks: tuple[tuple[str, int], ...] = ()
    disk: Path | None = None  # PostgreSQL's data goes here: a small file system that can be filled


class Hall:
    """Everything that runs. ``run`` keeps it running on the main thread; all else is called by ``work``'s thread."""

    def __init__(self, folder: Path, choice: Choice) -> None:
        self.folder, self.choice = folder, choice
        names = [*PORTS, "portal", "ledger-health"]
        self.ports = _ports([*names, *(f"{name}-2" for name in names)])
        self.cluster = Cluster(folder / "kafka", choice.nodes) if choice.nodes else None
        proxied = free_port(frozenset(self.ports.values()))
        self.broker = Broker(port=self.ports["kafka"], log=folder / "kafka.log", advertised=proxied)
        self.proxies = self.cluster.proxies if self.cluster else [Proxy(proxied, self.ports["kafka"])]
        self.postgres = Postgres((choice.disk or folder) / "postgres", port=self.ports["postgres"], durable=False)
        self.token = secrets.token_urlsafe(24)
        self.plan = self._plan()
        self._held: dict[str, tuple[str, ...]] = {}
        processes = self._processes()
        self.log = MergedLog(Console(file=(folder / "log.txt").open("w"), width=300), folder / "log", _names(processes))
        self.supervisor = Supervisor(processes, self.log, cwd=ROOT, foundations=self._foundations())
        self.children: dict[str, Child] = {child.name: child for child in self.supervisor._children}
        self._finished = threading.Event()

    def run(self, work: Callable[["Hall"], None]) -> None:
        """Starts all, calls ``work`` in a thread, keeps everything running until it returns, stops all."""
        thread = threading.Thread(target=self._work, args=(work,), name="work")
        proxies = threading.Thread(target=self._serve_proxies, name="proxies", daemon=True)
        try:
            proxies.start()
            self._start_foundations()
            self.supervisor.start()
            thread.start()
            self.supervisor.watch(self._finished.is_set)
        finally:
            self._finished.set()
            if thread.ident:
                thread.join(20)
            self.supervisor.stop()
            if self.cluster:
                self.cluster.stop()
            self.broker.stop()
            self.postgres.destroy()

    def _work(self, work: Callable[["Hall"], None]) -> None:
        try:
            work(self)
        finally:
            self._finished.set()

    def _serve_proxies(self) -> None:
        async def serve() -> None:
            self.loop = asyncio.get_running_loop()
            for proxy in self.proxies:
                await proxy.start()
            await asyncio.Event().wait()

        asyncio.run(serve())

    def network(self, change: Callable[[Proxy], None]) -> None:
        """Does something to every proxy, on their own thread."""
        for proxy in self.proxies:
            self.loop.call_soon_threadsafe(change, proxy)

    def _start_foundations(self) -> None:
        self.postgres.start()
        for name in DATABASES:
            self.postgres.create_database(f"hallway_{name}")
        if self.cluster:
            self.cluster.start()
        else:
            self.broker.start()
        self._create_topics()
        migrations = [self.plan.migration(name) for name in SERVICES]
        asyncio.run(migrate.migrate(self.database(LEDGER), ROOT / "tests" / "chaos" / LEDGER))
        run_all(migrations, self.log, cwd=ROOT)

    @property
    def kafka(self) -> str:
        """What the services connect to."""
        return ",".join(f"127.0.0.1:{proxy.port}" for proxy in self.proxies)

    def database(self, service: str) -> str:
        """The URL of a service's database."""
        return self.postgres.service_url(f"hallway_{service}")

    def grpc(self, service: str) -> list[str]:
        """Where a service answers: one address, or two with twins."""
        names = [f"{service}-grpc"] + ([f"{service}-grpc-2"] if self.choice.twins else [])
        return [f"127.0.0.1:{self.ports[name]}" for name in names]

    def urls(self) -> list[str]:
        """Where the portal answers."""
        names = ["portal"] + (["portal-2"] if self.choice.twins else [])
        return [f"http://127.0.0.1:{self.ports[name]}" for name in names]

    def services(self) -> list[str]:
        """The names of the processes that belong to Hallway."""
        return [name for name in self.children if name != "mailbox"]

    def pid(self, name: str) -> int | None:
        """The process id of a service, of postgres or of kafka; None while it does not run."""
        popen: subprocess.Popen[bytes] | None
        if name == "postgres":
            popen = self.postgres._server
        elif name == "kafka":
            popen = self.broker._process
        else:
            popen = self.children[name]._popen
        return popen.pid if popen is not None and popen.poll() is None else None

    def signal(self, name: str, number: signal.Signals) -> int | None:
        """Sends a signal to a process that runs; its pid."""
        pid = self.pid(name)
        with suppress(ProcessLookupError):
            if pid:
                os.kill(pid, number)
        return pid

    def setting(self, name: str, key: str, value: str) -> None:
        """Changes one environment variable of a process, from its next start on."""
        child = self.children[name]
        child.process = replace(child.process, env={**child.process.env, key: value})

    def hold(self, name: str) -> None:
        """Ends a process and lets nothing take its place until it is let go."""
        child = self.children[name]
        self._held[name] = child.process.argv
        child.process = replace(child.process, argv=("sleep", "100000"))
        self.signal(name, signal.SIGKILL)

    def let_go(self, name: str) -> None:
        """Has a process that was held started again."""
        child = self.children[name]
        child.process = replace(child.process, argv=self._held.pop(name))
        self.signal(name, signal.SIGKILL)

    def instances(self, name: str) -> list[str]:
        """A process and its twin, where there is one."""
        return [one for one in (name, f"{name}-2") if one in self.children]

    def command(self, name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Runs a process's command line with other arguments, to its end."""
        process = self.children[name].process
        argv = [*self._held.get(name, process.argv), *arguments]
        return subprocess.run(argv, env=dict(process.env), cwd=ROOT, capture_output=True, text=True, timeout=COMMAND)

    def not_ready(self, names: Iterable[str] = ()) -> list[str]:
        """The processes (of these; none given: of all) that do not answer that they are ready."""
        return [name for name in names or self.children if not (self.pid(name) and self.children[name]._answers())]

    def cluster_start(self) -> None:
        """Starts the nodes of Apache Kafka that do not run, on the thread of the proxies' life."""
        assert self.cluster
        self.cluster.start()

    async def admin(self, database: str = "postgres") -> "asyncpg.Connection[asyncpg.Record]":
        """A connection of the checker's own."""
        return await asyncpg.connect(self.postgres.url(database), timeout=10)

    async def end_connections(self, database: str, which: str) -> None:
        """Ends the services' connections to databases with such names (SQL: like) whose pid ``which`` selects."""
        connection = await self.admin()
        with suppress(asyncpg.PostgresError):
            await connection.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity where datname like $1 and datname like"
                f" 'hallway_%' and application_name <> 'checker' and pid in ({which})", database,
            )  # fmt: skip
        await connection.close()

    def _plan(self) -> Plan:
        return Plan(
            host="127.0.0.1",
            portal_port=self.ports["portal"],
            public_url=f"http://127.0.0.1:{self.ports['portal']}",
            ports=self.ports,
            secrets={"secret_key": secrets.token_urlsafe(48), "bootstrap_token": self.token},
            database_urls={name: self.database(name) for name in SERVICES},
            kafka_bootstrap=self.kafka,
            mail_folder=str(self.folder / "mail"),
        )

    def _foundations(self) -> list[Foundation]:
        kafka = Foundation("kafka", self.broker, self._create_topics, restarts_dependants=True)
        return [Foundation("postgres", self.postgres)] + ([] if self.cluster else [kafka])

    def _create_topics(self) -> None:
        asyncio.run(make_topics(self.kafka, min(3, max(1, self.choice.nodes))))

    def _processes(self) -> list[Process]:
        first = self.plan.processes()
        twin = replace(
            self.plan,
            portal_port=self.ports["portal-2"],
            ports=self.ports | {name: self.ports[f"{name}-2"] for name in PORTS if name.endswith(("grpc", "health"))},
        )
        second = [p for p in twin.processes() if p.name != "mailbox"]
        first, second = [*first, self._ledger("")], [*second, self._ledger("-2")]
        second = [replace(p, name=f"{p.name}-2") for p in second]
        processes = first + (second if self.choice.twins else [])
        return [p if p.name == "mailbox" else self._hurt(p) for p in processes]

    def _ledger(self, which: str) -> Process:
        health = f"127.0.0.1:{self.ports[f'ledger-health{which}']}"
        env = self.plan.environment("attendee") | {
            "HALLWAY_DATABASE_URL": self.database(LEDGER), "HALLWAY_HEALTH_LISTEN": health,
        }  # fmt: skip
        argv = (sys.executable, "-m", "tests.chaos.ledger")
        return Process(LEDGER, argv, env, f"http://{health}/readyz", ("kafka",))

    def _hurt(self, process: Process) -> Process:
        program, _, *module = process.argv
        extra = {"CHAOS_BUG": self.choice.bug, "CHAOS_CLOCK": str(dict(self.choice.clocks).get(process.name, 0))}
        if self.cluster:
            extra["HALLWAY_KAFKA_IDEMPOTENCE"] = "true"
        extra["HALLWAY_SOLVE_LEASE_SECONDS"] = "5"  # shorter than a process stands still
        argv = (program, "-m", "tests.chaos.launch", *module)
        return replace(process, argv=argv, env={**process.env, **extra})


def _names(processes: list[Process]) -> list[str]:
    return [process.name for process in processes]


def _ports(names: list[str]) -> dict[str, int]:
    ports: dict[str, int] = {}
    for name in names:
        ports[name] = free_port(frozenset(ports.values()))
    return ports
