"""The scheduling service and its worker in a test: events in by Kafka, commands by gRPC, events out by Kafka."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from google.protobuf.timestamp_pb2 import Timestamp
from hallway.attendee.v1 import attendee_pb2 as attendees
from hallway.attendee.v1 import events_pb2 as attendee_events
from hallway.matchmaking.v1 import events_pb2 as match_events
from hallway.matchmaking.v1 import matchmaking_pb2 as matches
from hallway.scheduling.v1 import events_pb2 as session_events
from hallway.scheduling.v1 import scheduling_pb2 as pb
from hallway.scheduling.v1 import service_pb2 as service
from hallway.scheduling.v1.service_pb2_grpc import SchedulingServiceStub

from services.kit import envelope, topics
from services.kit.envelope import Event
from services.kit.health import Health
from services.kit.ids import new_id
from services.kit.lifecycle import Resources
from services.kit.rpc import Server
from services.portal.api.channel import Channel
from services.scheduling.app import parts, worker
from services.scheduling.settings import Settings
from tests.conftest import Database, eventually
from tests.scheduling import NOW, between

TOPIC = "hallway.scheduling.session.v1"


@dataclass
class Running:
    """The service from outside: what others publish, what it answers, what it publishes."""

    producer: AIOKafkaProducer
    consumer: AIOKafkaConsumer
    channel: Channel
    stub: Any
    pool: Any
    conference: str
    now: datetime = NOW
    told: list[tuple[str, int, pb.Session]] = field(default_factory=list)

    async def publish(self, key: str, sequence: int, message: Any, id: UUID | None = None) -> None:
        name = message.DESCRIPTOR.full_name
        event = Event(id or new_id(), name, key, sequence, NOW, message)
        source = name.split(".")[1]
        record = {"value": message.SerializeToString(), "headers": envelope.headers(event, source)}
        await self.producer.send_and_wait(topics.topic_of(name), key=key.encode(), **record)

    async def call(self, method: str, request: Any) -> Any:
        return await self.channel.call(getattr(self.stub, method), request, timeout=10)

    async def session(self, id: str) -> pb.Session:
        return await self.call("GetSession", service.GetSessionRequest(session_id=id))

    async def reaches(self, id: str, state: "pb.SessionState.ValueType") -> pb.Session:
        """Waits until the session is in that state."""

        async def there() -> bool:
            found = await self.call("ListSessions", service.ListSessionsRequest(conference_id=self.conference))
            return any(s.id == id and s.state == state for s in found.sessions)

        await eventually(there)
        return await self.session(id)

    async def hears(self, wanted: int) -> list[tuple[str, int, pb.Session]]:
        """The first `wanted` events the service published, as (type, sequence, session)."""
        async with asyncio.timeout(90):
            while len(self.told) < wanted:
                record = await self.consumer.getone()
                headers = envelope.text_headers(record.headers)
                name = headers["ce_type"].rsplit(".")[-1]
                message = getattr(session_events, name).FromString(record.value)
                assert record.key.decode() == headers["ce_subject"] == message.session.id
                self.told.append((name, int(headers["ce_sequence"]), message.session))
        return self.told


@asynccontextmanager
async def run(made: Database, kafka_settings: dict[str, Any]) -> AsyncIterator[Running]:
    """Both processes' parts, on one database."""
    settings = Settings(database_url=made.url, **kafka_settings)
    here: list[Running] = []
    resources = Resources(settings, made.pool, Health(_well, _well), clock=lambda: here[0].now if here else NOW)
    async with AsyncExitStack() as stack:
        service_parts = [*parts(resources), *worker(resources)]
        for part in service_parts:
            await part.start()
            stack.push_async_callback(part.stop)
        (server,) = (part for part in service_parts if isinstance(part, Server))
        channel = Channel(f"127.0.0.1:{server.port}")
        stack.push_async_callback(channel.close)
        bootstrap = settings.kafka_bootstrap
        producer = await stack.enter_async_context(_started(AIOKafkaProducer(bootstrap_servers=bootstrap)))
        reader = AIOKafkaConsumer(
            TOPIC, bootstrap_servers=bootstrap, auto_offset_reset="earliest", fetch_max_wait_ms=20
        )
        consumer = await stack.enter_async_context(_started(reader))
        stub = SchedulingServiceStub(channel.grpc)
        here.append(Running(producer, consumer, channel, stub, made.pool, str(uuid4())))
        yield here[0]


async def _well() -> None:
    return None


@asynccontextmanager
async def _started(client):
    await client.start()
    try:
        yield client
    finally:
        await client.stop()


def conference(id: str) -> attendee_events.ConferenceCreated:
    days = {"starts_on": "2027-05-11", "ends_on": "2027-05-12"}
    told = attendees.Conference(id=id, slug="conf", name="Conf", time_zone="Europe/Berlin", **days)
    return attendee_events.ConferenceCreated(conference=told)


def made(id: str, conference_id: str, *people: str, format: str = "coffee") -> match_events.MatchMade:
    told = matches.Match(id=id, conference_id=conference_id, attendee_ids=people, format=format)
    return match_events.MatchMade(match=told)


def person(id: str, conference_id: str, state: "attendees.AttendeeState.ValueType") -> attendees.Attendee:
    return attendees.Attendee(
        id=id, conference_id=conference_id, ticket="t", name="Ada", email="ada@a.example", state=state
    )


def foyer(**changes: Any) -> pb.Place:
    usual: dict[str, Any] = {"name": "Foyer", "capacity": 1, "seats": 4, "opens": "09:00", "closes": "18:00"}
    return pb.Place(**usual | changes)


def interval(day: int, starts: str, ends: str) -> pb.Interval:
    during = between(day, starts, ends)
    message = pb.Interval(starts_at=Timestamp(), ends_at=Timestamp())
    message.starts_at.FromDatetime(during.starts_at)
    message.ends_at.FromDatetime(during.ends_at)
    return message


async def open_conference(running: Running, *places: pb.Place) -> list[pb.Place]:
    await running.publish(running.conference, 1, conference(running.conference))
    request = service.SetVenueRequest(conference_id=running.conference, places=places or (foyer(),))
    return list((await running.call("SetVenue", request)).places)
