"""The inbox: takes a batch of Kafka records in one transaction, each event's effects exactly once."""

import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby
from typing import TypeAlias

from aiokafka import ConsumerRecord
from google.protobuf.message import Message
from opentelemetry.trace import SpanKind

from services.kit import envelope, telemetry, topics
from services.kit.db import Connection
from services.kit.envelope import Event
from services.kit.errors import Poison

Handler = Callable[[Connection, list[Event]], Awaitable[None]]

_NEW = (
    "insert into inbox (consumer_group, event_id) select $1, id from unnest($2::uuid[]) as id order by id"
    " on conflict do nothing returning event_id"
)


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A record that was buried; satisfies KafkaRecord, so that it can be taken again."""

    id: uuid.UUID
    consumer_group: str
    reason: str
    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: list[tuple[str, bytes | None]]


KafkaRecord: TypeAlias = "ConsumerRecord[bytes, bytes] | DeadLetter"  # a record as Kafka gave it, or as it was kept


@dataclass(frozen=True)
class Subscription:
    """A consumer group: which event types it takes, and their handlers, which get runs of their types, in order."""

    group: str
    handlers: Mapping[type[Message], Handler]

    @cached_property
    def messages(self) -> dict[str, type[Message]]:
        """Message classes by type name."""
        return {kind.DESCRIPTOR.full_name: kind for kind in self.handlers}

    @property
    def topics(self) -> list[str]:
        """The topics that carry these types."""
        return sorted({topics.topic_of(name) for name in self.messages})


async def take(tx: Connection, subscription: Subscription, records: Sequence[KafkaRecord]) -> None:
    """Inbox rows and effects of ``records``; raises Poison for one that cannot be read."""
    events: dict[uuid.UUID, Event] = {}
    for record in records:
        if event := _read(subscription, record):
            events.setdefault(event.id, event)  # a batch may hold an event twice
    fresh = {row["event_id"] for row in await tx.fetch(_NEW, subscription.group, [*events])} if events else set()
    once = (event for event in events.values() if event.id in fresh)
    for handler, run in groupby(once, key=lambda event: subscription.handlers[subscription.messages[event.type]]):
        with ExitStack() as spans:
            for number, event in enumerate(taken := list(run)):
                if event.traceparent:
                    span = telemetry.span(f"process {event.type}", SpanKind.CONSUMER, event.traceparent)
                    taken[number] = replace(event, traceparent=spans.enter_context(span))
            await handler(tx, taken)


def _read(subscription: Subscription, record: KafkaRecord) -> Event | None:
    """The event in a record; None when its type is declared for the topic but not taken here."""
    text, topic = envelope.text_headers(record.headers), topics.declared().get(record.topic)
    if topic and (name := text.get("ce_type")) in topic.types and name not in subscription.messages:
        return None
    try:
        return envelope.decode(text, record.value, subscription.messages)
    except Poison as poison:
        raise Poison(f"{record.topic}/{record.partition}@{record.offset}: {poison}") from None
