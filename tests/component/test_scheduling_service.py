"""The scheduling service and its worker as they run: events in by Kafka, commands by gRPC, events out by Kafka."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import pytest
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
from services.kit.errors import Conflict, Forbidden, Invalid, NotFound
from services.kit.health import Health
from services.kit.ids import new_id
from services.kit.lifecycle import Resources
from services.kit.rpc import Server
from services.portal.api.channel import Channel
from services.scheduling.app import parts, worker
from services.scheduling.settings import Settings
from tests.conftest import eventually
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


@pytest.fixture
async def running(database, kafka_settings) -> AsyncIterator[Running]:
    made = await database("scheduling")
    settings = Settings(database_url=made.url, **kafka_settings)
    resources = Resources(settings, made.pool, Health(_well, _well), clock=lambda: NOW)
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
        yield Running(producer, consumer, channel, stub, made.pool, str(uuid4()))


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


async def test_a_match_told_early_and_twice_becomes_one_session(running):
    match, people = str(uuid4()), (str(uuid4()), str(uuid4()))
    event = made(match, running.conference, *people)
    same = new_id()
    await running.publish(match, 1, event, id=same)
    await running.publish(match, 1, event, id=same)  # a redelivery
    await running.publish(match, 1, event)  # the same match in another event
    await running.reaches(match, pb.SESSION_STATE_UNPLACED)
    await open_conference(running)
    session = await running.reaches(match, pb.SESSION_STATE_SCHEDULED)
    assert session.during == interval(11, "09:00", "09:30")
    why = "the first time both are free and a place is"
    assert (session.place_name, set(session.attendee_ids), session.reason) == ("Foyer", set(people), why)
    await running.publish(match, 1, event)
    last = str(uuid4())  # with the same key, so that it is handled after all of the above
    await running.publish(match, 1, made(last, running.conference, str(uuid4()), str(uuid4())))
    await running.reaches(last, pb.SESSION_STATE_SCHEDULED)
    told = await running.hears(await running.pool.fetchval("select count(*) from outbox"))
    about = [(name, sequence) for name, sequence, session in told if session.id == match]
    assert about[0] == ("SessionUnplaced", 1)
    assert about[-1] == ("SessionScheduled", len(about))
    assert [name for name, _ in about].count("SessionScheduled") == 1


async def test_a_cancelled_registration_frees_the_session_and_the_next_in_line_gets_its_table(running):
    await open_conference(running, foyer(opens="09:00", closes="09:30", formats=["coffee"]))
    days = [str(uuid4()), str(uuid4())]  # the foyer has one coffee slot on each of the two days
    ada, waiting = str(uuid4()), str(uuid4())
    for match in days:
        await running.publish(match, 1, made(match, running.conference, ada, str(uuid4())))
        await running.reaches(match, pb.SESSION_STATE_SCHEDULED)
    await running.publish(waiting, 1, made(waiting, running.conference, str(uuid4()), str(uuid4())))
    unplaced = await running.reaches(waiting, pb.SESSION_STATE_UNPLACED)
    subject = "no open place with a free table for coffee when both are free"
    assert unplaced.reason == f"{subject}: the tables are taken; another table would help"
    gone = person(ada, running.conference, attendees.ATTENDEE_STATE_CANCELLED)
    await running.publish(ada, 2, attendee_events.AttendeeCancelled(attendee=gone))
    for match in days:
        cancelled = await running.reaches(match, pb.SESSION_STATE_CANCELLED)
        assert cancelled.reason == "somebody's registration was cancelled"
    placed = await running.reaches(waiting, pb.SESSION_STATE_SCHEDULED)
    assert placed.during == interval(11, "09:00", "09:30")


async def test_a_match_cancelled_after_it_was_scheduled_is_cancelled_for_calendars_too(running):
    await open_conference(running)
    match = str(uuid4())
    event = made(match, running.conference, str(uuid4()), str(uuid4()))
    await running.publish(match, 1, event)
    await running.reaches(match, pb.SESSION_STATE_SCHEDULED)
    await running.publish(match, 2, match_events.MatchCancelled(match=event.match))
    cancelled = await running.reaches(match, pb.SESSION_STATE_CANCELLED)
    assert (cancelled.calendar_sequence, cancelled.reason) == (1, "it was called off")


async def test_people_move_cancel_and_report_a_session(running):
    (place,) = await open_conference(running)
    match, ada, ben = str(uuid4()), str(uuid4()), str(uuid4())
    await running.publish(match, 1, made(match, running.conference, ada, ben))
    await running.reaches(match, pb.SESSION_STATE_SCHEDULED)
    free = service.SetAvailabilityRequest(
        conference_id=running.conference, attendee_id=ben, free=[interval(12, "10:00", "11:00")]
    )
    await running.call("SetAvailability", free)
    stays = await running.session(match)
    assert stays.during == interval(11, "09:00", "09:30")  # what was accepted is never moved without asking
    offers = (await running.call("OfferSlots", service.OfferSlotsRequest(session_id=match, limit=2))).offers
    assert [offer.during for offer in offers] == [interval(12, "10:00", "10:30"), interval(12, "10:15", "10:45")]
    assert {offer.place_id for offer in offers} == {place.id}
    move = service.MoveSessionRequest(session_id=match, attendee_id=ada, offer=offers[1])
    moved = await running.call("MoveSession", move)
    assert (moved.during, moved.calendar_sequence) == (interval(12, "10:15", "10:45"), 1)
    early = service.RecordOutcomeRequest(session_id=match, attendee_id=ada, outcome=service.OUTCOME_HELD)
    with pytest.raises(Conflict, match="has not begun"):
        await running.call("RecordOutcome", early)
    cancel = service.CancelSessionRequest(session_id=match, attendee_id=ben, reason="my train is late")
    cancelled = await running.call("CancelSession", cancel)
    assert (cancelled.state, cancelled.calendar_sequence) == (pb.SESSION_STATE_CANCELLED, 2)
    told = [(name, sequence, s.calendar_sequence) for name, sequence, s in await running.hears(3)]
    assert told == [("SessionScheduled", 1, 0), ("SessionMoved", 2, 1), ("SessionCancelled", 3, 2)]


async def test_strangers_and_wrong_requests_are_refused_with_the_field_to_mend(running):
    await open_conference(running)
    match = str(uuid4())
    await running.publish(match, 1, made(match, running.conference, str(uuid4()), str(uuid4())))
    await running.reaches(match, pb.SESSION_STATE_SCHEDULED)
    with pytest.raises(Forbidden):
        await running.call("CancelSession", service.CancelSessionRequest(session_id=match, attendee_id=str(uuid4())))
    with pytest.raises(NotFound):
        await running.session(str(uuid4()))
    with pytest.raises(Conflict, match="Foyer would have no room for 1 of its sessions"):
        await running.call("SetVenue", service.SetVenueRequest(conference_id=running.conference))
    backwards = service.SetVenueRequest(
        conference_id=running.conference, places=[foyer(), foyer(name="Hall", closes="08:00")]
    )
    with pytest.raises(Invalid) as refused:
        await running.call("SetVenue", backwards)
    assert [(p.field, p.row) for p in refused.value.problems] == [("places[1].closes", 1)]
    for request in (
        service.SetTalksRequest(conference_id=running.conference, talks=[pb.Talk(id="1", title="Keynote")]),
        service.SetTalksRequest(conference_id="conf"),
    ):
        with pytest.raises(Invalid):
            await running.call("SetTalks", request)
    assert (await running.session(match)).state == pb.SESSION_STATE_SCHEDULED


async def test_a_match_that_makes_no_sense_goes_to_the_dead_letters_and_the_next_is_placed(running):
    await open_conference(running)
    strange, good = str(uuid4()), str(uuid4())
    await running.publish(strange, 1, made(strange, running.conference, str(uuid4()), str(uuid4()), format="duel"))
    await running.publish(good, 1, made(good, running.conference, str(uuid4()), str(uuid4())))
    await running.reaches(good, pb.SESSION_STATE_SCHEDULED)

    async def buried() -> bool:
        return await running.pool.fetchval("select count(*) from dead_letter") == 1

    await eventually(buried)
    reason = await running.pool.fetchval("select reason from dead_letter")
    assert "its format is none of coffee, lunch, table, drink, walk, call" in reason
    assert "duel" not in reason  # what an event holds is for nobody's log
