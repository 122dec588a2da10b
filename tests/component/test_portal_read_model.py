"""The read model follows Kafka: duplicates and disorder change nothing, and a rebuild gives the same."""

import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from aiokafka import AIOKafkaProducer
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from hallway.attendee.v1 import attendee_pb2, events_pb2
from hallway.matchmaking.v1 import events_pb2 as matchmaking_events
from hallway.matchmaking.v1 import matchmaking_pb2
from hallway.scheduling.v1 import events_pb2 as scheduling_events
from hallway.scheduling.v1 import scheduling_pb2

from services.kit import envelope, topics
from services.kit.consumer import Consumer, Event
from services.kit.db import Pool
from services.kit.ids import new_id
from services.kit.settings import ServiceSettings
from services.portal.api.kafka import MAIL, READ_MODEL
from services.portal.store.write import ReadModelStore
from tests.conftest import Database, MakeDatabase, eventually

NOW = datetime(2027, 5, 14, 7, 0, tzinfo=UTC)
HERE, ANA, BO, PAIR, SOURCE = (str(UUID(int=n)) for n in (1, 11, 12, 60, 70))
TABLES = ("conference", "attendee", "source", "tie", "suggestion", "suggestion_member", "match", "match_member",
          "session", "session_member")  # fmt: skip


def event(message: Message, version: int) -> Event:
    """An event about the one aggregate in ``message``."""
    (_, aggregate), *_ = message.ListFields()
    return Event(new_id(), message.DESCRIPTOR.full_name, aggregate.id, version, NOW, message)


def attendee(number: str, name: str, state: Any = attendee_pb2.ATTENDEE_STATE_JOINED) -> attendee_pb2.Attendee:
    return attendee_pb2.Attendee(
        id=number, conference_id=HERE, ticket=f"T-{number[-2:]}", name=name, email=f"{name}@example.org", state=state,
        attention_budget=4,
    )  # fmt: skip


def suggestion(state: Any) -> matchmaking_pb2.Suggestion:
    reason = matchmaking_pb2.Evidence(source_name="chat", kind="reply", first_to_second=3, second_to_first=2)
    return matchmaking_pb2.Suggestion(
        id=PAIR, conference_id=HERE, attendee_ids=[BO, ANA], route=matchmaking_pb2.ROUTE_TIE, evidence=[reason],
        format="coffee", state=state,
    )  # fmt: skip


def session(state: Any, sequence: int) -> scheduling_pb2.Session:
    during = scheduling_pb2.Interval(
        starts_at=Timestamp(seconds=1_810_000_000), ends_at=Timestamp(seconds=1_810_001_800)
    )
    return scheduling_pb2.Session(
        id=PAIR, conference_id=HERE, attendee_ids=[ANA, BO], format="coffee", state=state, place_id=str(UUID(int=9)),
        place_name="Corner A", during=during, calendar_sequence=sequence,
    )  # fmt: skip


def history() -> list[Event]:
    """A small conference from creation to a cancelled session."""
    conference = attendee_pb2.Conference(
        id=HERE, slug="pycamp", name="PyCamp", time_zone="Europe/Madrid", starts_on="2027-05-14", ends_on="2027-05-15"
    )
    registered = attendee(ANA, "ana", attendee_pb2.ATTENDEE_STATE_REGISTERED)
    source = attendee_pb2.Source(
        id=SOURCE, conference_id=HERE, network="irc", name="chat", visibility=attendee_pb2.VISIBILITY_PUBLIC, messages=9
    )
    count = attendee_pb2.TieCount(source_id=SOURCE, kind="reply", month="2027-05", a_to_b=3, b_to_a=2)
    match = matchmaking_pb2.Match(
        id=PAIR, conference_id=HERE, attendee_ids=[ANA, BO], format="coffee", state=matchmaking_pb2.MATCH_STATE_MADE
    )
    return [
        event(events_pb2.ConferenceCreated(conference=conference), 1),
        event(events_pb2.AttendeeRegistered(attendee=registered), 1),
        event(events_pb2.AttendeeJoined(attendee=attendee(ANA, "ana")), 2),
        event(events_pb2.AttendeeChanged(attendee=attendee(ANA, "ana-maria")), 3),
        event(events_pb2.AttendeeJoined(attendee=attendee(BO, "bo")), 1),
        event(events_pb2.SourceImported(source=source), 1),
        event(events_pb2.TieChanged(tie=attendee_pb2.Tie(id=PAIR, conference_id=HERE, a=ANA, b=BO, counts=[count])), 1),
        event(matchmaking_events.SuggestionMade(suggestion=suggestion(matchmaking_pb2.SUGGESTION_STATE_OPEN)), 1),
        event(matchmaking_events.MatchMade(match=match), 1),
        event(scheduling_events.SessionScheduled(session=session(scheduling_pb2.SESSION_STATE_SCHEDULED, 0)), 1),
        event(scheduling_events.SessionMoved(session=session(scheduling_pb2.SESSION_STATE_SCHEDULED, 1)), 2),
        event(scheduling_events.SessionCancelled(session=session(scheduling_pb2.SESSION_STATE_CANCELLED, 2)), 3),
        event(events_pb2.SourceWithdrawn(source=source), 2),
    ]


