"""What the charts are drawn from, on a real PostgreSQL: counted rightly, and telling of nobody's answer."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from services.kit.db import Pool
from services.portal.domain.read_model import Match, Session, Suggestion
from services.portal.store import charts
from tests.conftest import MakeDatabase
from tests.store.test_portal_store import CONFERENCE, HERE, NOW, SESSION, person, take_together

OVER = NOW - timedelta(days=1)


@pytest.fixture
async def pool(database: MakeDatabase) -> Pool:
    return (await database("portal")).pool


def ranked(number: int, rank: int, state: str, over: datetime = OVER) -> Suggestion:
    """A suggestion between two people of its own, at the same place on both lists."""
    people = (UUID(int=1000 + 2 * number), UUID(int=1001 + 2 * number))
    evidence = ({"source_name": "chat", "kind": "reply", "interest": ""},)
    return Suggestion(UUID(int=number), 1, HERE, people, "tie", "coffee", state, over, evidence, (rank, rank))


def matches(*suggestions: Suggestion) -> list[Match]:
    return [Match(s.id, 1, HERE, s.attendee_ids, "coffee", "made") for s in suggestions]


async def shown(pool: Pool) -> list[tuple[int, int, int]]:
    async with pool.acquire() as tx:
        return await charts.matched_by_rank(tx, HERE, NOW)


async def test_a_place_on_peoples_lists_is_shown_of_enough_suggestions_and_only_in_tens(pool: Pool):
    made = [ranked(n, 1, "expired") for n in range(12)]  # two lists each: 24 places, ten of them agreed on
    await take_together(pool, [*made[:9]])
    await take_together(pool, matches(*made[:5]))
    assert await shown(pool) == []  # 18 are too few
    await take_together(pool, made[9:10])
    assert await shown(pool) == [(1, 20, 10)]
    await take_together(pool, made[10:])
    await take_together(pool, matches(*made[5:]))
    assert await shown(pool) == []  # nearly all agreed on would tell
    assert [ended for ended in await shown(pool) if ended[1] % 10] == []


async def test_ten_are_too_few_though_half_were_agreed_on(pool: Pool):
    made = [replace(ranked(n, 1, "expired"), ranks=(1, None)) for n in range(10)]
    await take_together(pool, made)
    await take_together(pool, matches(*made[:5]))
    assert await shown(pool) == []


async def test_a_look_after_one_more_pair_shows_the_same(pool: Pool):
    made = [ranked(n, 2, "expired") for n in range(14)]
    await take_together(pool, made[:10])
    await take_together(pool, matches(*made[:4]))
    assert await shown(pool) == [(2, 20, 8)]
    late = [replace(s, expires_at=OVER + timedelta(hours=1)) for s in made[10:14]]
    await take_together(pool, late)
    await take_together(pool, matches(late[0]))
    assert await shown(pool) == [(2, 20, 8)]


async def test_what_is_not_over_is_not_counted_however_it_was_answered(pool: Pool):
    made = [ranked(n, 1, "matched", NOW + timedelta(hours=1)) for n in range(20)]
    await take_together(pool, [*made, *(ranked(n, 1, "withdrawn") for n in range(20, 40))])
    await take_together(pool, matches(*made[:10]))
    assert await shown(pool) == []


def session(number: int, state: str, starts: datetime, place: str, *people: int) -> Session:
    who = tuple(UUID(int=p) for p in people)
    return replace(
        SESSION, id=UUID(int=number), state=state, starts_at=starts, ends_at=starts + timedelta(minutes=30),
        place_name=place, attendee_ids=who,
    )  # fmt: skip


async def test_hours_are_local_and_places_the_sessions(pool: Pool):
    late = datetime(2027, 5, 14, 22, 30, tzinfo=UTC)  # half past midnight in Madrid
    await take_together(
        pool,
        [
            session(1, "scheduled", late, "Bar", 11, 12),
            session(2, "held", late + timedelta(minutes=15), "Bar", 13, 14),
            session(3, "held", NOW, "Corner", 11, 13),
            session(4, "cancelled", NOW, "Corner", 12, 14),
        ],
    )
    async with pool.acquire() as tx:
        found = await charts.hours_and_places(tx, HERE, "Europe/Madrid")
    assert found == {
        datetime.fromisoformat("2027-05-14T09:00"): {"Corner": 1},
        datetime.fromisoformat("2027-05-15T00:00"): {"Bar": 2},
    }


async def test_sessions_of_people_and_what_held_ones_rested_on(pool: Pool):
    await take_together(pool, [CONFERENCE])
    await take_together(pool, [person(n) for n in (11, 12, 13)] + [person(14, "registered"), person(15, "cancelled")])
    await take_together(pool, [ranked(1, 1, "matched"), ranked(2, 1, "matched"), ranked(3, 1, "matched")])
    await take_together(
        pool,
        [
            session(1, "held", NOW, "Bar", 11, 12),
            session(2, "held", NOW, "Bar", 11, 13),
            session(3, "missed", NOW, "Bar", 12, 13),
        ],
    )
    async with pool.acquire() as tx:
        assert await charts.sessions_of_people(tx, HERE) == [(1, 2), (2, 1)]
        assert await charts.evidence_of_held(tx, HERE) == [("chat", "reply", 2)]
