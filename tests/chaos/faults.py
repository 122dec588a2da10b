"""What the nemesis can do, one function a fault: it returns when the fault is over."""

import asyncio
import random
import shutil
import signal
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import asyncpg

from embedded.environment import SERVICES
from services.kit import migrate
from tests.chaos.bugs import BrokenHandler
from tests.chaos.cluster import Node
from tests.chaos.hall import Hall
from tests.chaos.journal import Journal
from tests.chaos.points import POINTS, RELAYS, Points, new_pid
from tests.chaos.poison import Poisoner
from tests.chaos.read import GROUPS, leader_of, rewind

Fault = Callable[[], Awaitable[None]]
PAUSE = 9.0  # seconds: longer than the session time-out
HANDLED = 300.0  # seconds; a bound on hanging
BUSY = ("hallway.attendee.attendee.v1", "hallway.attendee.tie.v1", "hallway.matchmaking.suggestion.v1")
MIGRATION = "alter table inbox add column chaos_{number} text; create index on outbox (topic, key);"


class Faults:
    """All faults of one Hallway, by name."""

    def __init__(self, hall: Hall, journal: Journal, rng: random.Random) -> None:
        self.hall, self.journal, self.rng = hall, journal, rng
        self.poisoner = Poisoner(hall, rng)
        self._migrations = 0

    def all(self) -> dict[str, Fault]:
        """Every fault that this Hallway can have."""
        faults: dict[str, Fault] = {}
        for name in (name for name in self.hall.services() if not name.endswith("-2")):
            faults[f"kill -9 {name}"] = partial(self.kill, name)
            faults[f"pause {name}"] = partial(self.pause, name)
        points = Points(self.hall, self.journal, self.rng)
        for point in POINTS:
            faults[f"die at {point}"] = partial(points.die, point)
            faults[f"stand still at {point}"] = partial(points.stand_still, point)
        faults |= {
            "kill -9 postgres": self.kill_postgres,
            "cut connections to postgres": self.cut_postgres,
            "all connections taken": self.take_connections,
            "tables locked": self.lock_tables,
            "migration while running": self.migrate,
            "network: delay": partial(self.network, "delay"),
            "network: silence": partial(self.network, "silence"),
            "network: cut": partial(self.network, "cut"),
            "network: connections broken": partial(self.network, "break"),
            "poison": self.poison,
            "failing handler, mended": self.failing_handler,
        }
        if self.hall.choice.disk:
            faults["disk full"] = partial(self.fill_disk, self.hall.choice.disk)
        if self.hall.choice.twins:
            faults |= {f"depose {name}": partial(self.depose, name) for name in RELAYS}
        return faults | (self._of_cluster() if self.hall.cluster else self._of_embedded_broker())

    def mix(self, one: str, other: str) -> bool:
        """Whether two faults can come at once: poison has to reach a topic, and a node can be started by one only."""
        of_nodes = self._of_cluster() if self.hall.cluster else {}
        return "poison" not in (one, other) and not (one in of_nodes and other in of_nodes)

    def _of_embedded_broker(self) -> dict[str, Fault]:
        return {"kill -9 broker": self.kill_broker, "pause broker": partial(self.pause, "kafka")}

    def _of_cluster(self) -> dict[str, Fault]:
        return {
            "kill -9 a leader": self.kill_leader,
            "kill -9 one node": partial(self.kill_nodes, 1),
            "kill -9 two of three nodes": partial(self.kill_nodes, 2),
            "kill -9 all nodes": partial(self.kill_nodes, 3),
            "pause a node": self.pause_node,
            "rolling restart": self.rolling_restart,
            "replay from zero": self.replay_from_zero,
        }

    async def kill(self, name: str) -> None:
        """kill -9 of a process or its twin; the supervisor starts it anew."""
        self.hall.signal(self.rng.choice(self.hall.instances(name)), signal.SIGKILL)

    async def pause(self, name: str) -> None:
        """SIGSTOP of a process or its twin past the session time-out, SIGCONT."""
        name = self.rng.choice(self.hall.instances(name)) if name in self.hall.children else name
        if self.hall.signal(name, signal.SIGSTOP):
            await asyncio.sleep(PAUSE)
            self.hall.signal(name, signal.SIGCONT)

    async def depose(self, name: str) -> None:
        """The leader is paused and loses its lock; its twin leads; then the old one wakes up."""
        pid = self.hall.signal(name, signal.SIGSTOP)
        await self.hall.end_connections(f"hallway_{name}", "select pid from pg_locks where locktype = 'advisory'")
        await asyncio.sleep(PAUSE)
        if pid:
            self.hall.signal(name, signal.SIGCONT)

    async def kill_postgres(self) -> None:
        """kill -9 of the server; it recovers from its log."""
        self.hall.signal("postgres", signal.SIGKILL)

    async def cut_postgres(self) -> None:
        """Every connection of the services is ended, in the middle of what it does."""
        for _ in range(3):
            await self.hall.end_connections("%", "select pid from pg_stat_activity")
            await asyncio.sleep(0.5)

    async def take_connections(self) -> None:
        """Somebody takes every connection the server has; then the services' own are ended, to be opened again."""
        taken: list[Any] = []
        await self.hall.end_connections("%", "select pid from pg_stat_activity")
        with suppress(asyncpg.PostgresError, OSError):
            while len(taken) < 200:
                taken.append(await self.hall.admin())
        await asyncio.sleep(5)
        for connection in taken:
            connection.terminate()

    async def lock_tables(self) -> None:
        """Every transaction of one service waits, until its pool is used up."""
        name = self.rng.choice(RELAYS)
        connection = await self.hall.admin(f"hallway_{name}")
        async with connection.transaction():
            await connection.execute("lock table conference, outbox")
            await asyncio.sleep(6)
        await connection.close()

    async def migrate(self) -> None:
        """A migration is applied to every service under load."""
        self._migrations += 1
        for name in SERVICES:
            source = Path(__file__).parents[2] / "services" / name / "store" / "migrations"
            folder = self.hall.folder / f"migrations-{name}"
            if not folder.exists():
                shutil.copytree(source, folder)
            number = self._migrations
            (folder / f"9{number:03}_chaos.sql").write_text(MIGRATION.format(number=number))
            await migrate.migrate(self.hall.database(name), folder)

    async def network(self, how: str) -> None:
        """What lies between the services and the broker is slow, silent, cut, or breaks connections."""
        if how == "break":
            for _ in range(4):
                self.hall.network(lambda proxy: proxy.cut_now())
                await asyncio.sleep(1)
            return
        self._hinder(how, True)
        await asyncio.sleep(5)
        self._hinder(how, False)

    def _hinder(self, how: str, on: bool) -> None:
        if how == "cut":
            self.hall.network(lambda proxy: proxy.cut(on))
        elif how == "silence":
            self.hall.network(lambda proxy: setattr(proxy, "silent", on))
        else:
            self.hall.network(lambda proxy: setattr(proxy, "delay", 0.3 if on else 0.0))

    async def kill_broker(self) -> None:
        """kill -9 of the embedded broker: all its topics are gone."""
        self.hall.signal("kafka", signal.SIGKILL)
        await asyncio.sleep(1)

    async def kill_leader(self) -> None:
        """kill -9 of the node that leads the first partition of a topic under load."""
        topic = self.rng.choice(BUSY)
        leader = await leader_of(self.hall.kafka, topic)
        await self._kill([node for node in self._nodes() if node.number == leader])

    async def kill_nodes(self, count: int) -> None:
        """kill -9 of some nodes at once; they come back after a while."""
        nodes = self._nodes()
        await self._kill(self.rng.sample(nodes, min(count, len(nodes))))

    def _nodes(self) -> list[Node]:
        assert self.hall.cluster
        return self.hall.cluster.nodes

    async def _kill(self, nodes: list[Node]) -> None:
        for node in nodes:
            node.kill()
        await asyncio.sleep(6)
        await asyncio.to_thread(self.hall.cluster_start)

    async def pause_node(self) -> None:
        """A node that stands still longer than its session with the controllers."""
        node = self.rng.choice(self._nodes())
        if node.pid and node._process:
            node._process.send_signal(signal.SIGSTOP)
            await asyncio.sleep(8)
            node._process.send_signal(signal.SIGCONT)

    async def rolling_restart(self) -> None:
        """Every node in turn is stopped in order and started."""
        for node in self._nodes():
            await asyncio.to_thread(node.stop)
            await asyncio.to_thread(self.hall.cluster_start)

    async def poison(self) -> None:
        """A record that nobody can handle, of each kind in turn."""
        await self.poisoner.inject()

    async def failing_handler(self) -> None:
        """A deployment whose handler fails for some events; the next one is right, and takes what was set aside."""
        names = self.hall.instances("ledger")
        for name in names:
            await self._restarted(name, "CHAOS_BUG", "failing_handler")
        if not await self._eventually(self._something_failed):
            self.journal.skip("failing handler, mended", f"nothing failed in {HANDLED:.0f} s")
        for name in names:
            await self._restarted(name, "CHAOS_BUG", self.hall.choice.bug)
        if not await self._eventually(self._replayed):
            self.journal.found("wrong", f"dead letters could not be replayed within {HANDLED:.0f} s")

    async def _eventually(self, reached: Fault) -> bool:
        until = time.monotonic() + HANDLED
        while time.monotonic() < until:
            with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError, AssertionError):
                await reached()
                return True
            await asyncio.sleep(0.3)
        return False

    async def _something_failed(self) -> None:
        assert await self._waiting()

    async def _replayed(self) -> None:
        await asyncio.to_thread(self.hall.command, "ledger", "dead-letters", "replay")
        assert not await self._waiting()

    async def _waiting(self) -> int:
        """Dead letters of the broken handler."""
        connection = await self.hall.admin("hallway_ledger")
        sql = "select count(*) from dead_letter where replayed_at is null and reason = $1"
        try:
            found: int = await connection.fetchval(sql, BrokenHandler.__name__)
            return found
        finally:
            connection.terminate()

    async def _restarted(self, name: str, key: str, value: str) -> None:
        before = self.hall.pid(name)
        self.hall.setting(name, key, value)
        self.hall.signal(name, signal.SIGKILL)
        await new_pid(self.hall, name, before)

    async def replay_from_zero(self) -> None:
        """A group's offsets are set to the start of every topic: all it ever took comes again."""
        service, subscription = self.rng.choice(GROUPS)
        names = self.hall.instances(service)
        for name in names:
            self.hall.hold(name)
        await rewind(self.hall.kafka, subscription.group, subscription.topics)
        for name in names:
            self.hall.let_go(name)

    async def fill_disk(self, disk: Path) -> None:
        """PostgreSQL's disk is full for some seconds."""
        ballast = disk / "ballast"
        with ballast.open("wb") as file, suppress(OSError):
            while True:
                file.write(b"\0" * 65_536)
                file.flush()
        await asyncio.sleep(8)
        ballast.unlink()
