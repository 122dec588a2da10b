"""Promise 9 across a series: who met or blocked somebody at one conference is not suggested to them at another."""

from uuid import UUID, uuid4

import pytest
from hallway.attendee.v1 import attendee_pb2, events_pb2

from services.kit.db import Pool
from services.matchmaking.api import kafka
from services.matchmaking.domain.suggestion import ExclusionReason
from services.matchmaking.store.picture import Pictures
from services.matchmaking.store.write import SuggestionStore
from tests.conftest import MakeDatabase
from tests.matchmaking import ids, suggestion
from tests.matchmaking_service import event

ADA, BOB = "ada@example.org", "bob@example.org"


@pytest.fixture
async def pool(database: MakeDatabase) -> Pool:
    return (await database("matchmaking")).pool


async def gathering(pool: Pool, series: str, *emails: str) -> tuple[UUID, list[UUID]]:
    """A conference of a series and its people, as the events tell of them."""
    here, people = uuid4(), ids(len(emails))
    told = events_pb2.ConferenceCreated(
        conference=attendee_pb2.Conference(id=str(here), time_zone="UTC", ends_on="2027-05-12", series=series)
    )
    joined = [
        events_pb2.AttendeeJoined(
            attendee=attendee_pb2.Attendee(
                id=str(id), conference_id=str(here), email=email, attention_budget=3,
                state=attendee_pb2.ATTENDEE_STATE_JOINED,
            )
        )
        for id, email in zip(people, emails, strict=True)
    ]  # fmt: skip
    async with pool.acquire() as tx, tx.transaction():
        await kafka.on_attendees(tx, [event(message, id) for message, id in zip(joined, people, strict=True)])
        await kafka.on_conferences(tx, [event(told, here)])
    return here, people


async def exclude(pool: Pool, here: UUID, who: UUID, other: UUID, reason: ExclusionReason) -> None:
    async with pool.acquire() as tx, tx.transaction():
        await SuggestionStore(tx).exclude(here, who, other, reason)


async def may_meet(pool: Pool, here: UUID, a: UUID, b: UUID) -> bool:
    """Whether the two may be suggested; what the planner sees and what is written agree."""
    async with pool.acquire() as tx, tx.transaction(isolation="repeatable_read", readonly=True):
        picture = await Pictures().read(tx, here)
    seen = {frozenset((picture.seekers[one].id, picture.seekers[other].id)) for one, other in picture.spent}
    async with pool.acquire() as tx, tx.transaction():
        added = await SuggestionStore(tx).add([suggestion(here, (a, b))])
    assert bool(added) is (frozenset((a, b)) not in seen)
    return bool(added)


@pytest.mark.parametrize("reason", list(ExclusionReason))
@pytest.mark.parametrize("turned", [False, True])
async def test_who_met_or_blocked_somebody_is_not_suggested_to_them_in_the_series(
    pool: Pool, reason: ExclusionReason, turned: bool
):
    spring, (ada, bob) = await gathering(pool, "pycamp", ADA, BOB)
    emails = ("Bob@Example.org ", " ADA@example.org", "cyd@example.org")
    autumn, (bob_again, ada_again, cyd) = await gathering(pool, "pycamp", *emails)
    await exclude(pool, spring, *((bob, ada) if turned else (ada, bob)), reason)
    assert not await may_meet(pool, autumn, ada_again, bob_again)
    assert await may_meet(pool, autumn, ada_again, cyd)
    # Also earlier: the series has no order.
    winter, (ada_then, bob_then) = await gathering(pool, "pycamp", ADA, BOB)
    assert not await may_meet(pool, winter, ada_then, bob_then)


@pytest.mark.parametrize("series", [("pycamp", "other"), ("", ""), ("pycamp", "")])
async def test_conferences_of_no_common_series_share_nothing(pool: Pool, series: tuple[str, str]):
    here, (ada, bob) = await gathering(pool, series[0], ADA, BOB)
    there, (ada_again, bob_again) = await gathering(pool, series[1], ADA, BOB)
    await exclude(pool, here, ada, bob, ExclusionReason.BLOCKED)
    assert await may_meet(pool, there, ada_again, bob_again)
    assert not await may_meet(pool, here, ada, bob)


async def test_people_without_a_mail_address_are_nobody_elsewhere(pool: Pool):
    spring, (ada, bob) = await gathering(pool, "pycamp", "", "")
    autumn, (one, other) = await gathering(pool, "pycamp", "", "")
    await exclude(pool, spring, ada, bob, ExclusionReason.MET)
    assert await may_meet(pool, autumn, one, other)


async def test_no_mail_address_is_kept(pool: Pool):
    await gathering(pool, "pycamp", ADA)
    rows = await pool.fetch("select * from attendee")
    assert "example.org" not in str([tuple(row) for row in rows])
