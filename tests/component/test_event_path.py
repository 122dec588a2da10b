"""The event path on a real broker and PostgreSQL: exactly once, in order, whatever is killed."""

import asyncio
import uuid
from typing import Any

import asyncpg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from faststream import AckPolicy

from services.kit import consumer as kit_consumer
from services.kit import dead_letter, outbox
from services.kit.db import Connection
from tests.component import tiny
from tests.component.conftest import Tiny, running
from tests.conftest import eventually
from tests.store.test_kit import Counted

CONFERENCES = "hallway.attendee.conference.v1"


async def publish(service: Tiny, events: list[outbox.Outgoing]) -> None:
    async with service.pool.acquire() as tx, tx.transaction():
        await outbox.append(tx, events)


async def read_all(bootstrap: str, topic: str, count: int) -> list[Any]:
    reader = AIOKafkaConsumer(
        topic, bootstrap_servers=bootstrap, auto_offset_reset="earliest", enable_auto_commit=False
    )
    await reader.start()
    try:
        return [await reader.getone() for _ in range(count)]
    finally:
        await reader.stop()


async def send_raw(service: Tiny, records: list[tuple[bytes | None, list[tuple[str, bytes]]]]) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=service.settings.kafka_bootstrap)
    await producer.start()
    for value, headers in records:
        await producer.send_and_wait(CONFERENCES, value, key=b"k", headers=headers)
    await producer.stop()


async def unsent(service: Tiny) -> int:
    return await service.pool.fetchval("select count(*) from outbox where sent_at is null")


async def test_an_event_reaches_its_handler_as_a_cloud_event(tiny_service: Tiny) -> None:
    async with running(tiny_service.relay(), tiny_service.consumer()):
        await publish(tiny_service, [tiny.conference("c1", sequence=7)])

        async def arrived() -> bool:
            return await tiny_service.effects() == [("c1", 7)]

        await eventually(arrived)
    [record] = await read_all(tiny_service.settings.kafka_bootstrap, CONFERENCES, 1)
    headers = dict(record.headers)
    assert headers["ce_type"] == b"hallway.attendee.v1.ConferenceCreated"
    assert headers["ce_specversion"] == b"1.0"
    assert headers["ce_source"] == b"/hallway/portal"
    assert headers["ce_subject"] == b"c1"
    assert headers["ce_sequence"] == b"7"
    assert headers["content-type"] == b"application/protobuf"
    assert uuid.UUID(headers["ce_id"].decode()).version == 7
    assert record.key == b"c1"


async def test_events_of_one_aggregate_arrive_in_the_order_they_were_committed(tiny_service: Tiny) -> None:
    keys = tiny.keys(20)
    for sequence in range(1, 31):
        await publish(tiny_service, [tiny.tie(key, sequence) for key in keys])
    async with running(tiny_service.relay(), tiny_service.consumer()):

        async def all_arrived() -> bool:
            return len(await tiny_service.effects()) == 600

        await eventually(all_arrived)
    effects = await tiny_service.effects()
    for key in keys:
        assert [sequence for k, sequence in effects if k == key] == list(range(1, 31))


async def test_an_event_published_twice_takes_effect_once(tiny_service: Tiny) -> None:
    await publish(tiny_service, [tiny.conference("c1")])
    async with running(tiny_service.relay()):

        async def sent() -> bool:
            return await unsent(tiny_service) == 0

        await eventually(sent)
        await tiny_service.pool.execute("update outbox set sent_at = null")
        await eventually(sent)
        await publish(tiny_service, [tiny.conference("c2")])
        async with running(tiny_service.consumer()):

            async def last_arrived() -> bool:
                return ("c2", 1) in await tiny_service.effects()

            await eventually(last_arrived)
    assert await tiny_service.effects() == [("c1", 1), ("c2", 1)]
    assert len(await read_all(tiny_service.settings.kafka_bootstrap, CONFERENCES, 3)) == 3


async def test_poison_goes_to_the_dead_letters_and_the_rest_of_its_batch_is_handled(tiny_service: Tiny) -> None:
    names = ["fine", "poison", "fine", "broken", "fine"]
    await publish(tiny_service, [tiny.conference(f"c{n}", name=name) for n, name in enumerate(names)])
    async with running(tiny_service.relay(), tiny_service.consumer()):

        async def all_seen() -> bool:
            return len(await tiny_service.effects()) == 3 and len(await dead_letter.waiting(tiny_service.pool)) == 2

        await eventually(all_seen)
        topic = "hallway.portal.dead-letter.v1"
        letters = await read_all(tiny_service.settings.kafka_bootstrap, topic, 2)
    assert await tiny_service.effects() == [("c0", 1), ("c2", 1), ("c4", 1)]
    reasons = [letter.reason for letter in await dead_letter.waiting(tiny_service.pool)]
    assert reasons == ["Poison: a poison conference", "ZeroDivisionError"]
    assert [dict(record.headers)["origin_topic"] for record in letters] == [CONFERENCES.encode()] * 2
    assert [dict(record.headers)["origin_ce_subject"] for record in letters] == [b"c1", b"c3"]


