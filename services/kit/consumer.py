"""Reads Kafka in batches: one transaction, then the offsets; what cannot be handled goes to the dead letters."""

import asyncio
import logging
import time
from collections.abc import Sequence
from typing import Any

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError
from faststream import AckPolicy
from faststream.kafka import KafkaBroker
from faststream.kafka.message import KafkaAckableMessage

from services.kit import dead_letter, failpoint, inbox, outbox
from services.kit.db import TRANSIENT, Pool
from services.kit.envelope import Event
from services.kit.inbox import Handler, KafkaRecord, Subscription
from services.kit.settings import ServiceSettings

__all__ = ["Consumer", "Event", "Handler", "Subscription"]

BATCH = 500
DEAD_LETTERS_IN_A_ROW = 20  # then it is the code that is broken, not the events
ACK_POLICY = AckPolicy.MANUAL  # every other policy commits what was not handled

log = logging.getLogger(__name__)


class Consumer:
    """A Part: one consumer group of one service."""

    def __init__(self, settings: ServiceSettings, pool: Pool, owner: str, subscription: Subscription) -> None:
        self._settings = settings
        self._pool = pool
        self._owner = owner
        self._subscription = subscription
        self._in_a_row = 0
        self._failure: str | None = None
        self._stopping = asyncio.Event()
        self._started = self._handled_at = time.monotonic()
        self.broker = KafkaBroker(
            settings.kafka_bootstrap.split(","),
            client_id=f"hallway-{subscription.group}",
            consumer_only=True,
            allow_auto_create_topics=False,
            apply_types=False,
            graceful_timeout=10.0,
            logger=None,
        )
        self.subscriber = self.broker.subscriber(
            *subscription.topics,
            batch=True,
            max_records=BATCH,
            batch_timeout_ms=10,
            group_id=subscription.group,
            ack_policy=ACK_POLICY,
            auto_offset_reset="earliest",
            fetch_max_wait_ms=settings.kafka_fetch_wait_ms,
            session_timeout_ms=settings.kafka_session_timeout_ms,
            heartbeat_interval_ms=settings.kafka_session_timeout_ms // 6,
            parser=self._parse,
            decoder=_decode,
            no_reply=True,
        )
        self.subscriber(self._on_batch)

    async def start(self) -> None:
        """Joins the group; returns before partitions are assigned."""
        await self.broker.start()

    async def stop(self) -> None:
        """Leaves the group once the batch under way is done, within FastStream's graceful time-out."""
        self._stopping.set()
        await self.broker.stop()

    def problem(self) -> str | None:
        """Why this consumer should be started anew: it gave up, or hears nothing from its broker."""
        if self._failure:
            return self._failure
        silent = time.monotonic() - max(self._last_heard(), self._handled_at)
        if silent > self._settings.kafka_silence_seconds:
            return f"consumer {self._subscription.group}: nothing heard from the broker for {silent:.0f} s"
        return None

    def assigned(self) -> bool:
        """Whether the group has given this consumer its share (which may be none, beside others)."""
        consumer = self.subscriber.consumer
        return consumer is not None and consumer._subscription.subscription is not None and bool(consumer.assignment())

    def lag(self) -> int:
        """Records waiting, by the high watermarks the fetches told."""
        consumer = self.subscriber.consumer
        if consumer is None:
            return 0
        states = [consumer._subscription.subscription.assignment.state_value(p) for p in consumer.assignment()]
        return sum(max(0, (s.highwater or 0) - s._position) for s in states if s._position is not None)

    def _last_heard(self) -> float:
        """When a fetch was last answered, on the monotonic clock (aiokafka keeps wall-clock milliseconds)."""
        consumer = self.subscriber.consumer
        if consumer is None:
            return self._started
        stamps = [consumer.last_poll_timestamp(p) for p in consumer.assignment()]
        newest = max((stamp for stamp in stamps if stamp), default=None)
        if not stamps:
            return time.monotonic()  # beside other members there may be no partition for this one
        if newest is None:
            return self._started
        return time.monotonic() - max(0.0, time.time() - newest / 1000)

    async def _parse(self, records: tuple[KafkaRecord, ...]) -> KafkaAckableMessage:
        # FastStream's own parser decodes headers strictly, and a record it cannot parse is skipped for good.
        return KafkaAckableMessage(
            body=list(records), raw_message=records, headers={}, batch_headers=[], consumer=self.subscriber.consumer
        )

    async def _on_batch(self, records: Any) -> None:  # FastStream validates any other annotation
        """Never raises: FastStream would go on, and the next commit would pass what was not handled."""
        try:
            if not self._failure:
                await self._take_or_bury(records)
                failpoint.reach("consumer.before_commit")
                await self._commit(records)
                return
        except Exception as error:
            log.exception("consumer %s stops", self._subscription.group)
            self._failure = f"consumer {self._subscription.group} stopped: {error}"
        await self._stopping.wait()  # reading on would lose this batch

    async def _commit(self, records: Sequence[KafkaRecord]) -> None:
        offsets: dict[TopicPartition, int] = {}
        for record in records:
            offsets[TopicPartition(record.topic, record.partition)] = record.offset + 1
        try:
            await self.subscriber.consumer.commit(offsets)  # type: ignore[union-attr]
        except (KafkaError, ValueError) as error:
            # The partitions moved in a rebalance, or the broker is gone: the inbox takes what comes again.
            log.warning("offsets of %s not committed: %s", self._subscription.group, type(error).__name__)
        self._handled_at = time.monotonic()

    async def _take_or_bury(self, records: Sequence[KafkaRecord]) -> None:
        try:
            await self._take(records)
            self._in_a_row = 0
            return
        except Exception as error:
            log.warning(
                "batch of %d for %s failed (%s: %s); taking its events one by one",
                len(records), self._subscription.group, type(error).__name__, error,
            )  # fmt: skip
        for record in records:
            try:
                await self._take([record])
                self._in_a_row = 0
            except Exception as error:
                await self._bury(record, f"{type(error).__name__}: {error}")

    async def _take(self, records: Sequence[KafkaRecord]) -> None:
        await self._patiently(lambda tx: inbox.take(tx, self._subscription, records))

    async def _bury(self, record: KafkaRecord, reason: str) -> None:
        log.error("dead letter: %s/%d@%d: %s", record.topic, record.partition, record.offset, reason)
        await self._patiently(lambda tx: dead_letter.bury(tx, self._owner, self._subscription, record, reason))
        self._in_a_row += 1
        if self._in_a_row > DEAD_LETTERS_IN_A_ROW:
            raise RuntimeError(f"{self._in_a_row} events in a row could not be handled; last: {reason}")

    async def _patiently(self, work: Any) -> None:
        """Runs ``work`` in a transaction, again and again while only passing errors are in the way."""
        pause = 0.05
        while True:
            try:
                async with self._pool.acquire() as tx, tx.transaction():
                    await work(tx)
                failpoint.reach("consumer.after_commit")
                outbox.announce()
                return
            except TRANSIENT as error:
                log.warning("%s waits: %s: %s", self._subscription.group, type(error).__name__, error)
                self._handled_at = time.monotonic()
                await asyncio.sleep(pause)
                pause = min(pause * 2, 5)


async def _decode(message: KafkaAckableMessage) -> list[KafkaRecord]:
    return message.body  # type: ignore[return-value]
