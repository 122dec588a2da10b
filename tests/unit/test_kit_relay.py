"""When a relay asks to be started anew."""

import asyncio
from types import SimpleNamespace

import pytest

from services.kit import relay as kit_relay
from services.kit.relay import Relay
from services.kit.settings import ServiceSettings


async def test_a_relay_whose_turn_to_start_came_late_is_not_taken_for_one_that_gets_nowhere(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = SimpleNamespace(now=1_000.0)
    monkeypatch.setattr(kit_relay, "time", SimpleNamespace(monotonic=lambda: clock.now))
    nobody = "postgresql://nobody@127.0.0.1:1/none"
    settings = ServiceSettings(database_url=nobody, kafka_bootstrap="unused", kafka_silence_seconds=60)
    relay = Relay(settings, "attendee")
    clock.now += 90  # the parts before it take their time
    await relay.start()
    await asyncio.sleep(0)
    assert relay.problem() is None
    clock.now += 61
    assert relay.problem() == "relay: no round for 61 s"
    await relay.stop()
