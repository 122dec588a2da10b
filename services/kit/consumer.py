"""Reads Kafka in batches: one transaction, then the offsets; what cannot be handled goes to the dead letters."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError
from faststream import AckPolicy
from faststream.kafka import KafkaBroker
from faststream.kafka.message import KafkaAckableMessage
from faststream.security import BaseSecurity

from services.kit import dead_letter, failpoint, inbox, outbox, tls
from services.kit.db import TRANSIENT, Connection, Pool
from services.kit.envelope import Event
from services.kit.errors import describe
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
        self._pool, self._owner, self._subscription = pool, owner, subscription
        self._name, self._silence_seconds = f"consumer {subscription.group}", settings.kafka_silence_seconds
        self._failure: str | None = None
        self._stopping, self._in_a_row, self._busy, self._active_at = asyncio.Event(), 0, False, time.monotonic()
        self.broker = KafkaBroker(
            settings.kafka_bootstrap.split(","), client_id=f"hallway-{subscription.group}", consumer_only=True,
            allow_auto_create_topics=False, apply_types=False, graceful_timeout=10.0, logger=None,
            security=BaseSecurity(tls.kafka(settings.kafka_tls).get("ssl_context")),
        )  # fmt: skip
        self.subscriber = self.broker.subscriber(
            *subscription.topics, group_id=subscription.group, auto_offset_reset="earliest", ack_policy=ACK_POLICY,
            batch=True, max_records=BATCH, batch_timeout_ms=10, fetch_max_wait_ms=settings.kafka_fetch_wait_ms,
            session_timeout_ms=settings.kafka_session_timeout_ms,
            heartbeat_interval_ms=settings.kafka_session_timeout_ms // 6,
            parser=self._parse, decoder=lambda message: message.body, no_reply=True,
        )  # fmt: skip
        self.subscriber(self._on_batch)

    async def start(self) -> None:
        await self.broker.start()
        self._active_at = time.monotonic()

    async def stop(self) -> None:
        """Leaves the group once the batch under way is done, within FastStream's graceful time-out."""
        self._stopping.set()
        await self.broker.stop()

    def problem(self) -> str | None:
        """Why this consumer should be started anew: it gave up, or hears nothing from its broker."""
        consumer = self.subscriber.consumer
        polls = [consumer.last_poll_timestamp(p) or 0 for p in consumer.assignment()] if consumer else [0]
        silent = min(time.monotonic() - self._active_at, time.time() - max(polls) / 1000 if polls else 0.0)
        self._active_at = time.monotonic() - silent  # a rebalance forgets polls, and may leave no partition to poll
        slow = silent > self._silence_seconds and not self._busy
        return self._failure or (f"{self._name}: the broker is silent for {silent:.0f} s" if slow else None)

    def _parse(self, records: tuple[KafkaRecord, ...]) -> KafkaAckableMessage:
        # FastStream's own parser decodes headers strictly, and a record it cannot parse is skipped for good.
        consumer = self.subscriber.consumer
        return KafkaAckableMessage(body=records, raw_message=records, headers={}, batch_headers=[], consumer=consumer)

    async def _on_batch(self, records: Any) -> None:  # FastStream validates any other annotation
        """Never raises: FastStream would go on, and the next commit would pass what was not handled."""
        try:
            if not self._failure:
                await self._take(records)
                failpoint.reach("consumer.before_commit")
                await self._commit(records)
                return
        except Exception as error:
            log.exception("%s stops", self._name)
            self._failure = self._failure or f"{self._name} stopped: {describe(error)}"
        await self._stopping.wait()  # reading on would lose this batch

    async def _commit(self, records: Sequence[KafkaRecord]) -> None:
        offsets = {TopicPartition(record.topic, record.partition): record.offset + 1 for record in records}
        try:
            await self.subscriber.consumer.commit(offsets)  # type: ignore[union-attr]
        except (KafkaError, ValueError) as error:
            # The partitions moved in a rebalance, or the broker is gone: the inbox takes what comes again.
            log.warning("%s: offsets not committed: %s", self._name, describe(error))

    async def _take(self, records: Sequence[KafkaRecord]) -> None:
        """Takes a batch; when that fails its events one by one, and buries those that cannot be handled."""
        try:
            await self._patiently(lambda tx: inbox.take(tx, self._subscription, records))
            self._in_a_row = 0
        except Exception as error:
            log.warning("%s could not handle %d event(s): %s", self._name, len(records), describe(error))
            if len(records) == 1:
                await self._bury(records[0], error)
                return
            for record in records:
                await self._take([record])

    async def _bury(self, record: KafkaRecord, error: Exception) -> None:
        log.error("dead letter: %s/%d@%d", record.topic, record.partition, record.offset, exc_info=error)
        why = dead_letter.reason(error)
        await self._patiently(lambda tx: dead_letter.bury(tx, self._owner, self._subscription, record, why))
        self._in_a_row += 1
        if self._in_a_row > DEAD_LETTERS_IN_A_ROW:
            self._failure = f"{self._name} stopped: {self._in_a_row} events in a row could not be handled"
            raise error

    async def _patiently(self, work: Callable[[Connection], Awaitable[None]]) -> None:
        """Runs ``work`` in a transaction, again and again while only passing errors are in the way."""
        self._busy, pause = True, 0.05
        try:
            while True:
                try:
                    async with self._pool.acquire(timeout=10) as tx, tx.transaction():
                        await work(tx)
                    break
                except TRANSIENT as error:
                    log.warning("%s waits: %s", self._name, describe(error))
                    await asyncio.sleep(pause)
                    pause = min(pause * 2, 5)
        finally:
            self._busy, self._active_at = False, time.monotonic()
        failpoint.reach("consumer.after_commit")
        outbox.announce()
