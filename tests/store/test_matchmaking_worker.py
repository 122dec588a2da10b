"""What the worker does when the database gets in its way."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest

from services.kit import db
from services.matchmaking.api.worker import Worker
from services.matchmaking.domain.facts import Session, SessionState
from services.matchmaking.handlers.ports import Past
from services.matchmaking.settings import Settings
from services.matchmaking.store import learning
from services.matchmaking.store.facts import FactStore
from services.matchmaking.store.learning import LessonStore
from services.matchmaking.store.matches import MatchStore
from services.matchmaking.store.solving import SolveQueue
from services.matchmaking.store.write import SuggestionStore
from tests.component.test_matchmaking_worker_crash import KILLED, die_at
from tests.conftest import Database, MakeDatabase
from tests.matchmaking import NOW, attendee, ids, source, suggestion, tie


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


async def outcomes(made: Database, here: UUID, count: int, sessions: int) -> None:
    """Suggestions whose time is over, of different people, some of whom met."""
    async with made.pool.acquire() as tx, tx.transaction():
        for n in range(count):
            pair = ids(2)
            past = replace(suggestion(here, pair, expires_at=NOW - timedelta(hours=1)), signals=(1.0, 0.0, 0.0, 0.0))
            await FactStore(tx).save_attendees([attendee(id, here) for id in pair])
            assert len(await SuggestionStore(tx).add([past])) == 1
            if n < sessions:
                await MatchStore(tx).make_match(past, past.attendee_ids)
                await MatchStore(tx).follow_sessions([Session(past.id, SessionState.HELD, 1)])
        await SuggestionStore(tx).expire(NOW, count)


async def lessons(made: Database) -> list[tuple[int, int, bool]]:
    rows = await made.pool.fetch("select version, outcomes, learned from lesson order by version")
    return [(row["version"], row["outcomes"], row["learned"][0] < 1) for row in rows]


async def test_a_lesson_is_stored_with_the_solve_it_was_for_and_survives_a_crash(database: MakeDatabase):
    made, here = await database("matchmaking"), uuid4()
    settings = Settings(database_url=made.url, kafka_bootstrap="nowhere:1", solve_quiet_seconds=0)
    worker = Worker(settings, made.pool, lambda: NOW)

    async def solve() -> None:
        async with made.pool.acquire() as tx:
            await SolveQueue(tx).request([here])
        assert await worker.solve() is True

    await outcomes(made, here, 60, 6)
    async with made.pool.acquire() as tx:
        await SolveQueue(tx).request([here])
    assert await die_at("worker.before_commit", made, {"kafka_bootstrap": "nowhere:1"}) == KILLED
    assert await lessons(made) == []
    await made.pool.execute("delete from solve_lease")
    assert await worker.solve() is True
    assert await lessons(made) == [(1, 60, True)]
    await solve()
    await outcomes(made, here, 19, 1)
    await solve()
    assert await lessons(made) == [(1, 60, True)]
    await outcomes(made, here, 1, 1)
    await solve()
    assert await lessons(made) == [(1, 60, True), (2, 80, True)]


async def test_what_was_learned_is_forgotten_when_a_source_is_withdrawn(database: MakeDatabase):
    made, here, list_id = await database("matchmaking"), uuid4(), uuid4()
    settings = Settings(database_url=made.url, kafka_bootstrap="nowhere:1", solve_quiet_seconds=0)
    worker = Worker(settings, made.pool, lambda: NOW)
    await outcomes(made, here, 60, 6)
    for gone in (False, True):
        async with made.pool.acquire() as tx, tx.transaction():
            if gone:
                await FactStore(tx).save_sources([source(list_id, here)])
                await SuggestionStore(tx).forget_source([list_id])
            await SolveQueue(tx).request([here])
        assert await worker.solve() is True
    assert await lessons(made) == [(1, 60, True), (2, 0, False)]


async def test_only_what_is_over_and_says_something_of_the_pair_is_an_outcome(database: MakeDatabase):
    made, here = await database("matchmaking"), uuid4()
    ends = (SessionState.HELD, SessionState.MISSED, SessionState.CANCELLED, SessionState.AHEAD)
    async with made.pool.acquire() as tx, tx.transaction():
        suggestions, matches = SuggestionStore(tx), MatchStore(tx)
        for n, state in enumerate((*ends, "silent", "open", "withdrawn", "before learning")):
            pair = ids(2)
            expires_at = NOW + timedelta(hours=1 if state == "open" else -1)
            signals = None if state == "before learning" else (float(n), 0.0, 0.0, 0.0)
            known = replace(suggestion(here, pair, expires_at=expires_at), signals=signals)
            await FactStore(tx).save_attendees([attendee(id, here) for id in pair])
            await suggestions.add([known])
            if isinstance(state, SessionState):
                await matches.make_match(known, known.attendee_ids)
                await matches.follow_sessions([Session(known.id, state, 1)])
            if state == "withdrawn":
                await suggestions.withdraw_of(pair)
        await suggestions.expire(NOW, 100)
        assert await LessonStore(tx).past(here, NOW) == Past()  # 4 are no news
        found = await tx.fetch(learning._OUTCOMES, here, NOW)
    assert sorted((row["signals"][0], row["session"]) for row in found) == [
        (0, True),
        (1, False),
        (3, True),
        (4, False),
    ]
