"""The outbox: events written in the transaction of the change they tell of, for the relay to publish."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import asyncpg
from google.protobuf.message import Message
from opentelemetry.trace import SpanKind

from services.kit import telemetry, topics
from services.kit.db import Connection
from services.kit.ids import new_id

MAX_BYTES = 900_000  # below Kafka's default limit of 1 MiB a message, headers included
KEPT_DAYS = 1
AHEAD_DAYS = 3

_INSERT = """
    insert into outbox (id, topic, key, type, sequence, payload, traceparent, extra)
    select * from unnest(
        $1::uuid[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bytea[], $7::text[], $8::jsonb[])
"""

_waiting: set[asyncio.Event] = set()


@dataclass(frozen=True, slots=True)
class Outgoing:
    """An event to publish; ``sequence`` is the aggregate's version, ``cause`` the traceparent it follows from."""

    key: str
    message: Message
    sequence: int
    cause: str | None = None


async def append(tx: Connection, events: Sequence[Outgoing]) -> None:
    """Writes events, in order. Call it after the aggregate's row was written in ``tx``: that row's lock makes
    positions follow the order of commits for each aggregate. Raises ValueError for an event over 900,000 bytes."""
    rows = [_row(event) for event in events]
    if rows:
        await tx.execute(_INSERT, *map(list, zip(*rows, strict=True)))


def _row(event: Outgoing) -> tuple[object, ...]:
    name = event.message.DESCRIPTOR.full_name
    payload = event.message.SerializeToString()
    if len(payload) > MAX_BYTES:
        raise ValueError(f"{name} {event.key} is {len(payload)} bytes; at most {MAX_BYTES} can be published")
    with telemetry.span(f"publish {name}", SpanKind.PRODUCER, event.cause) as traceparent:
        return (new_id(), topics.topic_of(name), event.key, name, event.sequence, payload, traceparent, None)


async def append_raw(tx: Connection, topic: str, key: str, payload: bytes, extra: Mapping[str, str]) -> None:
    """Writes a record that is no event of ours, with ``extra`` as its headers: a dead letter."""
    row = (new_id(), topic, key, "", 0, payload[:MAX_BYTES], None, json.dumps(dict(extra)))
    await tx.execute(_INSERT, *([column] for column in row))


def announce() -> None:
    """Tells the relay of this process that something was committed (a relay elsewhere finds out by polling)."""
    for event in _waiting:
        event.set()


def subscribe() -> asyncio.Event:
    """An event that announce() sets; give it back with unsubscribe()."""
    event = asyncio.Event()
    _waiting.add(event)
    return event


def unsubscribe(event: asyncio.Event) -> None:
    """Stops announce() from setting ``event``."""
    _waiting.discard(event)


async def maintain(connection: Connection) -> None:
    """Makes the partitions of the coming days and drops those whose rows were all sent more than a day ago."""
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    for ahead in range(AHEAD_DAYS + 1):
        await _make_partition(connection, today + timedelta(days=ahead))
    names = await connection.fetch(
        "select inhrelid::regclass::text as name from pg_inherits"
        " where inhparent = 'outbox'::regclass and inhrelid::regclass::text ~ '^outbox_[0-9]{8}$'"
    )
    oldest_kept = f"outbox_{today - timedelta(days=KEPT_DAYS):%Y%m%d}"
    for name in sorted(r["name"] for r in names):
        if name < oldest_kept and not await connection.fetchval(
            f"select exists (select from {name} where sent_at is null)"
        ):
            await connection.execute(f"drop table {name}")
    await connection.execute("delete from outbox_rest where sent_at < now() - interval '1 day'")


async def _make_partition(connection: Connection, day: datetime) -> None:
    name, end = f"outbox_{day:%Y%m%d}", day + timedelta(days=1)
    if await connection.fetchval("select to_regclass($1)", name) is not None:
        return
    with suppress(asyncpg.CheckViolationError):  # rows of that day are in outbox_rest already, and stay there
        await connection.execute(
            f"create table {name} partition of outbox for values from ('{day.isoformat()}') to ('{end.isoformat()}')"
        )
