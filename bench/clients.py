"""What librdkafka would do in place of aiokafka: the same records, with kit's headers, through both.

`.venv/bin/uv run --locked --with confluent-kafka==2.16.1 python -m bench.clients [--records N]` runs a broker of its
own. It sends N tie changes as the relay does, acknowledged by all replicas: batches of 500 a partition by aiokafka; one
by one into librdkafka's own batches by confluent-kafka, whose asyncio producer takes no headers. Then each client reads
all of them in batches of 500, text of headers included, and commits the offsets of each batch. Prints one JSON object:
records a second, and this process's processor time for one.
"""

import argparse
import asyncio
import json
import sys
import time
import uuid
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import uvloop
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from confluent_kafka import Producer  # type: ignore[import-not-found]
from confluent_kafka.aio import AIOConsumer  # type: ignore[import-not-found]

from embedded.broker import Broker
from services.kit.envelope import Event, headers, text_headers

BATCH, PARTITIONS = 500, 12
HEADERS = headers(
    Event(uuid.uuid4(), "hallway.attendee.v1.TieChanged", "k" * 36, 1, datetime.now(UTC), None), "attendee"
)
VALUE = b"v" * 250
Client = Callable[[str, str, int], Awaitable[None]]


async def aiokafka_sends(bootstrap: str, topic: str, count: int) -> None:
    """As the relay does."""
    async with AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", max_batch_size=1_000_000) as producer:
        sent = []
        for number in range(count // BATCH):
            batch = producer.create_batch()
            for _ in range(BATCH):
                batch.append(key=b"k" * 36, value=VALUE, timestamp=None, headers=HEADERS)
            batch.close()
            sent.append(await producer.send_batch(batch, topic, partition=number % PARTITIONS))
        await asyncio.gather(*sent)


async def librdkafka_sends(bootstrap: str, topic: str, count: int) -> None:
    """Each record's acknowledgement by a callback, as the relay would need it."""
    producer = Producer({"bootstrap.servers": bootstrap, "acks": "all", "linger.ms": 2, "batch.num.messages": BATCH})
    acknowledged: list[int] = []
    for number in range(count):
        while True:
            try:
                producer.produce(
                    topic, VALUE, b"k" * 36, number // BATCH % PARTITIONS, headers=HEADERS,
                    on_delivery=lambda _error, message: acknowledged.append(message.offset()),
                )  # fmt: skip
                break
            except BufferError:  # its queue is full
                await asyncio.to_thread(producer.poll, 0.1)
        if number % BATCH == 0:
            producer.poll(0)
    await asyncio.to_thread(producer.flush)
    assert len(acknowledged) == count


async def aiokafka_reads(bootstrap: str, topic: str, count: int) -> None:
    """As kit's consumers do, without FastStream."""
    async with AIOKafkaConsumer(
        topic, bootstrap_servers=bootstrap, group_id=uuid.uuid4().hex, auto_offset_reset="earliest",
        enable_auto_commit=False, fetch_max_wait_ms=100,
    ) as consumer:  # fmt: skip
        seen = 0
        while seen < count:
            batch = await consumer.getmany(timeout_ms=200, max_records=BATCH)
            for records in batch.values():
                seen += sum(text_headers(record.headers)["ce_sequence"] == "1" for record in records)
            if batch:
                await consumer.commit({place: records[-1].offset + 1 for place, records in batch.items()})


async def librdkafka_reads(bootstrap: str, topic: str, count: int) -> None:
    """By its asyncio consumer."""
    settings = {"bootstrap.servers": bootstrap, "group.id": uuid.uuid4().hex, "auto.offset.reset": "earliest"}
    consumer = AIOConsumer(settings | {"enable.auto.commit": False, "fetch.wait.max.ms": 100})
    await consumer.subscribe([topic])
    seen = 0
    while seen < count:
        records: list[Any] = await consumer.consume(BATCH, 0.2)
        seen += sum(text_headers(record.headers())["ce_sequence"] == "1" for record in records)
        if records:
            await consumer.commit(asynchronous=False)
    await consumer.close()


async def measure(bootstrap: str, count: int) -> dict[str, Any]:
    """The JSON object."""
    figures: dict[str, Any] = {"records": count}
    for name, sends, reads in (
        ("aiokafka", aiokafka_sends, aiokafka_reads),
        ("librdkafka", librdkafka_sends, librdkafka_reads),
    ):
        topic = f"clients-{name}"
        admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
        await admin.start()
        await admin.create_topics([NewTopic(topic, PARTITIONS, 1)])
        await admin.close()
        figures[name] = {"sends": await _timed(sends, bootstrap, topic, count)}
        figures[name] |= {"reads": await _timed(reads, bootstrap, topic, count)}
    return figures


async def _timed(work: Client, bootstrap: str, topic: str, count: int) -> dict[str, float]:
    print(f"{work.__name__} ...", file=sys.stderr, flush=True)
    started, used = time.perf_counter(), time.process_time()
    await work(bootstrap, topic, count)
    seconds, used = time.perf_counter() - started, time.process_time() - used
    return {"per_second": round(count / seconds), "processor_us_each": round(used * 1e6 / count, 2)}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.clients", description=__doc__.splitlines()[0])
    parser.add_argument("--records", type=int, default=200_000)
    args = parser.parse_args()
    with Broker() as broker:
        print(json.dumps(uvloop.run(measure(broker.bootstrap, args.records // BATCH * BATCH)), indent=2))


if __name__ == "__main__":
    main()
