"""What organizers change at once: shown before, taken back, kept off a frozen plan; and who is asked to make room."""

from datetime import timedelta
from uuid import uuid4

import pytest

from services.kit.errors import Conflict
from services.scheduling.domain.formats import FormatRow
from services.scheduling.domain.programme import Talk
from services.scheduling.domain.session import State
from services.scheduling.domain.venue import Travel
from services.scheduling.handlers.cancel_session import cancel_session
from services.scheduling.handlers.find_sessions import list_versions
from services.scheduling.handlers.freeze_plan import freeze_plan
from services.scheduling.handlers.move_session import move_session, offer_slots
from services.scheduling.handlers.place_matches import place_matches
from services.scheduling.handlers.set_availability import set_availability
from services.scheduling.handlers.set_formats import set_formats
from services.scheduling.handlers.set_talks import set_talks
from services.scheduling.handlers.set_venue import set_venue
from services.scheduling.handlers.undo_change import undo_change
from services.scheduling.store.preview import previewed
from services.scheduling.store.write import Store
from tests.scheduling import NOW, act, all_sessions, between, match, ready, retry, row


@pytest.fixture
async def pool(database):
    return (await database("scheduling")).pool


async def placed(pool, at, *people):
    """A new session of these people."""
    made = match(at.id, *people)
    await act(pool, place_matches, [made], NOW)
    return await act(pool, Store.session, made.id)


async def everything(pool):
    """What the database holds of sessions, events and venue."""
    tables = ("session", "session_member", "session_version", "outbox", "place", "talk", "bulk_change", "retry")
    return {table: await pool.fetch(f"select * from {table} order by 1, 2") for table in tables}


async def test_a_preview_answers_what_the_change_does_and_changes_nothing(pool):
    at, _ = await ready(pool, row("Foyer"), row("Hall"))
    session = await placed(pool, at)
    assert session.place_name == "Foyer"
    before = await everything(pool)

    async def change(tx):
        return await set_venue(Store(tx), at.id, [row("Hall")], NOW, rehome=True)

    async with pool.acquire() as tx, tx.transaction():
        shown = await previewed(change)(tx)
    assert await everything(pool) == before
    async with pool.acquire() as tx, tx.transaction():
        done = await change(tx)
    assert [change.session for change in shown.changes] == [change.session for change in done.changes]
    (lost,) = done.changes
    assert (lost.session.id, lost.session.state) == (session.id, State.UNPLACED)
    assert await everything(pool) != before


async def test_taking_a_venue_back_gives_sessions_the_spot_they_lost(pool):
    at, (foyer, _) = await ready(pool, row("Foyer"), row("Hall"))
    session, other = await placed(pool, at), await placed(pool, at)
    assert (session.place_name, other.place_name) == ("Foyer", "Hall")
    await act(pool, set_venue, at.id, [row("Hall")], NOW, [Travel("a", "b", 5)], True)
    kind, changes = await act(pool, undo_change, at.id, NOW)
    assert (kind, [change.session.id for change in changes]) == ("venue", [session.id])
    back = await act(pool, Store.session, session.id)
    assert (back.state, back.place_id, back.during) == (State.SCHEDULED, foyer.id, session.during)
    assert (back.reason, back.calendar_sequence) == ("its place is there again: it stays where it was", 2)
    assert await act(pool, Store.session, other.id) == other
    assert [place.name for place in await act(pool, Store.places, at.id)] == ["Foyer", "Hall"]
    assert await act(pool, Store.travel, at.id) == []


async def test_taking_back_moves_nobody_who_has_another_spot_or_another_session_then(pool):
    at, _ = await ready(pool, row("Foyer", 2), row("Hall", 3))
    chose, late = await placed(pool, at), await placed(pool, at)
    await act(pool, set_venue, at.id, [row("Hall", 3)], NOW, (), True)
    offer = (await act(pool, offer_slots, chose.id, 1, NOW))[0]
    moved = await act(pool, move_session, chose.id, None, offer.place.id, offer.during, NOW)
    busy = await placed(pool, at, late.attendee_ids[0], uuid4())
    assert busy.during.overlaps(late.during)
    assert await act(pool, undo_change, at.id, NOW) == ("venue", [])
    lost = await act(pool, Store.session, late.id)
    assert (lost.state, lost.during) == (State.UNPLACED, late.during)
    assert await act(pool, Store.session, chose.id) == moved
    assert await act(pool, Store.session, busy.id) == busy


async def test_what_was_booked_since_is_not_thrown_out_by_taking_back(pool):
    at, _ = await ready(pool, row("Foyer"))
    await act(pool, set_venue, at.id, [row("Hall")], NOW)
    session = await placed(pool, at)
    with pytest.raises(Conflict, match="Hall would have no room for 1 of its sessions"):
        await act(pool, undo_change, at.id, NOW)
    assert await act(pool, Store.session, session.id) == session


