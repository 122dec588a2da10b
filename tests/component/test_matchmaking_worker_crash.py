"""Promise 5 for the solver: a worker killed while it solves loses nothing, and another one takes over."""

import asyncio
import os
import sys
from typing import Any
from uuid import uuid4

import pytest

from services.kit.health import Health
from services.kit.lifecycle import Resources
from services.matchmaking.app import worker
from services.matchmaking.settings import Settings
from tests.conftest import Database, MakeDatabase, eventually
from tests.matchmaking import ids
from tests.matchmaking_service import joined, running, tied

KILLED = -9


async def die_at(failpoint: str, database: Database, kafka: dict[str, Any]) -> int:
    """Runs a worker process that kills itself there; its exit code."""
    environment = os.environ | {
        "HALLWAY_FAILPOINT": failpoint,
        "HALLWAY_DATABASE_URL": database.url,
        "HALLWAY_KAFKA_BOOTSTRAP": str(kafka["kafka_bootstrap"]),
        "HALLWAY_SOLVE_QUIET_SECONDS": "0",
        "HALLWAY_SOLVE_LEASE_SECONDS": "1",
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.matchmaking", "worker", env=environment, stderr=asyncio.subprocess.DEVNULL
    )
    async with asyncio.timeout(300):  # starting it takes most of it on a busy machine
        return await process.wait()


async def _well() -> str | None:
    return None


@pytest.mark.parametrize("failpoint", ["worker.before_write", "worker.before_commit"])
async def test_a_killed_worker_leaves_what_was_there_and_the_next_one_solves(
    database: MakeDatabase, kafka_settings: dict[str, Any], failpoint: str
):
    made = await database("matchmaking")
    here, source = uuid4(), uuid4()
    a, b, c = ids(3)
    async with running(made, kafka_settings) as service:
        await service.tell(joined(a, here), joined(b, here), tied(here, a, b, source))
        before = (await service.listed(here, a)).SerializeToString()
    async with running(made, kafka_settings, workers=0) as service:
        published = len(await service.facts())
        await service.send(joined(c, here), tied(here, a, c, source))
        await eventually(lambda: _asked(made))
        assert await die_at(failpoint, made, kafka_settings) == KILLED
        assert (await service.listed(here, a)).SerializeToString() == before
        assert await made.pool.fetchval("select count(*) from outbox") == published

        settings = Settings(database_url=made.url, solve_quiet_seconds=0.05, **kafka_settings)
        parts = worker(Resources(settings, made.pool, Health(_well, _well), service.clock))
        for part in parts:
            await part.start()
        await service.quiet()
        assert sorted(await service.partners(here, a)) == [b, c]
        for part in parts:
            await part.stop()


async def _asked(made: Database) -> bool:
    """Both events have been taken, and the conference waits to be solved."""
    return bool(
        await made.pool.fetchval("select count(*) = 3 from attendee")
        and await made.pool.fetchval("select count(*) = 2 from tie")
        and await made.pool.fetchval("select exists (select from solve_request)")
    )
