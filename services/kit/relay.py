"""Publishes the outbox: one relay a service, oldest rows first, marked as sent once the broker acknowledged them."""

import asyncio
import json
import logging
import time
from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress

import asyncpg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaError
from aiokafka.partitioner import DefaultPartitioner
from asyncpg import Record

from services.kit import envelope, failpoint, outbox
from services.kit.db import TRANSIENT
from services.kit.settings import ServiceSettings

LOCK = 0x52454C59  # any number; the same for all relays of a database
ROWS = 2_000
IDLE_SECONDS = 0.1  # how late a row of another process is found
CHECK_SECONDS = 15.0  # how often topics are looked at for having been emptied
HOUSEKEEPING_SECONDS = 600.0

_UNSENT = """
    select position, id, topic, key, type, sequence, payload, traceparent, extra, created_at
    from outbox where sent_at is null order by position limit $1
"""
_SENT = "update outbox set sent_at = now() where sent_at is null and position = any($1::bigint[])"
_AGAIN = "update outbox set sent_at = null where sent_at is not null and topic = any($1::text[])"

log = logging.getLogger(__name__)


class Relay:
    """A Part. Stands by while another relay of the same database holds the advisory lock."""

    def __init__(self, settings: ServiceSettings, source: str) -> None:
        self._settings = settings
        self._source = source
        self._task: asyncio.Task[None] | None = None
        self._partition = DefaultPartitioner()
        self._last_round = time.monotonic()
        self._producer: AIOKafkaProducer
        self._connection: asyncpg.Connection[Record]

    async def start(self) -> None:
        """Begins publishing in the background."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Ends after the round that is under way."""
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    def problem(self) -> str | None:
        """Names a relay that has got nowhere for too long."""
        if self._task and self._task.done():
            return f"relay ended: {self._task.exception()}"
        silent = time.monotonic() - self._last_round
        return f"relay: no round for {silent:.0f} s" if silent > self._settings.kafka_silence_seconds else None

    async def _run(self) -> None:
        pause = 0.2
        while True:
            try:
                await self._lead()
            except (KafkaError, *TRANSIENT) as error:
                log.warning("relay starts anew after %s: %s", type(error).__name__, error)
                await asyncio.sleep(pause)
                pause = min(pause * 2, 5)

    async def _lead(self) -> None:
        """Waits for the lock, then publishes until something fails."""
        self._connection = await asyncpg.connect(self._settings.database_url, timeout=10, command_timeout=60)
        wake = outbox.subscribe()
        try:
            while not await self._connection.fetchval("select pg_try_advisory_lock($1)", LOCK):
                self._last_round = time.monotonic()
                await asyncio.sleep(1)
            async with self._make_producer() as self._producer:
                await self._publish(wake)
        finally:
            outbox.unsubscribe(wake)
            self._connection.terminate()

    def _make_producer(self) -> AIOKafkaProducer:
        return AIOKafkaProducer(
            bootstrap_servers=self._settings.kafka_bootstrap,
            client_id=f"hallway-{self._source}-relay",
            acks="all",
            enable_idempotence=self._settings.kafka_idempotence,
            max_batch_size=1_000_000,
            max_request_size=1_048_576,
            request_timeout_ms=20_000,
        )

    async def _publish(self, wake: asyncio.Event) -> None:
        check_at = housekeeping_at = 0.0
        while True:
            now = time.monotonic()
            if now >= check_at:
                await self._refill_empty_topics()
                check_at = now + CHECK_SECONDS
            if now >= housekeeping_at:
                await outbox.maintain(self._connection)
                housekeeping_at = now + HOUSEKEEPING_SECONDS
            wake.clear()
            if not await self._round():
                with suppress(TimeoutError):
                    await asyncio.wait_for(wake.wait(), IDLE_SECONDS)
            self._last_round = time.monotonic()

    async def _round(self) -> int:
        """Publishes up to ROWS rows; returns how many the broker took."""
        rows = await self._connection.fetch(_UNSENT, ROWS)
        if not rows:
            return 0
        failpoint.reach("relay.before_send")
        by_partition: dict[TopicPartition, list[Record]] = defaultdict(list)
        for row in rows:
            by_partition[await self._place(row)].append(row)
        tasks = [self._send(place, waiting) for place, waiting in by_partition.items()]
        results = await asyncio.gather(*tasks, return_exceptions=True)
        failpoint.reach("relay.after_send")
        sent = [position for result in results if isinstance(result, list) for position in result]
        await self._connection.execute(_SENT, sent)
        for result in results:
            if isinstance(result, BaseException):
                raise result
        return len(sent)

    async def _place(self, row: Record) -> TopicPartition:
        partitions = sorted(await self._producer.partitions_for(row["topic"]))
        return TopicPartition(row["topic"], self._partition(row["key"].encode(), partitions, partitions))

    async def _send(self, place: TopicPartition, rows: Sequence[Record]) -> list[int]:
        """Sends one partition's rows batch after batch, so that a failed row is never overtaken by a later one.
        Returns the positions acknowledged; raises only when there are none."""
        sent: list[int] = []
        while len(sent) < len(rows):
            batch = self._producer.create_batch()
            taken = []
            for row in rows[len(sent) :]:
                if (
                    batch.append(
                        key=row["key"].encode(), value=row["payload"], timestamp=None, headers=self._headers(row)
                    )
                    is None
                ):
                    break
                taken.append(row["position"])
            batch.close()
            try:
                await (await self._producer.send_batch(batch, place.topic, partition=place.partition))
            except KafkaError:
                if sent:
                    return sent
                raise
            sent += taken
        return sent

    def _headers(self, row: Record) -> list[tuple[str, bytes]]:
        if row["extra"] is not None:
            return [(name, value.encode()) for name, value in json.loads(row["extra"]).items()]
        event = envelope.Event(
            row["id"], row["type"], row["key"], row["sequence"], row["created_at"], None, row["traceparent"]
        )
        return envelope.headers(event, self._source)

    async def _refill_empty_topics(self) -> None:
        """Sends kept rows again to topics that hold nothing: the broker lost them (inboxes make it harmless)."""
        topics = [r["topic"] for r in await self._connection.fetch("select distinct topic from outbox")]
        if empty := [topic for topic in topics if await self._is_empty(topic)]:
            status = await self._connection.execute(_AGAIN, empty)
            if status != "UPDATE 0":
                log.warning("topics found empty: sending the kept events again (%s rows)", status.split()[-1])

    async def _is_empty(self, topic: str) -> bool:
        consumer = AIOKafkaConsumer(bootstrap_servers=self._settings.kafka_bootstrap, enable_auto_commit=False)
        await consumer.start()
        try:
            partitions = await self._producer.partitions_for(topic)
            ends = await consumer.end_offsets([TopicPartition(topic, p) for p in partitions])
            return not any(ends.values())
        finally:
            await consumer.stop()
