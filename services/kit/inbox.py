"""The inbox: takes a batch of Kafka records in one transaction, each event's effects exactly once."""

import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Protocol

from google.protobuf.message import Message
from opentelemetry.trace import SpanKind

from services.kit import envelope, telemetry, topics
from services.kit.db import Connection
from services.kit.envelope import Event
from services.kit.errors import Poison

Handler = Callable[[Connection, list[Event]], Awaitable[None]]

_NEW = """
    insert into inbox (consumer_group, event_id)
    select $1, id from unnest($2::uuid[]) as id order by id
    on conflict do nothing returning event_id
"""


class KafkaRecord(Protocol):
    """What is needed of a record, whoever read it."""

    @property
    def topic(self) -> str: ...
    @property
    def partition(self) -> int: ...
    @property
    def offset(self) -> int: ...
    @property
    def key(self) -> bytes | None: ...
    @property
    def value(self) -> bytes | None: ...
    @property
    def headers(self) -> envelope.Headers: ...


@dataclass(frozen=True)
class Subscription:
    """A consumer group: which event types it takes, and the handler of each.

    A handler gets consecutive events of one type, in order, and the batch's transaction."""

    group: str
    handlers: Mapping[type[Message], Handler]

    @property
    def messages(self) -> dict[str, type[Message]]:
        """Message classes by type name."""
        return {kind.DESCRIPTOR.full_name: kind for kind in self.handlers}

    @property
    def topics(self) -> list[str]:
        """The topics that carry these types."""
        return sorted({topics.topic_of(name) for name in self.messages})


async def take(tx: Connection, subscription: Subscription, records: Sequence[KafkaRecord]) -> None:
    """Inbox rows and effects of ``records``; raises Poison for one that cannot be read."""
    events = [event for record in records if (event := _read(subscription, record))]
    ids = list({event.id for event in events})
    fresh = {row["event_id"] for row in await tx.fetch(_NEW, subscription.group, ids)} if ids else set()
    first = {event.id: event for event in reversed(events)}  # a batch may hold an event twice
    once = [event for event in events if event.id in fresh and first[event.id] is event]
    for name, run in groupby(once, key=lambda event: event.type):
        await _handle(tx, subscription, name, list(run))


async def _handle(tx: Connection, subscription: Subscription, name: str, run: list[Event]) -> None:
    kind = subscription.messages[name]
    with ExitStack() as spans:
        traced = [replace(e, traceparent=spans.enter_context(_process_span(e))) if e.traceparent else e for e in run]
        await subscription.handlers[kind](tx, traced)


def _process_span(event: Event) -> AbstractContextManager[str | None]:
    return telemetry.span(f"process {event.type}", SpanKind.CONSUMER, event.traceparent)


def _read(subscription: Subscription, record: KafkaRecord) -> Event | None:
    """The event in a record; None when its type is declared for the topic but not taken here."""
    name = envelope.type_of(record.headers)
    declared = topics.declared().get(record.topic)
    if name not in subscription.messages and declared and name in declared.types:
        return None
    try:
        return envelope.decode(record.headers, record.value, subscription.messages)
    except Poison as poison:
        raise Poison(f"{record.topic}/{record.partition}@{record.offset}: {poison}") from None


def identity(record: KafkaRecord) -> uuid.UUID:
    """The event's id, or one made of its place in Kafka when it has none that can be read."""
    try:
        return uuid.UUID(envelope.text_headers(record.headers)["ce_id"])
    except (KeyError, ValueError):
        return uuid.uuid5(uuid.NAMESPACE_URL, f"{record.topic}/{record.partition}/{record.offset}")
