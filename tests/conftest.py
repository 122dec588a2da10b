"""What tests share: one PostgreSQL server a run, a fresh database and a fresh broker a test."""

import asyncio
import importlib
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass

import asyncpg
import pytest

from embedded.broker import Broker
from embedded.postgres import Postgres
from services.kit import db, topics
from services.kit.db import Pool
from services.kit.migrate import migrate
from services.make_topics import make_topics
from tests import apache


@dataclass(frozen=True)
class Database:
    """A migrated database of one service, gone after the test."""

    url: str
    pool: Pool


MakeDatabase = Callable[[str], Awaitable[Database]]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--kafka", choices=["embedded", "apache"], default="embedded", help="the broker that tests with Kafka run on"
    )


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """A PostgreSQL server of this run."""
    server = Postgres(tmp_path_factory.mktemp("postgres"), durable=False)
    server.start()
    yield server
    server.destroy()


@pytest.fixture(scope="session")
def templates() -> dict[str, str]:
    """Template databases already migrated, by service."""
    return {}


@pytest.fixture
async def database(postgres: Postgres, templates: dict[str, str]) -> AsyncIterator[MakeDatabase]:
    """``await database("attendee")`` makes a fresh, migrated database of that service, with a pool."""
    made: list[tuple[str, Pool]] = []
    admin = await asyncpg.connect(postgres.url())

    async def make(service: str) -> Database:
        role = f"hallway_{service}"
        if service not in templates:
            template = f"template_{service}"
            postgres.create_database(template, role)
            if service != "kit":
                module = importlib.import_module(f"services.{service}.app")
                await migrate(postgres.service_url(template, role), module.SERVICE.migrations)
            else:
                await migrate(postgres.service_url(template, role), topics.FILE.parent)
            templates[service] = template
        name = f"test_{service}_{uuid.uuid4().hex[:12]}"
        await admin.execute(f"create database {name} template {templates[service]} owner {role}")
        url = postgres.service_url(name, role)
        pool = await db.create_pool(url, 10)
        made.append((name, pool))
        return Database(url, pool)

    yield make
    for name, pool in made:
        pool.terminate()
        await admin.execute(f"drop database {name} with (force)")
    await admin.close()


@pytest.fixture
async def kafka(request: pytest.FixtureRequest) -> AsyncIterator[str]:
    """host:port of a broker that holds the declared topics, all empty."""
    if request.config.getoption("--kafka") == "apache":
        bootstrap = request.getfixturevalue("apache_kafka")
        await apache.forget(bootstrap)
        await make_topics(bootstrap)
        yield bootstrap
        return
    broker = Broker()
    broker.start()
    await make_topics(broker.bootstrap)
    yield broker.bootstrap
    broker.stop()


@pytest.fixture(scope="session")
def apache_kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An Apache Kafka broker of this run."""
    yield from apache.run(tmp_path_factory.mktemp("kafka"))


@pytest.fixture
def kafka_settings(request: pytest.FixtureRequest, kafka: str) -> dict[str, object]:
    """The Kafka fields of ServiceSettings that fit the broker tests run on."""
    embedded = request.config.getoption("--kafka") == "embedded"
    return {
        "kafka_bootstrap": kafka,
        "kafka_idempotence": not embedded,
        "kafka_fetch_wait_ms": 20,
        "kafka_session_timeout_ms": 2_000 if embedded else 6_000,
    }


async def eventually(check: Callable[[], Awaitable[bool]], seconds: float = 90.0) -> None:
    """Waits until ``check`` answers true; fails after ``seconds``, a bound on hanging and no measurement."""
    async with asyncio.timeout(seconds):
        while not await check():
            await asyncio.sleep(0.05)
