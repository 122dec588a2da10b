"""What the worker does when the database gets in its way."""

from uuid import uuid4

import asyncpg
import pytest

from services.kit import db
from services.matchmaking.api.worker import Worker
from services.matchmaking.settings import Settings
from services.matchmaking.store.facts import FactStore
from services.matchmaking.store.solving import SolveQueue
from tests.conftest import MakeDatabase
from tests.matchmaking import NOW, attendee, ids, tie


async def test_a_solve_that_could_not_write_gives_its_lease_back_and_is_tried_again(database: MakeDatabase):
    made = await database("matchmaking")
    here, (a, b) = uuid4(), ids(2)
    async with made.pool.acquire() as tx, tx.transaction():
        await FactStore(tx).save_attendees([attendee(a, here), attendee(b, here)])
        await FactStore(tx).save_ties([tie(here, a, b, uuid4())])
        await SolveQueue(tx).request([here])
    name = made.url.rpartition("/")[2].partition("?")[0]
    await made.pool.execute(f'alter database "{name}" set lock_timeout = 100')
    impatient = await db.create_pool(made.url)
    settings = Settings(database_url=made.url, kafka_bootstrap="nowhere:1", solve_quiet_seconds=0)
    worker = Worker(settings, impatient, lambda: NOW)
    try:
        async with made.pool.acquire() as other, other.transaction():
            await other.execute("select from attendee for update")
            with pytest.raises(asyncpg.LockNotAvailableError):
                await worker.solve()
        assert await made.pool.fetchval("select count(*) from suggestion") == 0
        assert await worker.solve() is True
        assert await made.pool.fetchval("select count(*) from suggestion") == 1
        assert await worker.solve() is False
    finally:
        await impatient.close()