async def publish(bootstrap: str, events: Sequence[Event]) -> None:
    """Sends events in this order, as the relays of their owners would."""
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, enable_idempotence=False)
    await producer.start()
    for e in events:
        headers = envelope.headers(e, "test")
        await producer.send_and_wait(
            topics.topic_of(e.type), e.message.SerializeToString(), e.key.encode(), headers=headers
        )
    await producer.stop()


@asynccontextmanager
async def following(database: Database, kafka: dict[str, Any], group: str = READ_MODEL.group) -> AsyncIterator[None]:
    """A consumer of the read model's group."""
    settings = ServiceSettings(database_url=database.url, **kafka)
    consumer = Consumer(settings, database.pool, "portal", replace(READ_MODEL, group=group))
    await consumer.start()
    try:
        yield
    finally:
        await consumer.stop()


async def picture(pool: Pool) -> dict[str, list[str]]:
    """All rows of the read model."""
    return {
        table: sorted(r["row"] for r in await pool.fetch(f"SELECT t::text AS row FROM read_{table} t"))
        for table in TABLES
    }


async def taken(pool: Pool, group: str, events: int) -> None:
    """Waits until the group has taken that many different events."""

    async def check() -> bool:
        query = "SELECT count(*) FROM inbox WHERE consumer_group = $1"
        return bool(await pool.fetchval(query, group) == events)

    await eventually(check)


async def test_duplicates_and_disorder_change_nothing_and_a_rebuild_is_the_same(
    database: MakeDatabase, kafka: str, kafka_settings: dict[str, Any]
):
    events, portal, second = history(), await database("portal"), await database("portal")
    mixed = events * 2
    random.Random(7).shuffle(mixed)
    await publish(kafka, mixed)
    async with following(portal, kafka_settings):
        await taken(portal.pool, READ_MODEL.group, len(events))
    expected = await picture(portal.pool)
    assert [len(expected[table]) for table in TABLES] == [1, 2, 1, 1, 1, 2, 1, 2, 1, 2]
    row = await portal.pool.fetchrow("SELECT state, calendar_sequence, version, changed_at FROM read_session")
    assert row and tuple(row) == ("cancelled", 2, 3, NOW)
    assert await portal.pool.fetchval("SELECT name FROM read_attendee WHERE version = 3") == "ana-maria"
    assert await portal.pool.fetchval("SELECT state FROM read_source") == "withdrawn"
    assert await portal.pool.fetchval("SELECT total FROM read_tie") == 5

    async with portal.pool.acquire() as tx, tx.transaction():
        await ReadModelStore(tx).clear(READ_MODEL.group)
    assert not any((await picture(portal.pool)).values())
    async with following(portal, kafka_settings, "portal-read-model-2"), following(second, kafka_settings, "other"):
        await taken(portal.pool, "portal-read-model-2", len(events))
        await taken(second.pool, "other", len(events))
    assert await picture(portal.pool) == expected
    assert await picture(second.pool) == expected


async def test_each_person_gets_one_mail_for_each_thing_however_often_it_is_told(
    database: MakeDatabase, kafka: str, kafka_settings: dict[str, Any]
):
    portal = await database("portal")
    settings = ServiceSettings(database_url=portal.url, **kafka_settings)
    consumer = Consumer(settings, portal.pool, "portal", MAIL)
    events = history()
    await publish(kafka, events * 2)
    await consumer.start()
    await taken(portal.pool, MAIL.group, 7)
    await consumer.stop()
    rows = await portal.pool.fetch("SELECT kind, recipient, dropped_at IS NULL AS waits FROM mail")
    waiting = sorted((r["kind"], r["recipient"]) for r in rows if r["waits"])
    kinds = ("cancelled", "suggestions", "welcome")
    assert [pair for pair in waiting if pair[0] in kinds] == [(kind, who) for kind in kinds for who in (ANA, BO)]