async def test_changes_are_taken_back_one_after_the_other_until_none_is_left(pool):
    at, _ = await ready(pool, row("Foyer"))
    talk = Talk("1", "Wheels", "Main", between(11, "09:00", "10:00"), ())
    await act(pool, set_venue, at.id, [row("Foyer"), row("Hall")], NOW)
    await act(pool, set_talks, at.id, [talk], NOW)
    assert (await act(pool, undo_change, at.id, NOW))[0] == "talks"
    assert await act(pool, Store.talks, at.id) == []
    assert (await act(pool, undo_change, at.id, NOW))[0] == "venue"
    assert [place.name for place in await act(pool, Store.places, at.id)] == ["Foyer"]
    assert (await act(pool, undo_change, at.id, NOW))[0] == "venue"  # the very first one
    with pytest.raises(Conflict, match="no change of venue, talks or formats is left"):
        await act(pool, undo_change, at.id, NOW)


async def test_a_talk_taken_back_asks_nobody_any_more(pool):
    at, _ = await ready(pool)
    session = await placed(pool, at)
    talk = Talk("1", "Wheels", "Main", session.during, (session.attendee_ids[0],))
    (clash,) = await act(pool, set_talks, at.id, [talk], NOW)
    assert (clash.session.id, clash.session.asked) == (session.id, True)
    _, (cleared,) = await act(pool, undo_change, at.id, NOW)
    assert (cleared.session.asked, cleared.session.during) == (False, session.during)


async def test_only_the_last_twenty_changes_can_be_taken_back(pool):
    at, _ = await ready(pool)
    for number in range(22):
        await act(pool, set_venue, at.id, [row(f"Hall {number}")], NOW)
    assert await pool.fetchval("select count(*) from bulk_change") == 20


async def test_a_frozen_plan_places_and_moves_nothing_until_it_goes_on(pool):
    at, _ = await ready(pool)
    session = await placed(pool, at)
    await act(pool, freeze_plan, at.id, True, NOW)
    late = await placed(pool, at)
    assert (late.state, late.reason) == (
        State.UNPLACED, "the plan is frozen; the organizers place it once it is not",
    )  # fmt: skip
    offer = (await act(pool, offer_slots, session.id, 1, NOW))[0]
    move = (session.id, session.attendee_ids[0], offer.place.id, offer.during, NOW)
    with pytest.raises(Conflict, match="the plan is frozen; ask the organizers"):
        await act(pool, move_session, *move)
    with pytest.raises(Conflict, match="the plan is frozen and sessions would lose their place"):
        await act(pool, set_venue, at.id, [row("Attic")], NOW, (), True)
    assert await all_sessions(pool, at) == sorted([session, late], key=lambda one: one.id)
    await act(pool, cancel_session, session.id, session.attendee_ids[0], "my train is late", NOW)  # that is always free
    await act(pool, freeze_plan, at.id, False, NOW)
    assert await retry(pool, NOW)
    assert (await act(pool, Store.session, late.id)).state == State.SCHEDULED


async def test_every_version_of_a_session_is_kept(pool):
    at, _ = await ready(pool)
    session = await placed(pool, at)
    offer = (await act(pool, offer_slots, session.id, 1, NOW))[0]
    await act(pool, move_session, session.id, session.attendee_ids[0], offer.place.id, offer.during, NOW)
    await act(pool, cancel_session, session.id, None, "the hall is flooded", NOW)
    told = [(v.version, v.state, v.during, v.reason) for v in await act(pool, list_versions, session.id)]
    assert told == [
        (1, State.SCHEDULED, session.during, "the first time both are free and a place is"),
        (2, State.SCHEDULED, offer.during, "one of you chose this time and place"),
        (3, State.CANCELLED, offer.during, "the hall is flooded"),
    ]


async def wait_for_room(pool):
    """Ada meets Ben at the only time Cy is free; their session could be later."""
    at, _ = await ready(pool, row(capacity=2))
    ada, ben, cy = uuid4(), uuid4(), uuid4()
    first = await placed(pool, at, ada, ben)
    await act(pool, set_availability, at.id, cy, [first.during], NOW)
    waiting = await placed(pool, at, ada, cy)
    assert (first.during, waiting.state) == (between(11, "09:00", "09:30"), State.UNPLACED)
    return at, first, waiting


async def asked(pool):
    """Sessions whose people were asked to make room, in the order of events."""
    return [
        r["key"] for r in await pool.fetch("select key from outbox where type like '%MoveProposed' order by position")
    ]


