"""A broker that loses everything is filled again from the outbox, and nothing takes effect twice."""

import asyncio
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from embedded.broker import Broker
from services.kit import outbox
from services.kit import relay as kit_relay
from services.make_topics import make_topics
from tests.component import tiny
from tests.component.conftest import Tiny, running
from tests.conftest import MakeDatabase, eventually


@pytest.fixture
async def service(database: MakeDatabase) -> Tiny:
    made = await database("kit")
    await made.pool.execute(tiny.EFFECTS)
    fields = {"kafka_idempotence": False, "kafka_fetch_wait_ms": 20, "kafka_session_timeout_ms": 2_000}
    return Tiny(made, {"kafka_bootstrap": "127.0.0.1:1", "kafka_silence_seconds": 2.0, **fields})


async def publish(service: Tiny, *keys: str) -> None:
    async with service.pool.acquire() as tx, tx.transaction():
        await outbox.append(tx, [tiny.tie(key, 1) for key in keys])


def point_at(service: Tiny, broker: Broker) -> None:
    service.settings = service.settings.model_copy(update={"kafka_bootstrap": broker.bootstrap})


async def test_events_already_sent_are_sent_again_to_a_broker_that_came_back_empty(service: Tiny) -> None:
    await publish(service, "a", "b")
    with Broker() as first:
        await make_topics(first.bootstrap)
        point_at(service, first)
        async with running(service.relay(), service.consumer()):

            async def two() -> bool:
                return len(await service.effects()) == 2

            await eventually(two)
        before = await service.effects()
    with Broker(port=first.port) as second:
        await make_topics(second.bootstrap)
        other = Tiny(
            service.database,
            service.settings.model_dump(
                include={"kafka_bootstrap", "kafka_idempotence", "kafka_fetch_wait_ms", "kafka_session_timeout_ms"}
            ),
        )
        await publish(service, "c")
        async with running(other.relay(), other.consumer()):

            async def three() -> bool:
                return ("c", 1) in await other.effects()

            await eventually(three)
            ends = await asyncio.wait_for(_records(second.bootstrap, 3), 20)
    assert sorted(await service.effects()) == sorted([*before, ("c", 1)])
    assert sorted(ends) == ["a", "b", "c"]


async def test_a_relay_that_lived_through_the_loss_sends_again_what_it_had_sent(service: Tiny) -> None:
    await publish(service, "a", "b", *tiny.keys(20))
    with Broker() as first:
        await make_topics(first.bootstrap)
        point_at(service, first)
        relay = service.relay()
        await relay.start()
        await eventually(lambda: all_sent(service))
    with Broker(port=first.port) as second:
        await make_topics(second.bootstrap)
        await publish(service, "c")
        await asyncio.wait_for(_all_of({"a", "b", "c", *tiny.keys(20)}, second.bootstrap), 60)
        await relay.stop()


async def test_nothing_is_sent_again_while_the_broker_keeps_what_it_has(
    service: Tiny, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kit_relay, "CHECK_SECONDS", 0.0)
    with Broker() as broker:
        await make_topics(broker.bootstrap)
        point_at(service, broker)
        for take in range(2):
            async with running(service.relay()):
                for number in range(5):
                    await publish(service, *(f"{take}-{number}-{key}" for key in tiny.keys(20)))
                    await eventually(lambda: all_sent(service))
                await asyncio.sleep(0.5)
        await publish(service, "last")
        async with running(service.relay()):
            records = await asyncio.wait_for(_records(broker.bootstrap, 201), 20)
            await asyncio.sleep(0.5)
            ends = await _ends(broker.bootstrap)
    assert len(set(records)) == 201
    assert ends <= 201  # the embedded broker tells less than the end


async def all_sent(service: Tiny) -> bool:
    return await service.pool.fetchval("select count(*) from outbox where sent_at is null") == 0


async def _ends(bootstrap: str) -> int:
    async with AIOKafkaConsumer(bootstrap_servers=bootstrap) as reader:
        places = [TopicPartition("hallway.attendee.tie.v1", partition) for partition in range(4)]
        return sum((await reader.end_offsets(places)).values())


async def _all_of(keys: set[str], bootstrap: str) -> None:
    async with AIOKafkaConsumer(
        "hallway.attendee.tie.v1", bootstrap_servers=bootstrap, auto_offset_reset="earliest"
    ) as reader:
        while keys:
            keys.discard((await reader.getone()).key.decode())


async def _records(bootstrap: str, count: int) -> list[str]:
    from tests.component.test_event_path import read_all

    return [record.key.decode() for record in await read_all(bootstrap, "hallway.attendee.tie.v1", count)]


async def test_a_consumer_whose_broker_is_gone_says_that_it_should_be_started_anew(service: Tiny) -> None:
    with Broker() as broker:
        await make_topics(broker.bootstrap)
        point_at(service, broker)
        consumer = service.consumer()
        await consumer.start()
        assert consumer.problem() is None

    async def complains() -> bool:
        return "the broker is silent" in (consumer.problem() or "")

    await eventually(complains)
    await consumer.stop()


async def test_the_outbox_keeps_what_no_broker_has_taken(service: Tiny) -> None:
    await publish(service, "a")
    async with running(service.relay()):
        await asyncio.sleep(1)
    assert await service.pool.fetchval("select count(*) from outbox where sent_at is null") == 1


async def test_a_relay_stops_soon_though_no_broker_takes_what_it_has_sent(
    service: Tiny, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Broker() as broker:
        await make_topics(broker.bootstrap)
        point_at(service, broker)
        relay = service.relay()
        await relay.start()
        await publish(service, "a")
        await eventually(lambda: all_sent(service))
    sending, send_batch = asyncio.Event(), AIOKafkaProducer.send_batch

    async def tell(*arguments: Any, **named: Any) -> Any:
        future = await send_batch(*arguments, **named)
        sending.set()
        return future

    monkeypatch.setattr(AIOKafkaProducer, "send_batch", tell)
    await publish(service, "b")
    await asyncio.wait_for(sending.wait(), 60)
    await asyncio.wait_for(relay.stop(), 15)  # the producer itself waits for twenty seconds
