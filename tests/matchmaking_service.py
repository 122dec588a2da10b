"""Matchmaking running in a test: service and workers on real PostgreSQL, broker and gRPC, with a clock one can turn."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from google.protobuf.message import Message
from hallway.attendee.v1 import attendee_pb2 as attendee_pb
from hallway.attendee.v1 import events_pb2 as told
from hallway.matchmaking.v1 import events_pb2
from hallway.matchmaking.v1 import service_pb2 as rpc
from hallway.matchmaking.v1.service_pb2_grpc import MatchmakingServiceStub

from services.kit import envelope, topics
from services.kit.db import Pool
from services.kit.envelope import Event
from services.kit.health import Health
from services.kit.lifecycle import Resources
from services.kit.rpc import Server
from services.matchmaking.app import parts, worker
from services.matchmaking.settings import Settings
from services.portal.api.channel import Channel
from tests.conftest import Database, eventually
from tests.matchmaking import NOW


@dataclass(frozen=True)
class Fact:
    """One event of matchmaking as it came from Kafka."""

    key: str
    sequence: int
    message: Any

    @property
    def kind(self) -> str:
        return str(self.message.DESCRIPTOR.name)

    @property
    def about(self) -> Any:
        """The suggestion or match in it."""
        return self.message.match if self.kind.startswith("Match") else self.message.suggestion


class Clock:
    """A clock that stands still until it is turned."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


class MatchmakingService:
    """A running service, its workers, and a client of it."""

    def __init__(self, pool: Pool, channel: Channel, producer: AIOKafkaProducer, bootstrap: str) -> None:
        self.pool, self.channel, self.bootstrap = pool, channel, bootstrap
        self.clock = Clock()
        self._stub = MatchmakingServiceStub(channel.grpc)
        self._producer = producer
        self._sent: set[UUID] = set()

    async def call(self, method: str, request: Any) -> Any:
        """Calls an rpc by name."""
        return await self.channel.call(getattr(self._stub, method), request, timeout=60)

    async def listed(self, conference: UUID, attendee: UUID) -> rpc.ListSuggestionsResponse:
        request = rpc.ListSuggestionsRequest(conference_id=str(conference), attendee_id=str(attendee))
        reply: rpc.ListSuggestionsResponse = await self.call("ListSuggestions", request)
        return reply

    async def partners(self, conference: UUID, attendee: UUID) -> list[UUID]:
        """Whom somebody sees suggested, best first."""
        reply = await self.listed(conference, attendee)
        return [UUID(id) for own in reply.suggestions for id in own.suggestion.attendee_ids if id != str(attendee)]

    async def answer(self, suggestion_id: str, attendee: UUID, answer: rpc.Answer.ValueType) -> rpc.OwnSuggestion:
        request = rpc.AnswerSuggestionRequest(suggestion_id=suggestion_id, attendee_id=str(attendee), answer=answer)
        own: rpc.OwnSuggestion = await self.call("AnswerSuggestion", request)
        return own

    async def offerable(self, conference: UUID, attendee: UUID, *among: UUID) -> rpc.ListOfferableResponse:
        """Whom somebody may be offered on the spot."""
        candidates = map(str, among)
        request = rpc.ListOfferableRequest(
            conference_id=str(conference), attendee_id=str(attendee), candidates=candidates
        )
        reply: rpc.ListOfferableResponse = await self.call("ListOfferable", request)
        return reply

    async def exclude(
        self, conference: UUID, attendee: UUID, other: UUID, reason: rpc.ExclusionReason.ValueType
    ) -> None:
        """Somebody says that they have met or block somebody."""
        ids = {"conference_id": str(conference), "attendee_id": str(attendee), "other_id": str(other)}
        await self.call("ExcludePair", rpc.ExcludePairRequest(**ids, reason=reason))

    async def tell(self, *events: Event) -> None:
        """Publishes events of other services, and waits until matchmaking has taken effect of them and is quiet."""
        await self.send(*events)
        await self.quiet()

    async def send(self, *events: Event) -> None:
        """Publishes events of other services."""
        for event in events:
            await self._producer.send_and_wait(
                topics.topic_of(event.type),
                key=event.key.encode(),
                value=event.message.SerializeToString(),
                headers=envelope.headers(event, "test"),
            )
            self._sent.add(event.id)

    async def quiet(self) -> None:
        """Waits until every event is taken, every conference solved and every event published."""

        async def check() -> bool:
            return bool(
                await self.pool.fetchval(
                    "select (select count(*) from inbox where event_id = any($1)) = $2"
                    " and not exists (select from solve_request) and not exists (select from solve_lease)"
                    " and not exists (select from outbox where sent_at is null)",
                    list(self._sent),
                    len(self._sent),
                )  # fmt: skip
            )

        await eventually(check)

    async def pass_hours(self, hours: float) -> None:
        """Turns the clock, and waits until nothing that is due is left open."""
        self.clock.now += timedelta(hours=hours)

        async def check() -> bool:
            due = "select exists (select from suggestion where state = 'open' and expires_at <= $1)"
            return not await self.pool.fetchval(due, self.clock.now)

        await eventually(check)
        await self.quiet()

    async def facts(self) -> list[Fact]:
        """Every event published so far, in order within each topic and key."""
        await self.quiet()
        wanted = await self.pool.fetchval("select count(*) from outbox")
        async with asyncio.timeout(90):
            return await _read(self.bootstrap, wanted)

    async def held(self, attendee: UUID) -> int:
        """How much of somebody's budget is in use."""
        count = await self.pool.fetchval("select count(*) from membership where holds and attendee_id = $1", attendee)
        return int(count)


