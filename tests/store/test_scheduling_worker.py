"""The scheduling worker on real PostgreSQL: what waits is planned together, by one worker at a time, or not at all."""

import asyncio
import os
import sys
from dataclasses import replace
from uuid import uuid4

import pytest

from services.scheduling.api.worker import Worker
from services.scheduling.domain.session import State
from services.scheduling.handlers.freeze_plan import freeze_plan
from services.scheduling.handlers.place_matches import place_matches
from services.scheduling.handlers.retry_unplaced import retry_unplaced
from services.scheduling.handlers.set_availability import set_availability
from services.scheduling.handlers.set_venue import set_venue
from services.scheduling.store.write import Store
from tests.scheduling import NOW, act, between, match, ready, retry, row

FIRST = "the first time both are free and a place is"
KILLED = -9


@pytest.fixture
async def made(database):
    return await database("scheduling")


@pytest.fixture
def pool(made):
    return made.pool


async def published(pool):
    """Event types in the order of the outbox."""
    return [row["type"].rsplit(".")[-1] for row in await pool.fetch("select type from outbox order by position")]


async def test_two_workers_never_take_the_same_conference_unless_one_is_gone(pool):
    at, _ = await ready(pool)
    async with pool.acquire() as one, one.transaction():
        assert await Store(one).lease_due(NOW, 60) == at.id
        async with asyncio.timeout(60):  # nobody waits for it
            assert await act(pool, Store.lease_due, NOW, 60) is None
    assert await act(pool, Store.lease_due, NOW, 60) is None
    await act(pool, Store.end_lease, at.id, 60)  # it rests
    assert await act(pool, Store.lease_due, NOW, 60) is None
    await act(pool, Store.end_lease, at.id, 0)
    assert await act(pool, Store.lease_due, NOW, 0) == at.id
    assert await act(pool, Store.lease_due, NOW, 60) == at.id  # the first one was silent for too long


async def wait_for_a_venue(pool, opened=True):
    """Two matches of Ada, one table: the first could be at any time, the second only at the very first one."""
    at, _ = await ready(pool, row(formats=("lunch",)))
    ada, ben, cy = uuid4(), uuid4(), uuid4()
    await act(pool, set_availability, at.id, cy, [between(11, "09:00", "09:30")], NOW)
    first, second = sorted([uuid4(), uuid4()])  # one by one, the easy one would come first
    easy, hard = replace(match(at.id, ada, ben), id=first), replace(match(at.id, ada, cy), id=second)
    await act(pool, place_matches, [easy, hard], NOW)
    if opened:
        await act(pool, set_venue, at.id, [row()], NOW)
    return easy.id, hard.id


async def test_those_that_wait_are_placed_together_so_that_one_leaves_the_other_its_only_time(pool):
    easy, hard = await wait_for_a_venue(pool)
    assert await retry(pool, NOW)
    first, second = await act(pool, Store.session, hard), await act(pool, Store.session, easy)
    assert (first.state, first.during, first.reason) == (State.SCHEDULED, between(11, "09:00", "09:30"), FIRST)
    assert (second.state, second.during) == (State.SCHEDULED, between(11, "09:45", "10:15"))
    kinds = ["SessionUnplaced", "SessionUnplaced", "SessionScheduled", "SessionScheduled"]
    assert await published(pool) == kinds


class Overtaken(Worker):
    """Something changes between its first plan and the writing of it."""

    def __init__(self, pool, change):
        super().__init__(pool, lambda: NOW)
        self.change = change

    async def _wanted(self, conference_id):
        planned = await super()._wanted(conference_id)
        if self.change:
            await self.change.pop()()
        return planned


async def test_a_plan_that_was_overtaken_by_a_change_is_made_anew(pool):
    easy, hard = await wait_for_a_venue(pool, opened=False)
    at = (await act(pool, Store.session, hard)).conference_id
    assert await Overtaken(pool, [lambda: act(pool, set_venue, at, [row()], NOW)]).plan()
    found = [await act(pool, Store.session, one) for one in (easy, hard)]
    assert [one.during for one in found] == [between(11, "09:45", "10:15"), between(11, "09:00", "09:30")]


async def test_a_planned_spot_that_was_taken_meanwhile_gives_way_to_the_next_best(pool):
    easy, hard = await wait_for_a_venue(pool)
    session = await act(pool, Store.session, hard)
    (place,) = await act(pool, Store.places, session.conference_id)
    late = match(session.conference_id)
    await act(pool, place_matches, [late], NOW)  # takes the table at nine
    wanted = {easy: (place.id, between(11, "09:00", "09:30")), hard: (place.id, between(11, "10:00", "10:30"))}
    await act(pool, retry_unplaced, session.conference_id, NOW, wanted)
    found = {one: await act(pool, Store.session, one) for one in (late.id, easy, hard)}
    assert found[late.id].during == between(11, "09:00", "09:30")
    assert (found[easy].state, found[easy].during) == (State.SCHEDULED, between(11, "09:30", "10:00"))
    assert found[hard].state == State.UNPLACED  # the rules have the last word: Cy is not free at ten


async def test_a_frozen_plan_is_not_planned_on(pool):
    easy, hard = await wait_for_a_venue(pool)
    session = await act(pool, Store.session, hard)
    await act(pool, freeze_plan, session.conference_id, True, NOW)
    assert await retry(pool, NOW)
    assert {(await act(pool, Store.session, one)).state for one in (easy, hard)} == {State.UNPLACED}


async def die_in_the_middle(made):
    """Runs a worker process that kills itself before it commits; its exit code."""
    environment = os.environ | {
        "HALLWAY_FAILPOINT": "worker.before_commit",
        "HALLWAY_DATABASE_URL": made.url,
        "HALLWAY_KAFKA_BOOTSTRAP": "nowhere:1",
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.scheduling", "worker", env=environment, stderr=asyncio.subprocess.DEVNULL
    )
    async with asyncio.timeout(300):  # starting it takes most of it on a busy machine
        return await process.wait()


async def test_a_worker_killed_before_it_commits_leaves_the_plan_and_the_next_one_makes_it(made, pool):
    easy, hard = await wait_for_a_venue(pool)
    before = [await act(pool, Store.session, one) for one in (easy, hard)], await published(pool)
    await pool.execute("update retry set due_at = '-infinity'")  # the process has a clock of its own
    assert await die_in_the_middle(made) == KILLED
    assert ([await act(pool, Store.session, one) for one in (easy, hard)], await published(pool)) == before
    assert not await retry(pool, NOW)  # the lease of the dead one
    await pool.execute("update retry set leased_until = clock_timestamp()")  # runs out
    assert await retry(pool, NOW)
    assert {(await act(pool, Store.session, one)).state for one in (easy, hard)} == {State.SCHEDULED}
