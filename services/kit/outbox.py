"""The outbox: events written in the transaction of the change they tell of, for the relay to publish; its upkeep."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeAlias
from weakref import WeakSet

import asyncpg
from google.protobuf.message import Message
from opentelemetry.trace import SpanKind

from services.kit import telemetry, topics
from services.kit.db import Connection
from services.kit.ids import new_id

MAX_BYTES = 900_000  # below Kafka's default limit of 1 MiB a message, headers included
SENT_DAYS = 1  # so that topics found empty can be filled again

_INSERT = (
    "insert into outbox (id, topic, key, type, sequence, payload, traceparent, extra) select * from unnest("
    "$1::uuid[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bytea[], $7::text[], $8::jsonb[])"
)
_PARTITIONS = "select relname from pg_class where relispartition and relname ~ '^outbox_[0-9]{8}$' order by relname"
_MAKE = "create table if not exists outbox_{0:%Y%m%d} partition of outbox for values from ('{0}') to ('{1}')"
_NEEDED = "select exists (select from {} where sent_at is null or sent_at > now() - interval '{} day')"
_DROP = "delete from {0} where ctid = any(array(select ctid from {0} where {1} < now() - $1::interval limit 50000))"

Row: TypeAlias = tuple[object, ...]
later: ContextVar[list[Row] | None] = ContextVar("later", default=None)  # where who commits gathers a batch's rows
waiting: WeakSet[asyncio.Event] = WeakSet()  # relays of this process, until something is announced


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
    rows, kept = [_row(event) for event in events], later.get()
    if kept is None:
        await write(tx, rows)
    else:
        kept += rows


async def write(tx: Connection, rows: Sequence[Row]) -> None:
    """Writes rows in one statement: id, topic, key, type, sequence, payload, traceparent, and headers as JSON."""
    if rows:
        await tx.execute(_INSERT, *map(list, zip(*rows, strict=True)))


def _row(event: Outgoing) -> Row:
    name = event.message.DESCRIPTOR.full_name
    payload = event.message.SerializeToString()
    if len(payload) > MAX_BYTES:
        raise ValueError(f"{name} {event.key} is {len(payload)} bytes; at most {MAX_BYTES} can be published")
    with telemetry.span(f"publish {name}", SpanKind.PRODUCER, event.cause) as traceparent:
        return (new_id(), topics.topic_of(name), event.key, name, event.sequence, payload, traceparent, None)


def announce() -> None:
    """Tells the relay of this process that something was committed (a relay elsewhere finds out by polling)."""
    for event in waiting:
        event.set()


async def maintain(connection: Connection) -> None:
    """Makes the coming days' partitions, and drops from all of kit's tables what was kept long enough."""
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    with suppress(asyncpg.LockNotAvailableError):  # next time, then
        for day in (today + timedelta(days=ahead) for ahead in range(4)):
            make = _MAKE.format(day, day + timedelta(days=1))
            with suppress(asyncpg.CheckViolationError):  # rows of that day are in outbox_rest already, and stay there
                await connection.execute(make)
        for name in [row["relname"] for row in await connection.fetch(_PARTITIONS)]:
            old = name < f"outbox_{today - timedelta(days=SENT_DAYS):%Y%m%d}"
            if old and not await connection.fetchval(_NEEDED.format(name, SENT_DAYS)):
                await connection.execute(f"drop table {name}")
    # An event may come again while Kafka has it: a segment may outlive the retention by a week.
    taken = timedelta(hours=max(topic.retention_hours for topic in topics.declared().values()), days=7)
    await connection.execute(_DROP.format("inbox", "received_at"), taken)
    await connection.execute(_DROP.format("request", "created_at"), timedelta(days=7))
    await connection.execute(_DROP.format("dead_letter", "replayed_at"), timedelta(days=7))
    await connection.execute(_DROP.format("outbox_rest", "sent_at"), timedelta(days=SENT_DAYS))
