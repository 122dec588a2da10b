"""One run: clients at work, faults one after the other, then quiet, and everything is checked."""

import asyncio
import random
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

import asyncpg
from aiokafka.errors import KafkaError

from tests.chaos import checks, read
from tests.chaos.clients import Client, make_conference
from tests.chaos.evidence import Evidence
from tests.chaos.faults import Fault, Faults
from tests.chaos.hall import DATABASES, Hall
from tests.chaos.journal import QUIET, Journal
from tests.chaos.transport import Transport

DAYS_LATER = 5 * 24 * 3_600
FEEDBACK_SUFFERS_FROM = ("scheduling", "portal", "postgres", "command.after_commit")
MEANWHILE = 4  # faults while feedback is given
READ_MODEL_TABLES = (
    "read_conference", "read_attendee", "read_source", "read_tie", "read_suggestion", "read_suggestion_member",
    "read_match", "read_match_member", "read_session", "read_session_member",
)  # fmt: skip


@dataclass(frozen=True)
class Order:
    """What to do: for how many seconds, with which faults (parts of names; none: all), how many clients."""

    seed: int
    seconds: float
    faults: tuple[str, ...] = ()
    clients: int = 4
    pace: float = 0.15
    commands: int = 0  # at least so many acknowledged, and each fault once, however slow the machine
    mixed: float = 0.2  # how often two faults at once
    patience: float = 300.0  # seconds; what has not healed by then never will


