"""The chaos checker sees double bookings that a database without its constraints would keep."""

from types import SimpleNamespace
from typing import Any
from uuid import UUID

from tests.chaos.checks import double_booking
from tests.conftest import MakeDatabase

CONFERENCE, PLACE, ANA, BEN, EVA, TOM = (UUID(int=n) for n in range(1, 7))
MORNING = "[2027-05-14 09:00+00,2027-05-14 09:30+00)"
NOON = "[2027-05-14 12:00+00,2027-05-14 13:00+00)"


async def book(pool: Any, number: int, table: int, during: str, *people: UUID) -> None:
    await pool.execute(
        "insert into session (id, conference_id, format, state, reason, place_id, place_name, table_no, during,"
        " calendar_sequence, version) values ($1, $2, 'coffee', 'scheduled', '', $3, 'Corner', $4, $5::text::tstzrange,"
        " 0, 1)", UUID(int=number), CONFERENCE, PLACE, table, during,
    )  # fmt: skip
    await pool.execute(
        "insert into session_member (session_id, attendee_id, during)"
        " select $1, person, $2::text::tstzrange from unnest($3::uuid[]) as person",
        UUID(int=number), during, list(people),
    )  # fmt: skip


async def found(pool: Any) -> set[str]:
    evidence: Any = SimpleNamespace(databases={"scheduling": pool})
    return {finding.what for finding in await double_booking(evidence)}


async def test_it_names_who_is_in_two_sessions_and_which_place_is_overfull(database: MakeDatabase) -> None:
    pool = (await database("scheduling")).pool
    await pool.execute(
        "insert into place (id, conference_id, name, capacity, seats, formats, opens, closes)"
        " values ($1, $2, 'Corner', 1, 4, '{}', '08:00', '18:00')", PLACE, CONFERENCE,
    )  # fmt: skip
    await book(pool, 101, 1, MORNING, ANA, BEN)
    await book(pool, 102, 1, NOON, ANA, EVA)
    assert await found(pool) == set()
    await pool.execute("alter table session drop constraint one_session_a_table")
    await pool.execute("alter table session_member drop constraint one_session_a_person")
    await book(pool, 103, 1, MORNING, ANA, TOM)
    assert await found(pool) == {
        f"place {PLACE} holds 2 sessions at once, its capacity is 1",
        f"{ANA} is in sessions {UUID(int=101)} and {UUID(int=103)} at once",
    }
