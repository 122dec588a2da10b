"""Dead letters: events that could not be handled, kept as they came, published for others to see, and replayed."""

import base64
import json
import uuid
from collections.abc import Sequence

from services.kit import inbox, outbox
from services.kit.db import Connection, Pool, create_pool
from services.kit.envelope import text_headers
from services.kit.errors import Poison, describe
from services.kit.ids import new_id
from services.kit.inbox import DeadLetter, KafkaRecord, Subscription

CHARACTERS = 500  # of a reason or a header, at most
HEADERS = ("ce_id", "ce_type", "ce_subject", "ce_sequence", "ce_time")  # published; the row has all, and whole


def reason(error: Exception) -> str:
    """Why an event could not be handled. Words that are not Hallway's own are left out: they quote values."""
    return f"Poison: {error}".replace("\0", "")[:CHARACTERS] if isinstance(error, Poison) else describe(error)


async def bury(tx: Connection, owner: str, subscription: Subscription, record: KafkaRecord, why: str) -> None:
    """Sets a record aside for good: its row, its inbox entry and its outbox row to the dead-letter topic."""
    headers = [[name.replace("\0", ""), base64.b64encode(value or b"").decode()] for name, value in record.headers]
    added = await tx.fetchval(
        "insert into dead_letter"
        " (id, consumer_group, topic, partition, record_offset, event_id, key, value, headers, reason)"
        " values (gen_random_uuid(), $1, $2, $3, $4, $5, $6, $7, $8::jsonb, $9) on conflict do nothing returning true",
        subscription.group, record.topic, record.partition, record.offset, _identity(record), record.key,
        record.value, json.dumps(headers), why,
    )  # fmt: skip
    if not added:
        return  # it came again
    await tx.execute("insert into inbox values ($1, $2) on conflict do nothing", subscription.group, _identity(record))
    text = text_headers(record.headers)
    origin = {f"origin_{name}": text[name][:CHARACTERS] for name in HEADERS if name in text} | {
        "dead_letter_reason": why, "dead_letter_group": subscription.group, "origin_topic": record.topic,
        "origin_partition": str(record.partition), "origin_offset": str(record.offset),
        "content-type": "application/octet-stream",
    }  # fmt: skip
    topic, place = f"hallway.{owner}.dead-letter.v1", f"{record.topic}/{record.partition}"
    value = (record.value or b"")[: outbox.MAX_BYTES]
    await outbox.write(tx, [(new_id(), topic, place, "", 0, value, None, json.dumps(origin))])


def _identity(record: KafkaRecord) -> uuid.UUID:
    """The event's id, or one made of its place and value when it has none that can be read."""
    try:
        return uuid.UUID(text_headers(record.headers)["ce_id"])
    except (KeyError, ValueError):
        return uuid.uuid5(uuid.NAMESPACE_URL, f"{record.topic}/{record.partition}/{record.offset}/{record.value!r}")


async def waiting(pool: Pool) -> list[DeadLetter]:
    """Dead letters not replayed yet, oldest first."""
    rows = await pool.fetch(
        "select id, consumer_group, reason, topic, partition, record_offset as offset, key, value, headers"
        " from dead_letter where replayed_at is null order by created_at, record_offset"
    )
    read = [[(name, base64.b64decode(value)) for name, value in json.loads(row["headers"])] for row in rows]
    return [DeadLetter(**{**row, "headers": headers}) for row, headers in zip(rows, read, strict=True)]


async def replay(pool: Pool, subscriptions: Sequence[Subscription], letter: DeadLetter) -> str | None:
    """Takes one dead letter again, in one transaction; returns why not when it still cannot be handled."""
    subscription = next((s for s in subscriptions if s.group == letter.consumer_group), None)
    if subscription is None:
        return f"no consumer group {letter.consumer_group} here any more"
    try:
        async with pool.acquire() as tx, tx.transaction():
            forget = "delete from inbox where consumer_group = $1 and event_id = $2"
            await tx.execute(forget, letter.consumer_group, _identity(letter))
            await inbox.take(tx, subscription, [letter])
            await tx.execute("update dead_letter set replayed_at = now() where id = $1", letter.id)
    except Exception as error:  # whatever a handler raises is the answer to the person who asked
        return reason(error)
    return None


async def tell(url: str, subscriptions: Sequence[Subscription], replaying: bool, only: str | None = None) -> int:
    """Prints the dead letters, or the one of the id ``only``, or replays them; 1 when one still cannot be handled."""
    async with await create_pool(url, 2) as pool:
        letters = [letter for letter in await waiting(pool) if only in (None, str(letter.id))]
        failed = 0
        for letter in letters:
            problem = await replay(pool, subscriptions, letter) if replaying else letter.reason
            failed += replaying and problem is not None
            told = f"still fails: {problem}" if replaying and problem else problem or "taken"
            print(f"{letter.id} {letter.consumer_group} {letter.topic}/{letter.partition}@{letter.offset}: {told}")
    print(f"{len(letters)} dead letter(s)" + (f", {failed} still fail" if failed else ""))
    return 1 if failed else 0
