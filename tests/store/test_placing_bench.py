"""The bench of placing fills a conference that keeps every promise, and counts what a placement asks."""

from bench.placing import engine, placement, waiting
from bench.placing_data import fill


async def test_the_filled_conference_has_what_was_asked_for_and_room_for_more(database):
    pool = (await database("scheduling")).pool
    hall = await fill(pool, attendees=40, sessions=96, places=3, seed=1)
    held = await pool.fetchrow("select count(*), count(distinct place_id) from session where state = 'scheduled'")
    assert tuple(held) == (96, 2)  # two a slot, each at a place of its own
    assert await pool.fetchval("select count(*) from session_member where during is not null") == 192
    assert (await waiting(pool, hall, 3))["placed"] == 3
    assert set(await engine(pool, hall, 1)) == {"load", "best_slot", "five_offers"}
    measured = await placement(pool, hall, 1)
    assert measured["statements"] == 15
    assert await pool.fetchval("select count(*) from session where state = 'scheduled'") == 96 + 11
