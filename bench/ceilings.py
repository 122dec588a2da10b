"""What the parts can do at the most: raw aiokafka and raw asyncpg, with the bytes and rows of the run beside them."""

import time
import uuid

import asyncpg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

BATCH = 500


async def kafka(bootstrap: str, values: list[bytes], partitions: int = 4) -> tuple[float, float]:
    """Records a second produced (acks=all, in batches) and consumed, over a fresh topic."""
    topic = f"ceiling-{uuid.uuid4().hex}"
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    await admin.create_topics([NewTopic(topic, partitions, 1)])
    try:
        return await _produce(bootstrap, topic, values, partitions), await _consume(bootstrap, topic, len(values))
    finally:
        await admin.delete_topics([topic])
        await admin.close()


async def _produce(bootstrap: str, topic: str, values: list[bytes], partitions: int) -> float:
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", max_batch_size=1_000_000)
    await producer.start()
    started = time.perf_counter()
    acknowledged = []
    for number, at in enumerate(range(0, len(values), BATCH)):
        batch = producer.create_batch()
        for value in values[at : at + BATCH]:
            batch.append(key=value[:16], value=value, timestamp=None)
        batch.close()
        acknowledged.append(await producer.send_batch(batch, topic, partition=number % partitions))
    for future in acknowledged:
        await future
    seconds = time.perf_counter() - started
    await producer.stop()
    return len(values) / seconds


async def _consume(bootstrap: str, topic: str, count: int) -> float:
    consumer = AIOKafkaConsumer(topic, bootstrap_servers=bootstrap, auto_offset_reset="earliest", fetch_max_wait_ms=20)
    await consumer.start()
    started, seen = time.perf_counter(), 0
    while seen < count:
        records = await consumer.getmany(timeout_ms=1_000, max_records=BATCH)
        seen += sum(map(len, records.values()))
    seconds = time.perf_counter() - started
    await consumer.stop()
    return count / seconds


async def postgres(url: str, values: list[bytes]) -> float:
    """Rows a second inserted by unnest, 500 a transaction, on one connection."""
    connection = await asyncpg.connect(url)
    await connection.execute("create table ceiling (id uuid primary key, value bytea not null)")
    started = time.perf_counter()
    for at in range(0, len(values), BATCH):
        rows = values[at : at + BATCH]
        await connection.execute(
            "insert into ceiling select * from unnest($1::uuid[], $2::bytea[]) on conflict do nothing",
            [uuid.uuid4() for _ in rows],
            rows,
        )
    seconds = time.perf_counter() - started
    await connection.execute("drop table ceiling")
    await connection.close()
    return len(values) / seconds
