"""Where nothing waits, the worker asks people of a session that could be at a clearly better spot, and moves nobody."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from services.scheduling.domain.session import State
from services.scheduling.handlers import suggest_moves
from services.scheduling.handlers.freeze_plan import freeze_plan
from services.scheduling.handlers.move_session import move_session
from services.scheduling.handlers.place_matches import place_matches
from services.scheduling.handlers.set_venue import set_venue
from services.scheduling.store.write import Store
from tests.scheduling import NOW, act, all_sessions, between, match, ready, retry, row

AWAY = between(11, "09:30", "11:00")
VENUE = (row("Foyer"), row("Nook"))
GAPS = "a better spot has come free, Foyer on Tuesday at 10:00: choose it, or leave yours where it is"


@pytest.fixture
async def pool(database):
    return (await database("scheduling")).pool


async def with_gaps(pool):
    """Ada and Cy have a session each at nine and meet at eleven: both places were closed between, and are not now."""
    at, _ = await ready(pool, *(replace(one, closed=(AWAY,)) for one in VENUE))
    ada, ben, cy, dee = (uuid4() for _ in range(4))
    made = [match(at.id, *two) for two in ((ada, ben), (cy, dee), (ada, cy))]
    await act(pool, place_matches, made, NOW)
    assert await retry(pool, NOW)  # nothing is better yet
    await act(pool, set_venue, at.id, VENUE, NOW)
    before = {one.id: one for one in await all_sessions(pool, at)}
    assert [before[one.id].during for one in made] == [
        between(11, "09:00", "09:30"), between(11, "09:00", "09:30"), between(11, "11:00", "11:30"),
    ]  # fmt: skip
    return at, made[2].id, before


async def asked(pool, at):
    """The sessions whose people were asked, once the worker had its turn."""
    assert await retry(pool, NOW)
    return [one for one in await all_sessions(pool, at) if one.asked]


async def test_people_are_asked_about_a_clearly_better_spot_and_nobody_is_moved(pool):
    at, gappy, before = await with_gaps(pool)
    (session,) = await asked(pool, at)
    assert session == replace(before[gappy], version=2, reason=GAPS, asked=True)
    assert [one for one in await all_sessions(pool, at) if one.id != gappy] == [
        one for one in before.values() if one.id != gappy
    ]
    kinds = await pool.fetch("select type from outbox where key = $1 order by position", str(gappy))
    assert [kind["type"].rsplit(".")[-1] for kind in kinds] == ["SessionScheduled", "SessionMoveProposed"]
    (ada, *_), better = session.attendee_ids, between(11, "10:00", "10:30")
    moved = await act(pool, move_session, gappy, ada, session.place_id, better, NOW)
    assert (moved.during, moved.asked) == (better, False)
    assert await asked(pool, at) == []  # there is nothing better any more


async def test_what_gains_no_more_than_it_disturbs_is_left_alone(pool, monkeypatch):
    at, *_ = await with_gaps(pool)
    monkeypatch.setattr(suggest_moves, "CLEARLY", 5.5)  # two gaps, an hour earlier and as far away: 6 + 1 - 2
    assert await asked(pool, at) == []
    monkeypatch.setattr(suggest_moves, "CLEARLY", 4.5)
    await act(pool, set_venue, at.id, VENUE, NOW)
    assert len(await asked(pool, at)) == 1


async def test_nobody_has_two_questions_open(pool):
    at, gappy, before = await with_gaps(pool)
    ada, _ = before[gappy].attendee_ids
    await pool.execute("update session set asked = true where id <> $1 and id in"
                       " (select session_id from session_member where attendee_id = $2)", gappy, ada)  # fmt: skip
    assert gappy not in [one.id for one in await asked(pool, at)]


async def test_a_question_nobody_answered_for_a_day_keeps_nobody_from_another(pool):
    at, gappy, before = await with_gaps(pool)
    ada, _ = before[gappy].attendee_ids
    await pool.execute("update session set asked = true where id <> $1 and id in"
                       " (select session_id from session_member where attendee_id = $2)", gappy, ada)  # fmt: skip
    aged = "update session_version set saved_at = clock_timestamp() - interval '23 hours' - $1 * interval '1 hour'"
    await pool.execute(aged, 0)
    assert gappy not in [one.id for one in await asked(pool, at)]
    await pool.execute(aged, 1.1)
    await act(pool, set_venue, at.id, VENUE, NOW)
    assert gappy in [one.id for one in await asked(pool, at)]


async def test_of_sessions_that_share_somebody_one_is_asked_about(pool):
    at, gappy, before = await with_gaps(pool)
    await act(pool, suggest_moves.suggest_moves, at.id, {gappy: True}, NOW)
    await act(pool, suggest_moves.suggest_moves, at.id, dict.fromkeys(before, True), NOW)
    assert [one.id for one in await all_sessions(pool, at) if one.asked] == [gappy]
    assert [one.version for one in await all_sessions(pool, at) if one.asked] == [2]


async def test_a_conference_has_so_many_questions_open_and_no_more(pool, monkeypatch):
    at, *_ = await with_gaps(pool)
    monkeypatch.setattr(suggest_moves, "MOST_OPEN", 0)
    assert await asked(pool, at) == []


async def test_in_a_frozen_plan_nobody_is_asked(pool):
    at, *_ = await with_gaps(pool)
    await act(pool, freeze_plan, at.id, True, NOW)
    assert await asked(pool, at) == []
    await act(pool, freeze_plan, at.id, False, NOW)
    assert len(await asked(pool, at)) == 1


async def test_a_plan_that_is_frozen_after_the_look_asks_nobody(pool):
    at, gappy, _ = await with_gaps(pool)
    await act(pool, freeze_plan, at.id, True, NOW)
    await act(pool, suggest_moves.suggest_moves, at.id, {gappy: True}, NOW)
    assert [one for one in await all_sessions(pool, at) if one.asked] == []


async def test_shortly_before_a_session_its_people_are_left_alone(pool):
    at, _, before = await with_gaps(pool)
    begins = max(one.during.starts_at for one in before.values())
    assert await retry(pool, begins - timedelta(hours=12))
    assert [one for one in await all_sessions(pool, at) if one.asked] == []
    await act(pool, set_venue, at.id, VENUE, NOW)
    assert await retry(pool, begins - timedelta(hours=12, minutes=1))
    assert len([one for one in await all_sessions(pool, at) if one.asked]) == 1


async def test_while_sessions_wait_nobody_is_asked_for_less(pool):
    at, *_ = await with_gaps(pool)
    await act(pool, place_matches, [match(at.id, *(uuid4() for _ in range(5)), format="lunch")], NOW)  # no such table
    await act(pool, set_venue, at.id, VENUE, NOW)
    assert await asked(pool, at) == []
    assert State.UNPLACED in {one.state for one in await all_sessions(pool, at)}


async def test_a_spot_that_was_taken_since_the_look_is_not_shown(pool):
    at, gappy, _ = await with_gaps(pool)
    async with pool.acquire() as tx, tx.transaction():
        looked = await suggest_moves.look_for_better(Store(tx), at.id, NOW, lambda: True)
    assert looked[gappy] is True
    assert sum(looked.values()) == 1
    await act(pool, set_venue, at.id, [replace(one, closed=(AWAY,)) for one in VENUE], NOW)
    await act(pool, suggest_moves.suggest_moves, at.id, looked, NOW)
    assert [one for one in await all_sessions(pool, at) if one.asked] == []


async def test_a_look_ends_when_its_time_is_over(pool):
    at, *_ = await with_gaps(pool)
    async with pool.acquire() as tx, tx.transaction():
        assert await suggest_moves.look_for_better(Store(tx), at.id, NOW, lambda: False) == {}
