"""The two broker launchers: Tansu from its wheel, and Apache Kafka where Java and its jars are found."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from embedded import kafka_probe
from embedded.apache_kafka import ApacheKafka, what_is_missing
from embedded.broker import Broker, BrokerFailed

_MISSING = what_is_missing()
needs_apache_kafka = pytest.mark.skipif(_MISSING is not None, reason=_MISSING or "")


async def _produce(bootstrap: str, topic: str, values: list[bytes], *, idempotent: bool) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", enable_idempotence=idempotent)
    await producer.start()
    try:
        for value in values:
            await producer.send_and_wait(topic, value, partition=0)
    finally:
        await producer.stop()


async def _consume(bootstrap: str, topic: str, count: int) -> list[bytes]:
    consumer = AIOKafkaConsumer(
        topic,
        bootstrap_servers=bootstrap,
        group_id="g",
        auto_offset_reset="earliest",
        session_timeout_ms=2000,
        heartbeat_interval_ms=300,
    )
    await consumer.start()
    try:
        return [(await consumer.getone()).value for _ in range(count)]
    finally:
        await consumer.stop()


async def _create_topic(bootstrap: str, topic: str) -> None:
    from aiokafka.admin import AIOKafkaAdminClient, NewTopic

    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(topic, 1, 1)])
    finally:
        await admin.close()


def test_what_is_produced_to_the_embedded_broker_is_consumed() -> None:
    with Broker() as broker:
        asyncio.run(_create_topic(broker.bootstrap, "t"))
        asyncio.run(_produce(broker.bootstrap, "t", [b"1", b"2"], idempotent=False))
        assert asyncio.run(_consume(broker.bootstrap, "t", 2)) == [b"1", b"2"]


def test_a_stopped_embedded_broker_answers_no_more_and_starts_again_on_its_port() -> None:
    broker = Broker()
    broker.start()
    first = broker.bootstrap
    assert kafka_probe.brokers("127.0.0.1", broker.port) == 1
    broker.stop()
    assert kafka_probe.brokers("127.0.0.1", broker.port) == 0
    assert not broker.alive
    with broker:
        assert broker.bootstrap == first
        assert broker.alive


def test_a_second_embedded_broker_on_a_taken_port_is_refused() -> None:
    with (
        Broker() as broker,
        pytest.raises(BrokerFailed, match=f"port {broker.port} is taken by another broker"),
    ):
        Broker(port=broker.port).start()


@needs_apache_kafka
def test_apache_kafka_takes_an_idempotent_producer_and_keeps_its_data_over_a_kill(tmp_path: Path) -> None:
    with ApacheKafka(tmp_path) as kafka:
        asyncio.run(_create_topic(kafka.bootstrap, "t"))
        asyncio.run(_produce(kafka.bootstrap, "t", [b"1", b"2"], idempotent=True))
        kafka.kill()
        assert not kafka.alive
        kafka.start()
        asyncio.run(_produce(kafka.bootstrap, "t", [b"3"], idempotent=True))
        assert asyncio.run(_consume(kafka.bootstrap, "t", 3)) == [b"1", b"2", b"3"]


@needs_apache_kafka
def test_apache_kafka_makes_no_topic_that_nobody_declared(tmp_path: Path) -> None:
    from aiokafka.admin import AIOKafkaAdminClient

    async def topics(bootstrap: str) -> list[str]:
        admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
        await admin.start()
        try:
            await admin.describe_topics(["never-declared"])
            return list(await admin.list_topics())
        finally:
            await admin.close()

    with ApacheKafka(tmp_path) as kafka:
        assert asyncio.run(topics(kafka.bootstrap)) == []