async def _read(bootstrap: str, wanted: int) -> list[Fact]:
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, fetch_max_wait_ms=20)
    await consumer.start()
    try:
        mine = [t for t in topics.declared().values() if t.owner == "matchmaking"]
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
    database: Database, kafka_settings: dict[str, Any], workers: int = 1
) -> AsyncIterator[MatchmakingService]:
    """The service's own parts and those of its workers, started and stopped in their order."""
    settings = Settings(database_url=database.url, solve_quiet_seconds=0.05, **kafka_settings)
    producer = AIOKafkaProducer(bootstrap_servers=settings.kafka_bootstrap)
    clock = Clock()
    resources = Resources(settings, database.pool, Health(_well, _well), clock)
    made = [*parts(resources), *(part for _ in range(workers) for part in worker(resources))]
    for part in made:
        await part.start()
    await producer.start()
    port = next(part.port for part in made if isinstance(part, Server))
    channel = Channel(f"127.0.0.1:{port}")
    service = MatchmakingService(database.pool, channel, producer, settings.kafka_bootstrap)
    service.clock = clock
    try:
        yield service
        assert [part.problem() for part in made if part.problem()] == []
    finally:
        await channel.close()
        await producer.stop()
        for part in reversed(made):
            await part.stop()


async def _well() -> str | None:
    return None


def event(message: Message, key: UUID, sequence: int = 1) -> Event:
    """An event as another service would publish it."""
    return Event(uuid4(), message.DESCRIPTOR.full_name, str(key), sequence, datetime.now(UTC), message)


def conference(id: UUID, ends_on: str = "2027-05-31") -> Event:
    made = attendee_pb.Conference(
        id=str(id), slug="c", name="C", time_zone="Europe/Berlin", starts_on="2027-05-11", ends_on=ends_on
    )
    return event(told.ConferenceCreated(conference=made), id)


def joined(id: UUID, conference: UUID, budget: int = 3, sequence: int = 1, **more: Any) -> Event:
    return event(told.AttendeeJoined(attendee=_person(id, conference, "JOINED", budget, **more)), id, sequence)


def paused(id: UUID, conference: UUID, budget: int = 3, sequence: int = 2) -> Event:
    return event(told.AttendeePaused(attendee=_person(id, conference, "PAUSED", budget)), id, sequence)


def cancelled(id: UUID, conference: UUID, budget: int = 3, sequence: int = 2) -> Event:
    return event(told.AttendeeCancelled(attendee=_person(id, conference, "CANCELLED", budget)), id, sequence)


def _person(id: UUID, conference: UUID, state: str, budget: int, **more: Sequence[str]) -> attendee_pb.Attendee:
    return attendee_pb.Attendee(
        id=str(id),
        conference_id=str(conference),
        state=attendee_pb.AttendeeState.Value(f"ATTENDEE_STATE_{state}"),
        attention_budget=budget,
        **more,  # type: ignore[arg-type]
    )


def imported(id: UUID, conference: UUID, visibility: int = attendee_pb.VISIBILITY_PUBLIC) -> Event:
    made = attendee_pb.Source(id=str(id), conference_id=str(conference), name="the list", visibility=visibility)  # type: ignore[arg-type]
    return event(told.SourceImported(source=made), id)


def withdrawn(id: UUID, conference: UUID) -> Event:
    made = attendee_pb.Source(
        id=str(id), conference_id=str(conference), name="the list", visibility=attendee_pb.VISIBILITY_PUBLIC
    )
    return event(told.SourceWithdrawn(source=made), id, 2)


def tied(conference: UUID, a: UUID, b: UUID, source: UUID, replies: int = 3, sequence: int = 1) -> Event:
    """Somebody replied ``replies`` times to somebody, and back; 0: the tie is gone. Any order of the two."""
    a, b = sorted((a, b))
    count = attendee_pb.TieCount(source_id=str(source), kind="reply", month="2027-03", a_to_b=replies, b_to_a=replies)
    id = UUID(int=a.int ^ b.int)
    tie = attendee_pb.Tie(
        id=str(id), conference_id=str(conference), a=str(a), b=str(b), counts=[count] if replies else []
    )
    return event(told.TieChanged(tie=tie), id, sequence)