async def test_people_are_asked_to_make_room_once_and_their_session_stays_until_they_move_it(pool):
    _, first, waiting = await wait_for_room(pool)
    while await retry(pool, NOW):
        pass
    still = await act(pool, Store.session, first.id)
    assert (still.state, still.during, still.place_id, still.calendar_sequence) == (
        State.SCHEDULED, first.during, first.place_id, 0,
    )  # fmt: skip
    words = "another session of one of you finds no time; Foyer on Tuesday at 09:45 would make room: choose it, or"
    assert still.reason == f"{words} leave yours where it is"
    for minutes in (2, 4):
        await retry(pool, NOW + timedelta(minutes=minutes))
    assert await asked(pool) == [str(first.id)]
    offers = await act(pool, offer_slots, first.id, 20, NOW)
    offer = next(offer for offer in offers if offer.during == between(11, "09:45", "10:15"))
    await act(pool, move_session, first.id, first.attendee_ids[0], offer.place.id, offer.during, NOW)
    assert await retry(pool, NOW)
    placed_now = await act(pool, Store.session, waiting.id)
    assert (placed_now.state, placed_now.during) == (State.SCHEDULED, first.during)


async def test_nobody_is_asked_to_make_room_in_vain_or_in_a_frozen_plan(pool):
    at, first, _ = await wait_for_room(pool)
    await act(pool, freeze_plan, at.id, True, NOW)
    while await retry(pool, NOW):
        pass
    assert await asked(pool) == []
    await act(pool, freeze_plan, at.id, False, NOW)
    await act(pool, set_availability, at.id, first.attendee_ids[0], [first.during], NOW)  # no other time for the first
    await act(pool, set_availability, at.id, first.attendee_ids[1], [first.during], NOW)
    while await retry(pool, NOW):
        pass
    assert await asked(pool) == []


async def test_a_programme_set_anew_does_not_answer_for_people_who_were_asked(pool):
    at, first, _ = await wait_for_room(pool)
    while await retry(pool, NOW):
        pass
    await act(pool, set_talks, at.id, [Talk("1", "Wheels", "Main", between(12, "09:00", "10:00"), (uuid4(),))], NOW)
    assert (await act(pool, Store.session, first.id)).asked


LATE = FormatRow("coffee", "15:00", "18:00", 45, 0, 3, ("16:00-17:00",))


async def test_a_format_changes_for_what_is_placed_from_then_on_and_what_was_agreed_stays(pool):
    at, _ = await ready(pool, row("Foyer", 2))
    agreed = await placed(pool, at)
    assert agreed.during == between(11, "09:00", "09:30")
    assert await act(pool, set_formats, at.id, [LATE], NOW) == [agreed]
    assert await act(pool, Store.session, agreed.id) == agreed
    later = await placed(pool, at)
    assert later.during == between(11, "16:00", "16:45")
    offers = await act(pool, offer_slots, agreed.id, 3, NOW)
    assert {offer.during.ends_at - offer.during.starts_at for offer in offers} == {timedelta(minutes=45)}


async def test_a_preview_of_formats_changes_nothing_and_taking_them_back_brings_the_former_ones(pool):
    at, _ = await ready(pool, row("Foyer", 2))
    agreed = await placed(pool, at)
    usual = await act(pool, Store.formats, at.id)

    async def change(tx):
        return await set_formats(Store(tx), at.id, [LATE], NOW)

    before = await everything(pool)
    async with pool.acquire() as tx, tx.transaction():
        assert await previewed(change)(tx) == [agreed]
    assert await everything(pool) == before
    assert await act(pool, Store.formats, at.id) == usual
    await act(pool, set_formats, at.id, [LATE], NOW)
    assert await act(pool, set_formats, at.id, [], NOW) == []  # as usual again: what was agreed fits
    assert await act(pool, undo_change, at.id, NOW) == ("formats", [])
    assert (await act(pool, Store.formats, at.id))["coffee"].length == timedelta(minutes=45)
    assert await act(pool, undo_change, at.id, NOW) == ("formats", [])
    assert await act(pool, Store.formats, at.id) == usual


async def test_a_session_that_found_no_time_is_tried_again_when_a_format_lasts_longer_into_the_night(pool):
    at, _ = await ready(pool, row("Bar", opens="20:30", closes="23:00"))
    waiting = await placed(pool, at)
    await retry(pool, NOW)
    assert (await act(pool, Store.session, waiting.id)).state == State.UNPLACED  # and not due again for a minute
    await act(pool, set_formats, at.id, [FormatRow("coffee", "20:00", "23:00", 30, 0, 4)], NOW)
    await retry(pool, NOW)
    found = await act(pool, Store.session, waiting.id)
    assert (found.state, found.during) == (State.SCHEDULED, between(11, "20:30", "21:00"))
