"""On site: whoever is stranded is shown the people who are here and free now, and nobody else."""

from datetime import timedelta
from uuid import uuid4

import pytest

from services.kit.errors import Conflict, NotFound
from services.scheduling.domain.conference import Attendee
from services.scheduling.domain.programme import Talk
from services.scheduling.domain.session import State
from services.scheduling.handlers.follow_attendees import follow_attendees
from services.scheduling.handlers.freeze_plan import freeze_plan
from services.scheduling.handlers.move_session import move_session
from services.scheduling.handlers.on_site import check_in, list_here, offer_now
from services.scheduling.handlers.place_matches import place_matches
from services.scheduling.handlers.record_outcome import record_outcome
from services.scheduling.handlers.set_talks import set_talks
from services.scheduling.store.write import Store
from tests.scheduling import NOW, act, berlin, between, match, ready, row

TEN = berlin(11, "10:05")
SOON = between(11, "10:15", "10:45")


@pytest.fixture
async def pool(database):
    return (await database("scheduling")).pool


async def people(pool, at, count):
    """Registered people who are not here yet."""
    ids = [uuid4() for _ in range(count)]
    await act(pool, follow_attendees, [Attendee(one, at.id, False, 1) for one in ids], NOW, {})
    return ids


async def here(pool, at, *ids, now=TEN):
    for one in ids:
        await act(pool, check_in, at.id, one, False, now)


async def told(pool, session_id):
    sql = "select type from outbox where key = $1 order by position"
    return [row["type"].rsplit(".")[-1] for row in await pool.fetch(sql, str(session_id))]


async def test_a_session_of_later_can_be_held_now_when_all_its_people_are_here_and_free(pool):
    at, _ = await ready(pool, row(opens="10:00"))
    ada, ben, cy = await people(pool, at, 3)
    later = match(at.id, ada, ben)
    await act(pool, place_matches, [match(at.id, ada, cy), later], berlin(11, "10:40"))
    session = await act(pool, Store.session, later.id)
    assert session.during.starts_at > SOON.ends_at
    await here(pool, at, ada)
    assert await act(pool, offer_now, at.id, ada, [], TEN) == []  # the others are not here
    await here(pool, at, ben)
    (offer,) = await act(pool, offer_now, at.id, ada, [], TEN)
    assert (offer.session, set(offer.attendee_ids), offer.spot.during) == (session, {ada, ben}, SOON)
    moved = await act(pool, move_session, later.id, ada, offer.spot.place.id, offer.spot.during, TEN)
    assert (moved.state, moved.during) == (State.SCHEDULED, SOON)
    assert await told(pool, later.id) == ["SessionScheduled", "SessionMoved"]


async def test_a_match_that_waits_gets_its_first_time_on_the_spot(pool):
    at, _ = await ready(pool, row(formats=("lunch",)), row("Nook", closes="10:45", formats=("coffee",)))
    ada, ben = await people(pool, at, 2)
    waiting = match(at.id, ada, ben)
    await act(pool, place_matches, [waiting], berlin(12, "10:05"))  # closes before notice is over
    now = berlin(12, "10:06")
    await here(pool, at, ada, ben, now=now)
    (offer,) = await act(pool, offer_now, at.id, ada, [], now)
    assert (offer.session.state, offer.spot.during) == (State.UNPLACED, between(12, "10:15", "10:45"))
    held = await act(pool, move_session, waiting.id, ben, offer.spot.place.id, offer.spot.during, now)
    assert (held.state, held.calendar_sequence) == (State.SCHEDULED, 0)
    assert await told(pool, waiting.id) == ["SessionUnplaced", "SessionScheduled"]


async def test_without_both_here_a_session_keeps_its_notice(pool):
    at, (foyer,) = await ready(pool)
    ada, ben = await people(pool, at, 2)
    made = match(at.id, ada, ben)
    await act(pool, place_matches, [made], TEN)
    await here(pool, at, ada)
    with pytest.raises(Conflict, match="too soon"):
        await act(pool, move_session, made.id, ada, foyer.id, SOON, TEN)


