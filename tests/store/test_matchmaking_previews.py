"""Previews waiting, taken and given up: bounded for each conference, whatever asks and whatever dies."""

import asyncio
from uuid import UUID, uuid4

import pytest

from services.kit.db import Pool
from services.kit.errors import Conflict, NotFound
from services.matchmaking.domain.learning import Signal
from services.matchmaking.domain.preview import Outlook, Preview, PreviewState, Trial
from services.matchmaking.store.previews import PreviewStore
from tests.conftest import MakeDatabase

TRIAL = Trial({Signal.WALKS: 2.0}, 3)
FOUND = Outlook(5, 4, 2, {"tie": 3})


@pytest.fixture
async def pool(database: MakeDatabase) -> Pool:
    return (await database("matchmaking")).pool


async def ask(pool: Pool, here: UUID) -> Preview:
    async with pool.acquire() as tx, tx.transaction():
        return await PreviewStore(tx).ask(uuid4(), here, TRIAL)


async def take(pool: Pool, seconds: float = 60) -> Preview | None:
    async with pool.acquire() as tx, tx.transaction():
        return await PreviewStore(tx).take(seconds)


async def read(pool: Pool, preview: Preview, here: UUID) -> Preview:
    async with pool.acquire() as tx, tx.transaction():
        return await PreviewStore(tx).read(preview.id, here)


async def test_a_preview_is_taken_once_answered_and_read_by_its_conference_alone(pool: Pool):
    here = uuid4()
    asked = await ask(pool, here)
    assert await take(pool) == asked
    assert await take(pool) is None
    async with pool.acquire() as tx:
        await PreviewStore(tx).answer(asked.id, FOUND, FOUND)
    assert await read(pool, asked, here) == Preview(asked.id, here, TRIAL, PreviewState.DONE, FOUND, FOUND)
    with pytest.raises(NotFound):
        await read(pool, asked, uuid4())


async def test_at_most_three_wait_for_a_conference_however_many_ask_at_once(pool: Pool):
    here, other = uuid4(), uuid4()
    asked = await asyncio.gather(*(ask(pool, here) for _ in range(8)), return_exceptions=True)
    assert sorted(type(one) is Conflict for one in asked) == [False] * 3 + [True] * 5
    await ask(pool, other)


async def test_at_most_sixty_are_made_in_an_hour(pool: Pool):
    here = uuid4()
    for _ in range(60):
        asked = await ask(pool, here)
        async with pool.acquire() as tx:
            await PreviewStore(tx).answer(asked.id, FOUND, FOUND)
    with pytest.raises(Conflict):
        await ask(pool, here)
    await pool.execute("update preview set requested_at = requested_at - interval '2 hours'")
    await ask(pool, here)
    await pool.execute("update preview set requested_at = requested_at - interval '1 day'")
    await ask(pool, here)
    assert await pool.fetchval("select count(*) from preview") == 1


async def test_one_whose_worker_died_is_taken_again_and_given_up_after_three(pool: Pool):
    here = uuid4()
    asked = await ask(pool, here)
    for _ in range(3):
        assert (await read(pool, asked, here)).state is PreviewState.WAITING
        taken = await take(pool, seconds=0)
        assert taken is not None
        assert taken.id == asked.id
    assert await take(pool, seconds=0) is None
    assert (await read(pool, asked, here)).state is PreviewState.FAILED
    for _ in range(3):
        await ask(pool, here)
