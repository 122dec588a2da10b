"""What the parts can do at the most: raw aiokafka and raw asyncpg, with the run's own records and rows beside them."""

import time
import uuid
from dataclasses import dataclass
from typing import TypeAlias

import asyncpg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.structs import ConsumerRecord

BATCH = 500
Rec: TypeAlias = "ConsumerRecord[bytes, bytes]"


@dataclass(frozen=True, slots=True)
class Ceilings:
    """Records or rows a second, and a record's size on the wire with its key and headers."""

    produce: float
    consume: float
    insert: float
    bytes_per_record: float

    @property
    def slower(self) -> float:
        """What nothing that does all three can pass."""
        return min(self.produce, self.consume, self.insert)

    def figures(self) -> dict[str, float]:
        """For the JSON object."""
        return {
            "kafka_produce_per_second": round(self.produce),
            "kafka_consume_per_second": round(self.consume),
            "postgres_insert_per_second": round(self.insert),
            "bytes_per_record": round(self.bytes_per_record, 1),
        }


async def measure(bootstrap: str, url: str, topic: str, ties_url: str, count: int) -> Ceilings:
    """With ``count`` records as they are on ``topic``, and rows as they are in the tie table of ``ties_url``.

    Few records or rows are repeated. ``url``: a database to make a scratch table in."""
    records = await _sample(bootstrap, topic, count)
    produce, consume = await _kafka(bootstrap, records)
    insert = await _postgres(url, ties_url, count)
    return Ceilings(produce, consume, insert, sum(map(_size, records)) / len(records))


def _size(record: Rec) -> int:
    headers = sum(len(name) + len(value) for name, value in record.headers)
    return len(record.key or b"") + len(record.value or b"") + headers


async def _sample(bootstrap: str, topic: str, count: int) -> list[Rec]:
    consumer = AIOKafkaConsumer(topic, bootstrap_servers=bootstrap, auto_offset_reset="earliest", fetch_max_wait_ms=20)
    records: list[Rec] = []
    async with consumer:
        while len(records) < count:
            got = await consumer.getmany(timeout_ms=1_000, max_records=BATCH)
            if not got:
                break
            records += [record for several in got.values() for record in several]
    return (records * (count // len(records) + 1))[:count]


async def _kafka(bootstrap: str, records: list[Rec], partitions: int = 12) -> tuple[float, float]:
    topic = f"ceiling-{uuid.uuid4().hex}"
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    await admin.create_topics([NewTopic(topic, partitions, 1)])
    try:
        return await _produce(bootstrap, topic, records, partitions), await _consume(bootstrap, topic, len(records))
    finally:
        await admin.delete_topics([topic])
        await admin.close()


async def _produce(bootstrap: str, topic: str, records: list[Rec], partitions: int) -> float:
    """acks=all, in batches of 500."""
    async with AIOKafkaProducer(
        bootstrap_servers=bootstrap, acks="all", enable_idempotence=False, max_batch_size=1_000_000
    ) as producer:
        started, acknowledged = time.perf_counter(), []
        for number, at in enumerate(range(0, len(records), BATCH)):
            batch = producer.create_batch()
            for record in records[at : at + BATCH]:
                batch.append(key=record.key, value=record.value, timestamp=None, headers=list(record.headers))
            batch.close()
            acknowledged.append(await producer.send_batch(batch, topic, partition=number % partitions))
        for future in acknowledged:
            await future
        return len(records) / (time.perf_counter() - started)


async def _consume(bootstrap: str, topic: str, count: int) -> float:
    """No group and no offsets, only the records."""
    async with AIOKafkaConsumer(bootstrap_servers=bootstrap, fetch_max_wait_ms=20) as consumer:
        places = [TopicPartition(topic, partition) for partition in consumer.partitions_for_topic(topic) or ()]
        while not places:
            await consumer.topics()
            places = [TopicPartition(topic, partition) for partition in consumer.partitions_for_topic(topic) or ()]
        consumer.assign(places)
        await consumer.seek_to_beginning(*places)
        started, seen = time.perf_counter(), 0
        while seen < count:
            records = await consumer.getmany(timeout_ms=1_000, max_records=BATCH)
            seen += sum(map(len, records.values()))
        return count / (time.perf_counter() - started)


async def _postgres(url: str, ties_url: str, count: int) -> float:
    """Tie rows as matchmaking keeps them, with its keys and indexes, by unnest, 500 a transaction, one connection."""
    source = await asyncpg.connect(ties_url)
    names = ("conference_id", "a", "b", "counts", "version")
    rows = await source.fetch(f"select {', '.join(names)} from tie limit $1", min(count, 50_000))
    await source.close()
    connection = await asyncpg.connect(url)
    await connection.execute(
        "create table ceiling (id uuid primary key, conference_id uuid not null, a uuid not null, b uuid not null,"
        " counts jsonb not null, version bigint not null, check (a < b));"
        "create index on ceiling (conference_id) where counts <> '[]'"
    )
    portions = [[[row[name] for row in rows[at : at + BATCH]] for name in names] for at in range(0, len(rows), BATCH)]
    started, done = time.perf_counter(), 0
    while done < count:
        columns = portions[done // BATCH % len(portions)]
        ids = [uuid.uuid4() for _ in columns[0]]
        await connection.execute(
            "insert into ceiling select * from"
            " unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::jsonb[], $6::bigint[])",
            ids, *columns,
        )  # fmt: skip
        done += len(ids)
    seconds = time.perf_counter() - started
    await connection.execute("drop table ceiling")
    await connection.close()
    return done / seconds