async def test_records_that_are_no_events_go_to_the_dead_letters_as_they_came(tiny_service: Tiny) -> None:
    good = [
        ("ce_id", str(uuid.UUID(int=5)).encode()), ("ce_type", b"hallway.attendee.v1.ConferenceCreated"),
        ("ce_subject", b"c9"), ("ce_sequence", b"1"), ("ce_time", b"2026-11-23T10:00:00+00:00"),
    ]  # fmt: skip
    hostile: list[tuple[bytes | None, list[tuple[str, bytes]]]] = [
        (b"\xff\x00garbage", []),
        (b"", [("ce_type", b"\xff\xfe")]),
        (b"", [("ce_type", b"hallway.attendee.v9.ConferenceMelted"), *good[:1]]),
        (b"\xff\xff\xff", good),
        (b"", [*good[:3], ("ce_sequence", b"many"), good[4]]),
        (None, []),
    ]
    await send_raw(tiny_service, hostile)
    await send_raw(tiny_service, [(b"", good)])
    async with running(tiny_service.consumer()):

        async def all_seen() -> bool:
            return len(await dead_letter.waiting(tiny_service.pool)) == 6

        await eventually(all_seen)
    letters = await dead_letter.waiting(tiny_service.pool)
    assert [letter.value for letter in letters] == [value for value, _ in hostile]
    assert [letter.offset for letter in letters] == [0, 1, 2, 3, 4, 5]
    assert all("@" in letter.reason for letter in letters)


async def test_a_dead_letter_is_replayed_once_after_the_handler_was_mended(tiny_service: Tiny) -> None:
    await publish(tiny_service, [tiny.conference("c1", name="broken")])
    async with running(tiny_service.relay(), tiny_service.consumer()):

        async def buried() -> bool:
            return len(await dead_letter.waiting(tiny_service.pool)) == 1

        await eventually(buried)
    [letter] = await dead_letter.waiting(tiny_service.pool)
    assert await dead_letter.replay(tiny_service.pool, [tiny.SUBSCRIPTION], letter) == "ZeroDivisionError"
    assert len(await dead_letter.waiting(tiny_service.pool)) == 1

    async def mended(tx: Connection, events: list[kit_consumer.Event]) -> None:
        await tx.execute("insert into effect (key, sequence) values ('c1', 1)")

    fixed = kit_consumer.Subscription("tiny", dict.fromkeys(tiny.SUBSCRIPTION.handlers, mended))
    assert await dead_letter.replay(tiny_service.pool, [fixed], letter) is None
    assert await dead_letter.waiting(tiny_service.pool) == []
    assert await tiny_service.effects() == [("c1", 1)]


async def test_a_consumer_stops_and_says_so_when_every_event_fails(tiny_service: Tiny) -> None:
    await publish(tiny_service, [tiny.conference(f"c{n}", name="broken") for n in range(30)])
    broken = tiny_service.consumer()
    async with running(tiny_service.relay()):
        await broken.start()

        async def stopped() -> bool:
            return broken.problem() is not None

        await eventually(stopped)
        assert "21 events in a row could not be handled" in (broken.problem() or "")
        await broken.stop()
    assert len(await dead_letter.waiting(tiny_service.pool)) == 21


def test_offsets_are_never_committed_by_the_library(tiny_service: Tiny) -> None:
    assert kit_consumer.ACK_POLICY is AckPolicy.MANUAL
    subscriber = tiny_service.consumer().subscriber
    assert subscriber.ack_policy is AckPolicy.MANUAL
    assert subscriber._connection_args["enable_auto_commit"] is False
    assert subscriber._connection_args["auto_offset_reset"] == "earliest"


async def test_a_relay_killed_after_the_broker_took_the_rows_sends_them_again_and_they_count_once(
    tiny_service: Tiny,
) -> None:
    await publish(tiny_service, [tiny.conference("c1"), tiny.conference("c2")])
    killed = await tiny_service.process(failpoint="relay.after_send")
    assert await killed.wait() == -9
    assert await unsent(tiny_service) == 2
    async with running(tiny_service.relay(), tiny_service.consumer()):

        async def drained() -> bool:
            return await unsent(tiny_service) == 0

        await eventually(drained)
        await publish(tiny_service, [tiny.conference("last")])

        async def last_arrived() -> bool:
            return ("last", 1) in await tiny_service.effects()

        await eventually(last_arrived)
    assert len(await read_all(tiny_service.settings.kafka_bootstrap, CONFERENCES, 5)) == 5
    assert await tiny_service.effects() == [("c1", 1), ("c2", 1), ("last", 1)]


async def test_a_relay_killed_before_it_sends_loses_nothing(tiny_service: Tiny) -> None:
    await publish(tiny_service, [tiny.conference("c1")])
    killed = await tiny_service.process(failpoint="relay.before_send")
    assert await killed.wait() == -9
    async with running(tiny_service.relay(), tiny_service.consumer()):

        async def arrived() -> bool:
            return await tiny_service.effects() == [("c1", 1)]

        await eventually(arrived)


