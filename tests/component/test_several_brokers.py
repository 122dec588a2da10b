"""A broker that is down is no hindrance while another of those named answers."""

from services.kit import outbox
from tests.component import tiny
from tests.component.conftest import Tiny, running
from tests.conftest import eventually

NOBODY_LISTENS = "127.0.0.1:1"


async def test_relay_and_consumer_find_the_cluster_by_any_of_the_brokers_named(tiny_service: Tiny) -> None:
    named = f"{NOBODY_LISTENS},{tiny_service.settings.kafka_bootstrap}"
    tiny_service.settings = tiny_service.settings.model_copy(update={"kafka_bootstrap": named})
    async with tiny_service.pool.acquire() as tx, tx.transaction():
        await outbox.append(tx, [tiny.conference("c1")])
    async with running(tiny_service.relay(), tiny_service.consumer()):

        async def taken() -> bool:
            return await tiny_service.effects() == [("c1", 1)]

        await eventually(taken)
