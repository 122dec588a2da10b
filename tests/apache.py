"""The Apache Kafka broker that tests run on where Java and its jars are found."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiokafka.admin import AIOKafkaAdminClient

from embedded.apache_kafka import ApacheKafka, what_is_missing


def run(folder: Path) -> Iterator[str]:
    """Starts a broker; skips the test where it cannot be had."""
    if missing := what_is_missing():
        pytest.skip(missing)
    broker = ApacheKafka(folder)
    broker.start()
    yield broker.bootstrap
    broker.stop()


async def forget(bootstrap: str) -> None:
    """Deletes every topic, and with them the groups' offsets."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        while names := [name for name in await admin.list_topics() if not name.startswith("__")]:
            await admin.delete_topics(names)
            await asyncio.sleep(0.2)
    finally:
        await admin.close()
