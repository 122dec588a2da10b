"""Publishes the outbox: one relay a service, oldest rows first, marked as sent once the broker acknowledged them."""

import asyncio
import json
import logging
import time
from collections import defaultdict
from contextlib import suppress

import asyncpg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.partitioner import DefaultPartitioner

from services.kit import envelope, failpoint, outbox, tls
from services.kit.lifecycle import Loop
from services.kit.settings import ServiceSettings

LOCK = 0x52454C59  # any number; the same for all relays of a database
ROWS = 2_000
IDLE_SECONDS = 0.1  # how late a row of another process is found
CHECK_SECONDS = 15.0  # how often topics are looked at for having been emptied
HOUSEKEEPING_SECONDS = 600.0
STOP_SECONDS = 3.0  # a producer would wait for a broker that is not there

_FILLED = "select distinct topic from outbox where sent_at is not null"
_UNSENT = "select * from outbox where sent_at is null order by position limit $1"
_SENT = "update outbox set sent_at = now() where sent_at is null and position = any($1::bigint[])"
_AGAIN = "update outbox set sent_at = null where sent_at is not null and topic = any($1::text[])"

log = logging.getLogger(__name__)


class Relay(Loop):
    """A Part. Stands by while another relay of the same database holds the advisory lock."""

    def __init__(self, settings: ServiceSettings, source: str) -> None:
        super().__init__("relay", self._lead, pause=1.0)
        self._settings, self._source, self._tls = settings, source, tls.kafka(settings.kafka_tls)
        self._partition, self._last_round = DefaultPartitioner(), float("inf")
        self._ends: dict[TopicPartition, int] = {}  # offsets that were reached, unless the broker lost what was there
        self._lost: set[str] = set()  # topics for which it did

    async def stop(self) -> None:
        """Ends at once: what was sent and not marked yet is sent again by the next relay."""
        self._task.cancel()
        await asyncio.wait([self._task], timeout=STOP_SECONDS)

    def problem(self) -> str | None:
        """Names a relay that has failed, or has got nowhere for too long."""
        silent = time.monotonic() - self._last_round
        slow = silent > self._settings.kafka_silence_seconds
        return self._failure or (f"relay: no round for {silent:.0f} s" if slow else None)

    async def _lead(self) -> bool:
        """Waits for the lock, then publishes until something fails."""
        self._last_round = min(self._last_round, time.monotonic())
        # While housekeeping waits for a lock, everybody who writes to the outbox waits behind it.
        server, url = {"lock_timeout": "1s"}, self._settings.database_url
        self._connection = await asyncpg.connect(url, timeout=10, command_timeout=60, server_settings=server)
        try:
            while not await self._connection.fetchval("select pg_try_advisory_lock($1)", LOCK):
                self._last_round = time.monotonic()
                await asyncio.sleep(1)
            self._producer = AIOKafkaProducer(
                bootstrap_servers=self._settings.kafka_bootstrap, client_id=f"hallway-{self._source}-relay",
                acks="all", enable_idempotence=self._settings.kafka_idempotence,
                max_batch_size=1_000_000, max_request_size=1_048_576, request_timeout_ms=20_000, **self._tls,
            )  # fmt: skip
            async with self._producer:
                await self._publish()
        finally:
            self._connection.terminate()
        return False

    async def _publish(self) -> None:
        filled = {row["topic"] for row in await self._connection.fetch(_FILLED)}
        check_at = housekeeping_at = 0.0
        wake = asyncio.Event()
        outbox.waiting.add(wake)
        while not self._stopping.is_set():
            now = time.monotonic()
            if now >= check_at:
                await self._find_lost(filled | {place.topic for place in self._ends})
                check_at = now + CHECK_SECONDS
            if now >= housekeeping_at:
                await outbox.maintain(self._connection)
                housekeeping_at = now + HOUSEKEEPING_SECONDS
            wake.clear()
            if not await self._round():
                with suppress(TimeoutError):
                    await asyncio.wait_for(wake.wait(), IDLE_SECONDS)
            self._last_round = time.monotonic()

    async def _round(self) -> bool:
        """Publishes up to ROWS rows; returns whether the broker took some."""
        rows = await self._connection.fetch(_UNSENT, ROWS)
        if not rows:
            return False
        failpoint.reach("relay.before_send")
        places = {topic: sorted(await self._producer.partitions_for(topic)) for topic in {row["topic"] for row in rows}}
        by_partition: dict[TopicPartition, list[asyncpg.Record]] = defaultdict(list)
        for row in rows:
            partition = self._partition(row["key"].encode(), places[row["topic"]], places[row["topic"]])
            by_partition[TopicPartition(row["topic"], partition)].append(row)
        sent: list[int] = []
        failed = await asyncio.gather(*(self._send(*p, sent) for p in by_partition.items()), return_exceptions=True)
        failpoint.reach("relay.after_send")
        await self._mark(sent)
        for error in filter(None, failed):
            raise error
        return True

    async def _send(self, place: TopicPartition, rows: list[asyncpg.Record], sent: list[int]) -> None:
        """Sends a partition's rows in order, so that none overtakes one that failed; fills ``sent`` with positions."""
        while rows:
            batch = self._producer.create_batch()
            taken: list[int] = []
            for row in rows:
                key, headers = row["key"].encode(), self._headers(row)
                if batch.append(key=key, value=row["payload"], timestamp=None, headers=headers) is None:
                    break
                taken.append(row["position"])
            batch.close()
            at = await (await self._producer.send_batch(batch, place.topic, partition=place.partition))
            if 0 <= at.offset < self._ends.get(place, 0):  # it was reached before
                self._lost.add(place.topic)
            self._ends[place] = at.offset + len(taken)
            sent += taken
            rows = rows[len(taken) :]

    def _headers(self, row: asyncpg.Record) -> list[tuple[str, bytes]]:
        if row["extra"] is not None:
            return [(name, value.encode()) for name, value in json.loads(row["extra"]).items()]
        facts = (row["id"], row["type"], row["key"], row["sequence"], row["created_at"], None, row["traceparent"])
        return envelope.headers(envelope.Event(*facts), self._source)

    async def _find_lost(self, filled: set[str]) -> None:
        """Looks for topics and partitions that were filled and hold nothing: the broker came back empty."""
        places = [TopicPartition(topic, p) for topic in filled for p in await self._producer.partitions_for(topic)]
        if not places:
            return
        async with AIOKafkaConsumer(bootstrap_servers=self._settings.kafka_bootstrap, **self._tls) as consumer:
            ends = await consumer.end_offsets(places)
        self._lost |= filled - {place.topic for place, end in ends.items() if end}
        self._lost |= {place.topic for place, end in ends.items() if not end and self._ends.get(place)}
        self._ends = ends | self._ends  # the embedded broker tells less than the end
        await self._mark([])

    async def _mark(self, sent: list[int]) -> None:
        """Marks rows as sent, and those of lost topics as to be sent again (inboxes make that harmless)."""
        async with self._connection.transaction():
            await self._connection.execute(_SENT, sent)
            if self._lost:
                status = await self._connection.execute(_AGAIN, [*self._lost])
                log.warning("the broker lost %s; sending again: %s", ", ".join(self._lost), status)
        self._ends = {place: end for place, end in self._ends.items() if place.topic not in self._lost}
        self._lost = set()
