"""The tiny service's database, parts and processes."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from services.kit.consumer import Consumer
from services.kit.lifecycle import Part
from services.kit.relay import Relay
from services.kit.settings import ServiceSettings
from tests.component import tiny
from tests.conftest import Database, MakeDatabase


class Tiny:
    """The tiny service on one database and broker."""

    def __init__(self, database: Database, kafka: dict[str, object]) -> None:
        self.database = database
        self.pool = database.pool
        self.settings = ServiceSettings(database_url=database.url, **kafka)  # type: ignore[arg-type]

    def relay(self) -> Relay:
        return Relay(self.settings, tiny.OWNER)

    def consumer(self) -> Consumer:
        return Consumer(self.settings, self.pool, tiny.OWNER, tiny.SUBSCRIPTION)

    async def effects(self) -> list[tuple[str, int]]:
        rows = await self.pool.fetch("select key, sequence from effect order by id")
        return [(row["key"], row["sequence"]) for row in rows]

    async def process(self, *arguments: str, failpoint: str = "") -> asyncio.subprocess.Process:
        """Starts the tiny service as a process of its own."""
        names = ("database_url", "kafka_bootstrap", "kafka_idempotence", "kafka_fetch_wait_ms")
        values = {f"HALLWAY_{name.upper()}": str(getattr(self.settings, name)) for name in names}
        values["HALLWAY_KAFKA_SESSION_TIMEOUT_MS"] = str(self.settings.kafka_session_timeout_ms)
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.component.tiny", *arguments,
            env=os.environ | values | {"HALLWAY_FAILPOINT": failpoint}, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip


@pytest.fixture
async def tiny_service(database: MakeDatabase, kafka_settings: dict[str, object]) -> Tiny:
    made = await database("kit")
    await made.pool.execute(tiny.EFFECTS)
    return Tiny(made, kafka_settings)


@asynccontextmanager
async def running(*parts: Part) -> AsyncIterator[None]:
    """Starts parts in order and stops them in reverse order."""
    for part in parts:
        await part.start()
    try:
        yield
    finally:
        for part in reversed(parts):
            await part.stop()


@pytest.fixture(name="running")
def running_fixture() -> Callable[..., object]:
    return running