async def test_whose_partner_did_not_come_is_shown_those_of_the_candidates_who_are_here_and_free(pool):
    at, _ = await ready(pool, row(capacity=2))
    ada, ben, away, busy, speaks, left, walk_in = await people(pool, at, 7)
    missed, other = match(at.id, ada, ben), match(at.id, busy, uuid4())
    await act(pool, place_matches, [missed, other], berlin(11, "09:30"))
    assert (await act(pool, Store.session, missed.id)).during == between(11, "10:00", "10:30")
    await here(pool, at, ada, busy, speaks, left, walk_in)
    await act(pool, check_in, at.id, left, True, TEN)
    await act(pool, set_talks, at.id, [Talk("1", "Wheels", "Main", between(11, "10:00", "11:00"), (speaks,))], TEN)
    candidates = [away, busy, speaks, left, walk_in, walk_in, ada]
    assert await act(pool, offer_now, at.id, ada, candidates, TEN) == []  # her own session is on
    await act(pool, record_outcome, missed.id, ada, State.MISSED, TEN)
    (offer,) = await act(pool, offer_now, at.id, ada, candidates, TEN)
    assert (offer.session, offer.attendee_ids, offer.spot.during) == (None, (ada, walk_in), SOON)
    await act(pool, freeze_plan, at.id, True, TEN)
    assert await act(pool, offer_now, at.id, ada, candidates, TEN) == []


async def test_who_is_here_hears_who_else_is_the_last_one_first(pool):
    at, _ = await ready(pool)
    other, _ = await ready(pool)
    ada, ben, cy, left, gone, early = await people(pool, at, 6)
    (elsewhere,) = await people(pool, other, 1)
    await here(pool, other, elsewhere)
    await here(pool, at, early, now=TEN - timedelta(hours=3))
    await here(pool, at, ada, left, gone)
    await here(pool, at, ben, now=TEN + timedelta(minutes=1))
    await here(pool, at, cy, now=TEN + timedelta(minutes=2))
    await act(pool, check_in, at.id, left, True, TEN)
    await act(pool, follow_attendees, [Attendee(gone, at.id, True, 2)], TEN, {})
    assert await act(pool, list_here, at.id, ada, TEN + timedelta(minutes=3)) == [cy, ben]
    with pytest.raises(Conflict, match="check in"):
        await act(pool, list_here, at.id, left, TEN)


async def test_that_somebody_is_here_is_believed_for_two_hours(pool):
    at, _ = await ready(pool)
    ada, ben = await people(pool, at, 2)
    await here(pool, at, ada, ben)
    almost = TEN + timedelta(minutes=119)
    assert await act(pool, offer_now, at.id, ada, [ben], almost)
    await here(pool, at, ada, now=almost)
    assert await act(pool, offer_now, at.id, ada, [ben], TEN + timedelta(minutes=120)) == []


async def test_only_who_has_a_ticket_checks_in_and_only_who_is_here_is_shown_anybody(pool):
    at, _ = await ready(pool)
    ada, ben = await people(pool, at, 2)
    with pytest.raises(Conflict, match="check in"):
        await act(pool, offer_now, at.id, ada, [ben], TEN)
    with pytest.raises(NotFound):
        await act(pool, check_in, at.id, uuid4(), False, TEN)
    with pytest.raises(NotFound):
        await act(pool, check_in, uuid4(), ada, False, TEN)
    await here(pool, at, ada, ben)
    await act(pool, follow_attendees, [Attendee(ben, at.id, True, 2)], TEN, {})
    assert await act(pool, offer_now, at.id, ada, [ben], TEN) == []
    with pytest.raises(Conflict, match="cancelled"):
        await act(pool, check_in, at.id, ben, False, TEN)
