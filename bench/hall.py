"""A Hallway for benches: chosen processes on a PostgreSQL and a broker of its own, and what they use."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import asyncpg
from hallway.attendee.v1 import service_pb2_grpc
from hallway.matchmaking.v1 import service_pb2_grpc as matchmaking_grpc
from hallway.scheduling.v1 import service_pb2_grpc as scheduling_grpc
from rich.console import Console

from bench import load, usage
from embedded.apache_kafka import ApacheKafka
from embedded.broker import Broker
from embedded.environment import PORTS, SERVICES, Plan
from embedded.merged_log import MergedLog
from embedded.ports import free_port
from embedded.postgres import Postgres
from embedded.supervisor import Supervisor
from embedded.tasks import run_all
from services.make_topics import make_topics
from services.portal.api.channel import Channel

ROOT = Path(__file__).parents[1]
APACHE = {
    "HALLWAY_KAFKA_IDEMPOTENCE": "true",
    "HALLWAY_KAFKA_FETCH_WAIT_MS": "500",
    "HALLWAY_KAFKA_SESSION_TIMEOUT_MS": "10000",
}


class Hall:
    """What runs, and clients of it."""

    def __init__(self, plan: Plan, postgres: Postgres, broker: Broker | ApacheKafka, supervisor: Supervisor) -> None:
        self.plan, self.postgres, self.broker = plan, postgres, broker
        self._supervisor = supervisor

    async def connect(self) -> None:
        """Opens the clients; call it in the event loop that uses them."""
        ports = self.plan.ports
        self.channels = {name: Channel(f"127.0.0.1:{ports[f'{name}-grpc']}") for name in SERVICES[:3]}
        self.attendee = service_pb2_grpc.AttendeeServiceStub(self.channels["attendee"].grpc)
        self.matchmaking = matchmaking_grpc.MatchmakingServiceStub(self.channels["matchmaking"].grpc)
        self.scheduling = scheduling_grpc.SchedulingServiceStub(self.channels["scheduling"].grpc)

    async def close(self) -> None:
        """Closes the clients."""
        for channel in self.channels.values():
            await channel.close()

    async def call(self, service: str, method: Any, request: Any) -> Any:
        """A command or question."""
        return await self.channels[service].call(method, request, timeout=120)

    async def database(self, service: str) -> asyncpg.Connection[asyncpg.Record]:
        """A connection to a service's database."""
        return await asyncpg.connect(self.plan.database_urls[service])

    async def people(self, count: int) -> tuple[str, list[str]]:
        """A conference with so many people who have joined: its id and theirs."""
        conference = await self.call("attendee", self.attendee.CreateConference, load.CONFERENCE)
        ids: list[str] = []
        for request in load.people(conference.id, count):
            ids += (await self.call("attendee", self.attendee.RegisterAttendees, request)).attendee_ids
        return str(conference.id), ids

    def members(self) -> dict[str, list[int]]:
        """Process ids by name; PostgreSQL's change as connections come and go."""
        running = {
            child.name: usage.family(child._popen.pid)
            for child in self._supervisor._children
            if child._popen is not None
        }
        servers = {"postgres": self.postgres._server, "broker": self.broker._process}
        return running | {name: usage.family(process.pid) for name, process in servers.items() if process is not None}


@dataclass
class Meter:
    """Processor seconds since it was made, and the most memory seen, by process."""

    hall: Hall
    peak_mib: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._before = self._seconds()

    def _seconds(self) -> dict[str, float]:
        return {name: usage.processor_seconds(pids) for name, pids in self.hall.members().items()}

    def look(self) -> dict[str, float]:
        """Resident memory now; call it now and then."""
        now = {name: round(usage.resident_mib(pids), 1) for name, pids in self.hall.members().items()}
        self.peak_mib |= {name: mib for name, mib in now.items() if mib > self.peak_mib.get(name, 0)}
        return now

    def microseconds(self, events: int) -> dict[str, float]:
        """Processor time an event cost, by process."""
        spent = {name: seconds - self._before.get(name, 0) for name, seconds in self._seconds().items()}
        return {name: round(seconds * 1e6 / events, 1) for name, seconds in spent.items()}


@contextmanager
def hall(processes: Sequence[str] | None = None, *, apache: bool = False) -> Iterator[Hall]:
    """Runs the named processes (all when None); call from the main thread."""
    with tempfile.TemporaryDirectory(prefix="hallway-bench-") as text:
        folder = Path(text)
        folder.chmod(0o711)  # PostgreSQL's account has to pass
        taken: list[int] = []
        ports = {name: _port(taken) for name in PORTS}
        postgres = Postgres(folder / "postgres", port=ports["postgres"])
        broker = ApacheKafka(folder / "kafka", port=ports["kafka"]) if apache else Broker(port=ports["kafka"])
        _keep_commit_times(postgres)
        plan = _plan(postgres, broker.bootstrap, ports, _port(taken), folder)
        wanted = [p for p in plan.processes() if processes is None or p.name in processes]
        if apache:
            wanted = [replace(p, env={**p.env, **APACHE}) for p in wanted]
        log = MergedLog(Console(stderr=True, quiet=True), folder / "log", [*SERVICES, *(p.name for p in wanted)])
        supervisor = Supervisor(wanted, log, cwd=ROOT)
        with postgres, broker:
            for name in SERVICES:
                postgres.create_database(f"hallway_{name}")
            asyncio.run(make_topics(broker.bootstrap))
            run_all([plan.migration(name) for name in SERVICES], log, cwd=ROOT)
            try:
                supervisor.start()
                yield Hall(plan, postgres, broker, supervisor)
            finally:
                supervisor.stop()
        postgres.destroy()


def _port(taken: list[int]) -> int:
    taken.append(free_port(frozenset(taken)))
    return taken[-1]


def _plan(postgres: Postgres, bootstrap: str, ports: dict[str, int], portal: int, folder: Path) -> Plan:
    return Plan(
        host="127.0.0.1",
        portal_port=portal,
        public_url=f"http://127.0.0.1:{portal}",
        ports=ports,
        secrets={"secret_key": "k" * 40, "bootstrap_token": "t" * 40},
        database_urls={name: postgres.service_url(f"hallway_{name}") for name in SERVICES},
        kafka_bootstrap=bootstrap,
        mail_folder=str(folder / "mail"),
    )


def _keep_commit_times(postgres: Postgres) -> None:
    """Has PostgreSQL remember when each transaction was committed; takes a restart."""

    async def alter() -> None:
        connection = await asyncpg.connect(postgres.url())
        await connection.execute("alter system set track_commit_timestamp = on")
        await connection.close()

    with postgres:
        asyncio.run(alter())