async def test_a_consumer_killed_between_its_transaction_and_its_offsets_repeats_nothing(tiny_service: Tiny) -> None:
    await publish(tiny_service, [tiny.tie(key, 1) for key in tiny.keys(50)])
    async with running(tiny_service.relay()):
        killed = await tiny_service.process("worker", failpoint="consumer.after_commit")
        assert await killed.wait() == -9
        done_before = len(await tiny_service.effects())
        assert done_before > 0
        await publish(tiny_service, [tiny.tie("last", 1)])
        async with running(tiny_service.consumer()):

            async def all_arrived() -> bool:
                return len(await tiny_service.effects()) >= 51 and ("last", 1) in await tiny_service.effects()

            await eventually(all_arrived)
    effects = await tiny_service.effects()
    assert sorted(key for key, _ in effects) == sorted([*tiny.keys(50), "last"])


async def test_two_consumers_of_a_group_share_the_work_and_hand_it_over(tiny_service: Tiny) -> None:
    first, second = tiny_service.consumer(), tiny_service.consumer()
    async with running(tiny_service.relay(), first):
        await publish(tiny_service, [tiny.tie(key, 1) for key in tiny.keys(200)])
        await second.start()

        async def both_have_some() -> bool:
            return all(c.subscriber.consumer and c.subscriber.consumer.assignment() for c in (first, second))

        await eventually(both_have_some)
        await publish(tiny_service, [tiny.tie(key, 2) for key in tiny.keys(200)])
        await second.stop()
        await publish(tiny_service, [tiny.tie(key, 3) for key in tiny.keys(200)])

        async def all_arrived() -> bool:
            return len(await tiny_service.effects()) >= 600

        await eventually(all_arrived)
    effects = await tiny_service.effects()
    assert sorted(effects) == sorted((key, n) for key in tiny.keys(200) for n in (1, 2, 3))


async def test_a_consumer_at_work_for_long_is_not_taken_for_one_whose_broker_is_gone(tiny_service: Tiny) -> None:
    told: list[str | None] = []
    tiny_service.settings = tiny_service.settings.model_copy(update={"kafka_silence_seconds": 0.5})

    async def slow(tx: Connection, events: list[kit_consumer.Event]) -> None:
        if events[0].key == "c1":
            # They wait in the fetch buffer, some of each partition, so that no fetch goes out.
            await publish(tiny_service, [tiny.conference("c2"), *(tiny.tie(key, 1) for key in tiny.keys(40))])
            for _ in range(20):
                await asyncio.sleep(0.1)
                told.append(consumer.problem())
        await tiny.note(tx, events)

    subscription = kit_consumer.Subscription("tiny", dict.fromkeys(tiny.SUBSCRIPTION.handlers, slow))
    consumer = kit_consumer.Consumer(tiny_service.settings, tiny_service.pool, tiny.OWNER, subscription)
    await publish(tiny_service, [tiny.conference("c1")])
    async with running(tiny_service.relay(), consumer):

        async def all_arrived() -> bool:
            return len(await tiny_service.effects()) == 42

        await eventually(all_arrived)
    assert told == [None] * 20


async def test_a_long_transaction_that_wrote_to_the_outbox_does_not_hold_up_the_relay(tiny_service: Tiny) -> None:
    async with tiny_service.pool.acquire() as long, long.transaction():
        await outbox.append(long, [tiny.conference("held back")])
        await publish(tiny_service, [tiny.conference("c1")])
        async with running(tiny_service.relay()):
            [record] = await asyncio.wait_for(read_all(tiny_service.settings.kafka_bootstrap, CONFERENCES, 1), 20)
    assert record.key == b"c1"


async def test_a_thousand_events_leave_with_two_statements(tiny_service: Tiny) -> None:
    await publish(tiny_service, [tiny.tie(key, 1) for key in tiny.keys(1000)])
    relay = tiny_service.relay()
    counted = Counted(await asyncpg.connect(tiny_service.database.url))
    relay._connection = counted  # type: ignore[assignment]
    async with AIOKafkaProducer(bootstrap_servers=tiny_service.settings.kafka_bootstrap) as relay._producer:
        assert await relay._round()
    await counted.close()  # type: ignore[operator]
    assert (counted.statements, await unsent(tiny_service)) == (2, 0)


async def test_a_second_relay_stands_by_and_takes_over(tiny_service: Tiny) -> None:
    first, second = tiny_service.relay(), tiny_service.relay()
    await first.start()

    async def drained() -> bool:
        return await unsent(tiny_service) == 0

    await publish(tiny_service, [tiny.conference("c1")])
    await eventually(drained)
    async with running(second):
        locks = "select count(*) from pg_locks where locktype = 'advisory' and granted"
        assert await tiny_service.pool.fetchval(locks) == 1
        await first.stop()
        await publish(tiny_service, [tiny.conference("c2")])
        await eventually(drained)
    assert len(await read_all(tiny_service.settings.kafka_bootstrap, CONFERENCES, 2)) == 2
