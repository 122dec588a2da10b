"""When a consumer asks to be started anew."""

from types import SimpleNamespace
from typing import Any

import pytest
from hallway.attendee.v1.events_pb2 import TieChanged

from services.kit import consumer as kit_consumer
from services.kit.consumer import Consumer, Subscription
from services.kit.settings import ServiceSettings


async def _handle(tx: Any, events: Any) -> None:
    """Not called."""


async def test_a_consumer_that_waited_long_for_its_group_is_not_taken_for_one_that_hears_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = SimpleNamespace(now=1_000.0)
    monkeypatch.setattr(kit_consumer, "time", SimpleNamespace(monotonic=lambda: clock.now, time=lambda: clock.now))
    settings = ServiceSettings(database_url="unused", kafka_bootstrap="unused", kafka_silence_seconds=60)
    pool: Any = None
    consumer = Consumer(settings, pool, "attendee", Subscription(group="slow", handlers={TieChanged: _handle}))

    async def joins_after_a_while() -> None:
        clock.now += 90

    monkeypatch.setattr(consumer.broker, "start", joins_after_a_while)
    await consumer.start()
    assert consumer.problem() is None
    clock.now += 61
    assert consumer.problem() == "consumer slow: the broker is silent for 61 s"
