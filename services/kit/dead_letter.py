"""Dead letters: events that could not be handled, kept as they came, published for others to see, and replayed."""

import base64
import json
import uuid
from dataclasses import dataclass

from services.kit import inbox, outbox, topics
from services.kit.db import Connection, Pool
from services.kit.envelope import text_headers
from services.kit.inbox import KafkaRecord, Subscription

REASON_CHARACTERS = 500


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


async def bury(tx: Connection, owner: str, subscription: Subscription, record: KafkaRecord, reason: str) -> None:
    """Sets a record aside for good: its row, its inbox entry and its outbox row to the dead-letter topic."""
    key = inbox.identity(record)
    headers = [[name, base64.b64encode(value or b"").decode()] for name, value in record.headers]
    added = await tx.fetchval(
        "insert into dead_letter"
        " (id, consumer_group, topic, partition, record_offset, key, value, headers, reason)"
        " values (gen_random_uuid(), $1, $2, $3, $4, $5, $6, $7::jsonb, $8) on conflict do nothing returning id",
        subscription.group, record.topic, record.partition, record.offset, record.key, record.value,
        json.dumps(headers), reason[:REASON_CHARACTERS],
    )  # fmt: skip
    if added is None:
        return
    await tx.execute("insert into inbox values ($1, $2) on conflict do nothing", subscription.group, key)
    origin = {
        "dead_letter_reason": reason[:REASON_CHARACTERS],
        "dead_letter_group": subscription.group,
        "origin_topic": record.topic,
        "origin_partition": str(record.partition),
        "origin_offset": str(record.offset),
        "content-type": "application/octet-stream",
    }
    kept = {f"origin_{name}": value for name, value in text_headers(record.headers).items()}
    place = f"{record.topic}/{record.partition}"
    await outbox.append_raw(tx, topics.dead_letter_topic(owner), place, record.value or b"", kept | origin)


async def waiting(pool: Pool) -> list[DeadLetter]:
    """Dead letters not replayed yet, oldest first."""
    rows = await pool.fetch(
        "select id, consumer_group, reason, topic, partition, record_offset as offset, key, value, headers"
        " from dead_letter where replayed_at is null order by created_at, record_offset"
    )
    return [DeadLetter(**{**row, "headers": _headers(row["headers"])}) for row in rows]


def _headers(text: str) -> list[tuple[str, bytes | None]]:
    return [(name, base64.b64decode(value)) for name, value in json.loads(text)]


async def replay(pool: Pool, subscriptions: list[Subscription], letter: DeadLetter) -> str | None:
    """Takes one dead letter again, in one transaction; returns why not when it still cannot be handled."""
    subscription = next((s for s in subscriptions if s.group == letter.consumer_group), None)
    if subscription is None:
        return f"no consumer group {letter.consumer_group} here any more"
    try:
        async with pool.acquire() as tx, tx.transaction():
            await tx.execute(
                "delete from inbox where consumer_group = $1 and event_id = $2",
                letter.consumer_group, inbox.identity(letter),
            )  # fmt: skip
            await inbox.take(tx, subscription, [letter])
            await tx.execute("update dead_letter set replayed_at = now() where id = $1", letter.id)
    except Exception as error:  # whatever a handler raises is the answer to the person who asked
        return f"{type(error).__name__}: {error}"
    return None
