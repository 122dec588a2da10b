"""The attendee service running in a test: real PostgreSQL, broker and gRPC, and its events as a consumer sees them."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from hallway.attendee.v1 import attendee_pb2 as pb
from hallway.attendee.v1 import events_pb2
from hallway.attendee.v1 import service_pb2 as rpc
from hallway.attendee.v1.service_pb2_grpc import AttendeeServiceStub

from services.attendee.app import parts
from services.attendee.settings import Settings
from services.kit import topics
from services.kit.db import Pool
from services.kit.health import Health
from services.kit.lifecycle import Resources
from services.kit.rpc import Server
from services.portal.api.channel import Channel
from tests.conftest import Database


@dataclass(frozen=True)
class Fact:
    """One event as it came from Kafka."""

    key: str
    sequence: int
    message: Any

    @property
    def kind(self) -> str:
        return self.message.DESCRIPTOR.name


class AttendeeService:
    """A running service and a client of it."""

    def __init__(self, pool: Pool, channel: Channel, bootstrap: str) -> None:
        self.pool, self.channel, self.bootstrap = pool, channel, bootstrap
        self.stub = AttendeeServiceStub(channel.grpc)

    async def call(self, method: str, request: Any, **how: Any) -> Any:
        """Calls an rpc by name."""
        return await self.channel.call(getattr(self.stub, method), request, timeout=60, **how)

    async def conference(self, slug: str = "tiny-conf") -> str:
        """A new conference; its id."""
        made = await self.call(
            "CreateConference",
            rpc.CreateConferenceRequest(
                slug=slug, name="Tiny Conf", time_zone="Europe/Berlin", starts_on="2026-11-24", ends_on="2026-11-25"
            ),
        )
        return str(made.id)

    async def register(self, conference_id: str, *registrations: rpc.Registration, **how: Any) -> list[str]:
        """Registers; the attendee ids."""
        reply = await self.call(
            "RegisterAttendees",
            rpc.RegisterAttendeesRequest(conference_id=conference_id, registrations=registrations),
            **how,
        )
        return list(reply.attendee_ids)

    async def upload(
        self, conference_id: str, files: Iterable[tuple[str, bytes]], network: str = "irc", **how: Any
    ) -> pb.Source:
        """Imports files as the public source "the channel"."""
        header = rpc.ImportSourceHeader(
            conference_id=conference_id, network=network, name="the channel", visibility=pb.VISIBILITY_PUBLIC
        )

        async def parts() -> AsyncIterator[rpc.ImportSourceRequest]:
            yield rpc.ImportSourceRequest(header=header)
            for name, content in files:
                yield rpc.ImportSourceRequest(file=name)
                for start in range(0, len(content), 40):  # lines are cut wherever a chunk ends
                    yield rpc.ImportSourceRequest(chunk=content[start : start + 40])

        source: pb.Source = await self.call("ImportSource", parts(), tries=1, **how)
        return source

    async def facts(self) -> list[Fact]:
        """Every event published so far, in order within each topic and key."""
        async with asyncio.timeout(90):
            while await self.pool.fetchval("select exists (select from outbox where sent_at is null)"):
                await asyncio.sleep(0.02)
            wanted = await self.pool.fetchval("select count(*) from outbox")
            return await _read(self.bootstrap, wanted)

    async def kinds(self) -> dict[str, int]:
        """How many events of each kind were published so far."""
        found: dict[str, int] = {}
        for fact in await self.facts():
            found[fact.kind] = found.get(fact.kind, 0) + 1
        return found


async def _read(bootstrap: str, wanted: int) -> list[Fact]:
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, fetch_max_wait_ms=20)
    await consumer.start()
    try:
        mine = [t for t in topics.declared().values() if t.owner == "attendee"]
        partitions = [TopicPartition(t.name, n) for t in mine for n in range(t.partitions)]
        consumer.assign(partitions)
        await consumer.seek_to_beginning(*partitions)
        found: list[Fact] = []
        while len(found) < wanted:
            for records in (await consumer.getmany(timeout_ms=200)).values():
                found += [_fact(record) for record in records]
        return found
    finally:
        await consumer.stop()


def _fact(record: Any) -> Fact:
    headers = {key: value.decode() for key, value in record.headers}
    kind = getattr(events_pb2, headers["ce_type"].rpartition(".")[2])
    return Fact(record.key.decode(), int(headers["ce_sequence"]), kind.FromString(record.value))


@asynccontextmanager
async def running(
    database: Database, kafka_settings: dict[str, Any], import_max_bytes: int = 1_000_000
) -> AsyncIterator[AttendeeService]:
    """The service's own parts, started and stopped in their order."""
    settings = Settings(database_url=database.url, import_max_bytes=import_max_bytes, **kafka_settings)
    made = parts(Resources(settings, database.pool, Health(_well, _well)))
    for part in made:
        await part.start()
    port = next(part.port for part in made if isinstance(part, Server))
    channel = Channel(f"127.0.0.1:{port}")
    try:
        yield AttendeeService(database.pool, channel, settings.kafka_bootstrap)
    finally:
        await channel.close()
        for part in reversed(made):
            await part.stop()


async def _well() -> str | None:
    return None


def person(ticket: str, **more: Any) -> rpc.Registration:
    """A registration whose nick, name and address follow from the ticket."""
    fields: dict[str, Any] = {
        "name": ticket.title(), "email": f"{ticket}@example.org", "handles": [f"irc:{ticket}"], **more,
    }  # fmt: skip
    return rpc.Registration(ticket=ticket, **fields)
