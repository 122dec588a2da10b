"""What passes by itself is waited for: no event is set aside because a connection was cut."""

import asyncpg
import pytest

from services.kit import dead_letter, outbox
from services.kit.consumer import Consumer, Event, Subscription
from services.kit.db import Connection
from tests.component import tiny
from tests.component.conftest import Tiny, running
from tests.conftest import eventually

# What asyncpg raises when a connection ends, by what it was doing at that moment.
CUTS = [
    asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation"),
    asyncpg.InterfaceError("connection is closed"),
    asyncpg.InternalClientError("cannot switch to state 12; another operation (2) is in progress"),
    asyncpg.AdminShutdownError("terminating connection due to administrator command"),
    ConnectionResetError(104, "Connection reset by peer"),
]


@pytest.mark.parametrize("cut", CUTS, ids=lambda error: type(error).__name__)
async def test_an_event_whose_handler_lost_its_connection_is_taken_again(tiny_service: Tiny, cut: Exception) -> None:
    calls: list[str] = []

    async def handler(tx: Connection, events: list[Event]) -> None:
        calls.append(events[0].key)
        if len(calls) <= 2:  # as a batch, then alone: a third failure would be the end of it
            raise cut
        await tiny.note(tx, events)

    subscription = Subscription("tiny", dict.fromkeys(tiny.SUBSCRIPTION.handlers, handler))
    async with tiny_service.pool.acquire() as tx, tx.transaction():
        await outbox.append(tx, [tiny.conference("c1")])
    consumer = Consumer(tiny_service.settings, tiny_service.pool, tiny.OWNER, subscription)
    async with running(tiny_service.relay(), consumer):

        async def taken() -> bool:
            return bool(await tiny_service.effects()) or bool(await dead_letter.waiting(tiny_service.pool))

        await eventually(taken)
    assert await tiny_service.effects() == [("c1", 1)]
    assert await dead_letter.waiting(tiny_service.pool) == []
