"""Reads what there is to check: whole topics, tables, consumers' inboxes."""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError
from aiokafka.structs import ConsumerRecord

from services.kit import envelope, topics
from services.kit.envelope import Event
from services.kit.errors import Poison
from services.kit.inbox import Subscription
from services.matchmaking.api.kafka import SUBSCRIPTION as MATCHMAKING
from services.portal.api.kafka import MAIL, READ_MODEL
from services.scheduling.app import SERVICE as SCHEDULING
from tests.chaos.ledger.app import MESSAGES
from tests.chaos.ledger.app import SUBSCRIPTION as LEDGER

# Every consumer group, and the service in whose database its inbox is.
GROUPS: list[tuple[str, Subscription]] = [
    ("matchmaking", MATCHMAKING),
    ("scheduling", SCHEDULING.subscriptions[0]),
    ("portal", READ_MODEL),
    ("portal", MAIL),
    ("ledger", LEDGER),
]


@dataclass(frozen=True)
class Told:
    """An event as it stands in a topic."""

    topic: str
    partition: int
    offset: int
    event: Event


@dataclass(frozen=True)
class Topics:
    """All that all topics hold, in the order of each partition; ``strange`` are the records that are no events."""

    told: list[Told]
    strange: list[ConsumerRecord]

    def of(self, topic: str) -> list[Event]:
        """The events of one topic, each once, in the order they first appeared in their partition."""
        return list({told.event.id: told.event for told in self.told if told.topic == topic}.values())


def gave_up(log: str) -> list[str]:
    """Lines of the merged log in which a part of a process says that it cannot go on: faults are waited for."""
    return [line.strip() for line in log.splitlines() if " stops to be started anew: " in line and " stopped: " in line]


async def read_topics(bootstrap: str) -> Topics:
    """Reads every declared topic from its start to where it ends now."""
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False, auto_offset_reset="earliest")
    await consumer.start()
    try:
        places = [
            TopicPartition(name, number)
            for name, topic in topics.declared().items()
            if topic.types
            for number in range(topic.partitions)
        ]
        consumer.assign(places)
        await consumer.seek_to_beginning(*places)
        records: list[ConsumerRecord] = []
        quiet = 0
        # The embedded broker tells wrong ends, so the end is where nothing more comes.
        while quiet < 3:
            batch = await consumer.getmany(timeout_ms=700)
            records += [record for some in batch.values() for record in some]
            quiet = 0 if batch else quiet + 1
    finally:
        await consumer.stop()
    return _sorted_out(records)


def _sorted_out(records: Sequence[ConsumerRecord]) -> Topics:
    told, strange = [], []
    for record in records:
        try:
            event = envelope.decode(envelope.text_headers(record.headers), record.value, MESSAGES)
            told.append(Told(record.topic, record.partition, record.offset, event))
        except Poison:
            strange.append(record)
    return Topics(told, strange)


async def leader_of(bootstrap: str, topic: str) -> int:
    """The number of the node that leads a topic's first partition."""
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap)
    await consumer.start()
    try:
        consumer.assign([TopicPartition(topic, 0)])
        await consumer.end_offsets([TopicPartition(topic, 0)])
        leader: int = consumer._client.cluster.leader_for_partition(TopicPartition(topic, 0))
        return leader
    finally:
        await consumer.stop()


async def rewind(bootstrap: str, group: str, names: Sequence[str]) -> None:
    """Sets a group's offsets to the start, once its members are given up."""
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, group_id=group, enable_auto_commit=False)
    await consumer.start()
    try:
        places = [TopicPartition(name, n) for name in names for n in range(topics.declared()[name].partitions)]
        consumer.assign(places)
        for _ in range(60):
            try:
                return await consumer.commit(dict.fromkeys(places, 0))
            except KafkaError:
                await asyncio.sleep(0.5)
        raise OSError(f"the offsets of {group} cannot be set: it still has members")
    finally:
        await consumer.stop()


async def export(connection: Any, tables: Sequence[str]) -> str:
    """All rows of tables as text, in one order: two exports are equal when the tables are."""
    text = []
    for table in tables:
        found = await connection.fetch(f"select t::text as row from {table} t order by 1")
        text += [f"{table} {row['row']}" for row in found]
    return "\n".join(text)


async def unsent(connections: dict[str, Any]) -> dict[str, int]:
    """Outbox rows not yet sent, by service; only those that have some."""
    counts = {
        name: await connection.fetchval("select count(*) from outbox where sent_at is null")
        for name, connection in connections.items()
    }
    return {name: count for name, count in counts.items() if count}


async def behind(connections: dict[str, Any]) -> dict[str, int]:
    """Events that a group should have taken and has not, by group: what is in an outbox and in no inbox."""
    sent: list[tuple[Any, str]] = []
    for name in ("attendee", "matchmaking", "scheduling"):
        sent += [(row["id"], row["type"]) for row in await connections[name].fetch("select id, type from outbox")]
    waiting: dict[str, int] = {}
    for service, subscription in GROUPS:
        wanted = {id for id, kind in sent if kind in subscription.messages}
        taken = await connections[service].fetch(
            "select event_id from inbox where consumer_group = $1", subscription.group
        )
        if missing := len(wanted - {row["event_id"] for row in taken}):
            waiting[subscription.group] = missing
    return waiting


async def settled(connections: dict[str, Any], seconds: float) -> dict[str, int]:
    """Waits until nothing is unsent or untaken; returns what still is after so many seconds."""
    left: dict[str, int] = {"not asked": 1}
    try:
        async with asyncio.timeout(seconds):
            while left:
                try:
                    left = await unsent(connections) or await behind(connections)
                except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                    raise RuntimeError("the checker lost the database") from None
                if left:
                    await asyncio.sleep(0.3)
    except TimeoutError:
        pass
    return left


def fingerprint(value: bytes | None) -> str:
    """A short name for a record's value."""
    return hashlib.sha256(value or b"").hexdigest()[:16]