class Campaign:
    """``await run()`` leaves everything in ``journal``."""

    def __init__(self, hall: Hall, order: Order) -> None:
        self.hall, self.order = hall, order
        self.rng = random.Random(order.seed)
        self.journal = Journal()
        self.transport = Transport(hall, self.journal)
        self.clients: list[Client] = []
        self.faults = Faults(hall, self.journal, random.Random(order.seed + 1))
        self._probes = 0

    async def run(self) -> None:
        """The whole of it."""
        self.slug = f"chaos-{self.order.seed}"
        conference = await make_conference(self.transport, self.slug, self.rng)
        self.clients = [
            Client(n, self.slug, conference, self.transport, random.Random(f"{self.order.seed}/{n}"))
            for n in range(self.order.clients)
        ]
        for client in self.clients:
            await client.start()
        over = asyncio.Event()
        work = [asyncio.create_task(c.run(over.is_set, self.order.pace)) for c in self.clients]
        try:
            await self._torment()
        finally:
            over.set()
            self.transport.patient_until = time.monotonic() + self.order.patience
            await asyncio.gather(*work)
        self.journal.fault = QUIET
        await self._conclude()
        await self.finish()
        await self.transport.close()

    async def _conclude(self) -> None:
        """Days later, by the clock of scheduling: everybody says how their sessions went, under faults too."""
        for name in self.hall.instances("scheduling"):
            self.hall.setting(name, "CHAOS_CLOCK", str(DAYS_LATER))
            self.hall.signal(name, signal.SIGKILL)
        self.transport.patient_until = float("inf")
        await self._probe(time.monotonic() + self.order.patience)
        work = asyncio.gather(*(client.conclude() for client in self.clients), return_exceptions=True)
        fitting = [name for name in self._catalogue() if any(part in name for part in FEEDBACK_SUFFERS_FROM)]
        for name in self.rng.sample(fitting, min(MEANWHILE, len(fitting))):
            if not work.done():
                await self._one_round({name: self._catalogue()[name]})
        self.transport.patient_until = time.monotonic() + self.order.patience
        for error in await work:
            if error:
                self.journal.found("wrong", f"the feedback was never given: {error!r}")

    def _catalogue(self) -> dict[str, Fault]:
        """The faults that were ordered."""
        wanted = self.order.faults
        every = self.faults.all().items()
        return {name: fault for name, fault in every if not wanted or any(part in name for part in wanted)}

    async def _torment(self) -> None:
        catalogue = self._catalogue()
        waiting: list[str] = []
        until = time.monotonic() + self.order.seconds
        while not self._enough(until, catalogue):
            if not catalogue:
                await asyncio.sleep(0.2)
                continue
            if not waiting:  # each once before any comes again
                waiting = self.rng.sample(sorted(catalogue), len(catalogue))
            chosen = [waiting.pop()]
            if waiting and self.rng.random() < self.order.mixed and self.faults.mix(chosen[0], waiting[-1]):
                chosen.append(waiting.pop())
            await self._one_round({name: catalogue[name] for name in chosen})
            await asyncio.sleep(self.rng.uniform(0.5, 2))

    def _enough(self, until: float, catalogue: dict[str, Fault]) -> bool:
        if time.monotonic() < until:
            return False
        acknowledged = sum(op.answer == "acknowledged" for op in self.journal.ops)
        each = self.order.commands == 0 or set(catalogue) <= set(self.journal.injected)
        return each and acknowledged >= self.order.commands

    async def _one_round(self, chosen: dict[str, Fault]) -> None:
        self.journal.fault = " + ".join(sorted(chosen))
        self.hall.log.say(f"FAULT {self.journal.fault}")
        await asyncio.gather(*(self._inject(name, fault) for name, fault in chosen.items()))
        since = time.monotonic()
        seen = await self._probe(since + self.order.patience)
        seconds = time.monotonic() - since
        self.hall.log.say(f"RECOVERED after {seconds:.1f} s from {self.journal.fault}")
        if not seen:
            self.journal.found("wrong", f"not recovered after {seconds:.0f} s; not ready: {self.hall.not_ready()}")
        for name in chosen:
            self.journal.recovered(name, seconds)
        await self._invariants()
        self.journal.fault = QUIET

    async def _invariants(self) -> None:
        """What must hold at every moment, looked at now: the end would not show what was put right since."""
        async with self._databases() as databases:
            evidence = Evidence(self.journal, self.clients, databases, read.Topics([], []), [])
            for finding in await checks.double_booking(evidence) + await checks.budgets(evidence):
                self.journal.found(finding.kind, finding.what)

    async def _inject(self, name: str, fault: Fault) -> None:
        self.journal.injected[name] += 1
        try:
            await fault()
        except (OSError, KafkaError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            self.journal.skip(name, f"{type(error).__name__}: {error}"[:200])

    async def _probe(self, until: float) -> bool:
        """Registers somebody; True once every service knows them."""
        self._probes += 1
        ticket = f"probe-{self._probes}"
        body = {"ticket": ticket, "name": "Probe", "email": f"{ticket}@example.org", "joined": False}
        path = f"/conferences/{self.slug}/registrations"
        with suppress(TimeoutError):
            async with asyncio.timeout_at(asyncio.get_running_loop().time() + until - time.monotonic()):
                await self.transport.call("register", "POST", path, self.rng, json={"registrations": [body]})
                while not await self._known_everywhere(ticket):
                    await asyncio.sleep(0.1)
                return True
        return False

    async def _known_everywhere(self, ticket: str) -> bool:
        try:
            person = await self._ask("attendee", "select id from attendee where ticket = $1", ticket)
            for service, table in (
                ("matchmaking", "attendee"),
                ("scheduling", "attendee"),
                ("portal", "read_attendee"),
            ):
                if await self._ask(service, f"select 1 from {table} where id = $1", person) is None:
                    return False
            return True
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            return False

    async def _ask(self, service: str, sql: str, value: object) -> Any:
        connection = await self.hall.admin(f"hallway_{service}")
        try:
            return await connection.fetchval(sql, value)
        finally:
            await connection.close()

    @asynccontextmanager
    async def _databases(self) -> AsyncIterator[dict[str, Any]]:
        """A connection to each database, which the nemesis spares."""
        settings = {"application_name": "checker"}
        databases: dict[str, Any] = {}
        try:
            for name in DATABASES:
                databases[name] = await asyncpg.connect(self.hall.database(name), server_settings=settings)
            yield databases
        finally:
            for connection in databases.values():
                await connection.close()

    async def finish(self) -> None:
        """Waits until all is quiet, and checks."""
        async with self._databases() as databases:
            since = time.monotonic()
            if left := await read.settled(databases, self.order.patience):
                self.journal.found("lost", f"still not sent or not taken after {self.order.patience:.0f} s: {left}")
            self.journal.recovered("until all was taken", time.monotonic() - since)
            if not_ready := await self._not_ready():
                self.journal.found("wrong", f"not ready although nothing is wrong any more: {not_ready}")
            self._stuck()
            self.journal.findings += await checks.check(await self.evidence(databases))
            if not left:
                await self._rebuild(databases["portal"])

    async def _rebuild(self, portal: Any) -> None:
        """The read model is emptied and read from Kafka again: it must be what it was, byte for byte."""
        before = await read.export(portal, READ_MODEL_TABLES)
        names = self.hall.instances("portal")
        for name in names:
            self.hall.hold(name)
        await asyncio.to_thread(self.hall.command, "portal", "rebuild")
        emptied = await read.export(portal, READ_MODEL_TABLES)
        for name in names:
            self.hall.setting(name, "HALLWAY_READ_MODEL_GROUP", "portal-read-model-again")
            self.hall.let_go(name)
        until = time.monotonic() + self.order.patience
        while (after := await read.export(portal, READ_MODEL_TABLES)) != before and time.monotonic() < until:
            await asyncio.sleep(0.5)
        if emptied or after != before:
            lines = set(before.splitlines()) ^ set(after.splitlines())
            self.journal.found("wrong", f"rebuilt read model differs in {len(lines)} rows: {sorted(lines)[:4]}")
        self.journal.injected["read model rebuilt"] += 1

    async def evidence(self, databases: dict[str, Any]) -> Evidence:
        """All that the checks look at."""
        topics = await read.read_topics(self.hall.kafka)
        return Evidence(self.journal, self.clients, databases, topics, self.faults.poisoner.injected)

    async def _not_ready(self) -> list[str]:
        until = time.monotonic() + self.order.patience
        while (left := await asyncio.to_thread(self.hall.not_ready)) and time.monotonic() < until:
            await asyncio.sleep(0.5)
        return left

    def _stuck(self) -> None:
        for op in self.journal.ops:
            if op.answer == "unknown":
                self.journal.found("wrong", f"{op.kind} was never answered: {op.why}", op.fault)
        for line in read.gave_up((self.hall.folder / "log.txt").read_text(errors="replace")):
            self.journal.found("wrong", line)


def run(hall: Hall, order: Order) -> Campaign:
    """A campaign from start to end, in an event loop of its own."""

    async def whole() -> Campaign:
        campaign = Campaign(hall, order)
        await campaign.run()
        return campaign

    return asyncio.run(whole())
