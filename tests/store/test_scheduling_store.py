"""Scheduling's store on real PostgreSQL: what the database promises, and what concurrent writers see."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import time, timedelta
from uuid import uuid4

import asyncpg
import pytest
from hallway.scheduling.v1 import events_pb2 as events

from services.kit.errors import Conflict
from services.scheduling.domain.conference import Attendee
from services.scheduling.domain.programme import Talk, Wishes
from services.scheduling.domain.session import Session, Spot, State, begun, scheduled
from services.scheduling.domain.venue import Travel
from services.scheduling.handlers.cancel_matches import cancel_matches
from services.scheduling.handlers.cancel_session import cancel_session
from services.scheduling.handlers.find_sessions import list_sessions
from services.scheduling.handlers.follow_attendees import follow_attendees
from services.scheduling.handlers.follow_conferences import follow_conferences
from services.scheduling.handlers.move_session import move_session, offer_slots
from services.scheduling.handlers.place_matches import place_matches
from services.scheduling.handlers.placing import settle
from services.scheduling.handlers.ports import SpotTaken
from services.scheduling.handlers.record_outcome import record_outcome
from services.scheduling.handlers.set_availability import set_availability
from services.scheduling.handlers.set_talks import set_talks
from services.scheduling.handlers.set_venue import set_venue
from services.scheduling.store.availability import availability
from services.scheduling.store.write import Store
from tests.scheduling import NOW, act, all_sessions, between, conference, match, ready, retry, row

FIRST = "the first time both are free and a place is"


@pytest.fixture
async def pool(database):
    return (await database("scheduling")).pool


async def published(pool):
    """(event type, session state) in the order of the outbox, by session."""
    rows = await pool.fetch("select type, key, sequence from outbox order by position")
    return [(r["type"].rsplit(".")[-1], r["key"], r["sequence"]) for r in rows]


async def test_the_database_refuses_a_second_session_at_the_same_table_and_time(pool):
    at, (foyer,) = await ready(pool, row(capacity=3))
    spot = Spot(foyer, 2, between(11, "10:00", "10:30"))
    await act(pool, Store.save, scheduled(begun(match(at.id)), spot).session)
    overlapping = replace(spot, during=between(11, "10:15", "10:45"))
    with pytest.raises(SpotTaken):
        await act(pool, Store.save, scheduled(begun(match(at.id)), overlapping).session)


async def test_the_database_refuses_a_person_in_two_sessions_even_without_time_to_walk(pool):
    at, (foyer,) = await ready(pool, row(capacity=3))
    popular = uuid4()
    first = scheduled(begun(match(at.id, popular, uuid4())), Spot(foyer, 1, between(11, "10:00", "10:30")))
    await act(pool, Store.save, first.session)
    for start, end in (("10:15", "10:45"), ("10:30", "11:00"), ("09:28", "09:58")):
        second = scheduled(begun(match(at.id, popular, uuid4())), Spot(foyer, 2, between(11, start, end)))
        with pytest.raises(SpotTaken):
            await act(pool, Store.save, second.session)


async def test_the_database_refuses_a_table_beyond_the_capacity(pool):
    at, (foyer,) = await ready(pool, row(capacity=3))
    beyond = scheduled(begun(match(at.id)), Spot(foyer, 4, between(11, "10:00", "10:30")))
    with pytest.raises(SpotTaken):
        await act(pool, Store.save, beyond.session)
    assert await all_sessions(pool, at) == []


async def test_writers_that_bypass_the_rules_meet_the_constraint(pool):
    at, (foyer,) = await ready(pool)
    raw = "insert into session (id, conference_id, format, state, reason, place_id, place_name, table_no, during,"
    raw += " calendar_sequence, version) values ($1, $2, 'coffee', 'scheduled', '', $3, '', 1,"
    raw += " tstzrange('2027-05-11 10:00+00', '2027-05-11 10:30+00'), 0, 1)"
    await pool.execute(raw, uuid4(), at.id, foyer.id)
    with pytest.raises(asyncpg.ExclusionViolationError):
        await pool.execute(raw, uuid4(), at.id, foyer.id)


async def test_of_fifty_concurrent_writers_one_gets_the_free_table_and_the_others_the_next_best(pool):
    at, _ = await ready(
        pool, row("Corner", 1, 2, ("coffee",), "09:00", "09:30"), row("Hall", 49, 8, (), "09:00", "10:00")
    )
    await asyncio.gather(*(act(pool, place_matches, [match(at.id)], NOW) for _ in range(50)))
    spots = Counter((s.place_name, s.state, s.during) for s in await all_sessions(pool, at))
    slot = between(11, "09:00", "09:30")
    assert spots == {("Corner", State.SCHEDULED, slot): 1, ("Hall", State.SCHEDULED, slot): 49}


async def test_writers_that_do_not_wait_for_each_other_are_sorted_out_by_the_constraint(pool, monkeypatch):
    corner = row("Corner", 1, 2, ("coffee",), "09:00", "09:30")
    at, _ = await ready(pool, corner, row("Hall", 9, 8, (), "09:00", "10:00"))
    all_looked, looked = asyncio.Barrier(8), 0
    load = Store.load_model

    async def first_together(self, *arguments, **named):
        nonlocal looked
        turn = looked = looked + 1
        model = await load(self, *arguments, **named)
        if turn <= 8:
            await all_looked.wait()  # so that everybody has seen an empty venue
        return model

    monkeypatch.setattr(Store, "load_model", first_together)

    async def place_without_lock(one):
        while True:
            try:
                return await act(pool, settle, at.id, [begun(one)], NOW)
            except asyncpg.DeadlockDetectedError:
                pass  # two inserts that wait for each other; the doors try the loser again, and so does this

    await asyncio.gather(*(place_without_lock(match(at.id)) for _ in range(8)))
    found = Counter((s.place_name, s.state) for s in await all_sessions(pool, at))
    assert found == {("Corner", State.SCHEDULED): 1, ("Hall", State.SCHEDULED): 7}


async def test_a_match_told_twice_makes_one_session_and_one_event(pool):
    at, _ = await ready(pool)
    again = match(at.id)
    await act(pool, place_matches, [again, again], NOW)
    await act(pool, place_matches, [again], NOW)
    assert await published(pool) == [("SessionScheduled", str(again.id), 1)]


async def test_a_match_of_an_unknown_conference_waits_and_is_scheduled_once_it_is_known(pool):
    at = conference()
    early = match(at.id)
    await act(pool, place_matches, [early], NOW)
    (waiting,) = await all_sessions(pool, at)
    assert (waiting.state, waiting.reason) == (State.UNPLACED, "the conference's dates are not known yet")
    await act(pool, follow_conferences, [at], NOW)
    assert await retry(pool, NOW)
    (waiting,) = await all_sessions(pool, at)
    assert waiting.reason == "no place for coffee"
    await act(pool, set_venue, at.id, [row()], NOW)
    assert await retry(pool, NOW)
    (found,) = await all_sessions(pool, at)
    assert (found.state, found.reason, found.place_name) == (State.SCHEDULED, FIRST, "Foyer")
    kinds = ["SessionUnplaced", "SessionUnplaced", "SessionScheduled"]
    assert await published(pool) == [(kind, str(early.id), n) for n, kind in enumerate(kinds, 1)]


async def test_an_unplaced_session_is_tried_again_a_minute_later_and_its_old_reason_not_repeated(pool):
    at, _ = await ready(pool, row(formats=("lunch",)))
    await retry(pool, NOW)  # nothing is waiting: the conference rests
    await act(pool, place_matches, [match(at.id)], NOW)
    assert not await retry(pool, NOW + timedelta(seconds=59))
    assert await retry(pool, NOW + timedelta(seconds=60))
    assert not await retry(pool, NOW + timedelta(seconds=61))
    assert len(await published(pool)) == 1


async def test_after_the_conference_unplaced_sessions_are_left_alone(pool):
    at, _ = await ready(pool, row(formats=("lunch",)))
    await act(pool, place_matches, [match(at.id)], NOW)
    later = NOW + timedelta(days=30)
    assert await retry(pool, later)
    (session,) = await all_sessions(pool, at)
    assert (session.state, session.reason) == (State.UNPLACED, "the conference is over")
    assert not await retry(pool, later + timedelta(days=300))


async def test_a_round_of_retries_reaches_everybody_and_then_waits(pool, monkeypatch):
    monkeypatch.setattr("services.scheduling.handlers.retry_unplaced.AT_ONCE", 2)
    at, _ = await ready(pool, row(formats=("lunch",)))
    await act(pool, place_matches, [match(at.id) for _ in range(4)], NOW)
    await act(pool, set_venue, at.id, [row(formats=("walk",))], NOW)
    rounds = [await retry(pool, NOW) for _ in range(4)]
    assert rounds == [True, True, True, False]  # two, two, and none left
    assert await pool.fetchval("select min(tried_in_round) = max(tried_in_round) from session")
    assert await retry(pool, NOW + timedelta(minutes=1))


async def test_a_cancelled_registration_frees_the_table_and_the_other_people(pool):
    at, _ = await ready(pool, row(opens="09:00", closes="09:30"))
    two_days = [match(at.id), match(at.id)]
    stays_out = match(at.id)
    await act(pool, place_matches, [*two_days, stays_out], NOW)
    gone = Attendee(two_days[0].attendee_ids[0], at.id, cancelled=True, version=3)
    await act(pool, follow_attendees, [gone], NOW, {})
    await retry(pool, NOW)
    by_id = {s.id: s for s in await all_sessions(pool, at)}
    freed, moved_in = by_id[two_days[0].id], by_id[stays_out.id]
    assert (freed.state, freed.reason) == (State.CANCELLED, "somebody's registration was cancelled")
    assert freed.calendar_sequence == 1
    assert (moved_in.state, moved_in.during) == (State.SCHEDULED, between(11, "09:00", "09:30"))


async def test_a_match_that_arrives_after_the_cancellation_is_never_scheduled(pool):
    at, _ = await ready(pool)
    late = match(at.id)
    await act(pool, follow_attendees, [Attendee(late.attendee_ids[0], at.id, True, 2)], NOW, {})
    await act(pool, place_matches, [late], NOW)
    await act(pool, set_venue, at.id, [row(), row("Garden")], NOW)
    await retry(pool, NOW)
    assert await published(pool) == [("SessionCancelled", str(late.id), 1)]


async def test_nobody_who_cancels_while_being_placed_keeps_a_session(pool):
    at, _ = await ready(pool, row(capacity=40))
    pairs = [match(at.id) for _ in range(20)]
    leaving = [Attendee(pair.attendee_ids[0], at.id, True, 2) for pair in pairs]
    both = [
        step
        for pair, person in zip(pairs, leaving, strict=True)
        for step in (act(pool, place_matches, [pair], NOW), act(pool, follow_attendees, [person], NOW, {}))
    ]
    await asyncio.gather(*both)
    assert {session.state for session in await all_sessions(pool, at)} == {State.CANCELLED}


async def test_an_older_state_of_an_attendee_does_not_undo_a_newer_one(pool):
    at, _ = await ready(pool)
    late = match(at.id)
    person = late.attendee_ids[0]
    await act(pool, follow_attendees, [Attendee(person, at.id, True, 5)], NOW, {})
    await act(pool, follow_attendees, [Attendee(person, at.id, False, 4)], NOW, {})
    assert await act(pool, Store.cancelled_among, [person]) == {person}
    await act(pool, follow_attendees, [Attendee(person, at.id, False, 6)], NOW, {})
    assert await act(pool, Store.cancelled_among, [person]) == set()


async def test_a_match_cancelled_before_it_was_made_is_never_scheduled(pool):
    at, _ = await ready(pool)
    backwards = match(at.id)
    await act(pool, cancel_matches, [backwards], NOW)
    await act(pool, place_matches, [backwards], NOW)
    assert [s.state for s in await all_sessions(pool, at)] == [State.CANCELLED]


async def test_a_moved_session_leaves_its_old_spot_to_others_and_raises_the_calendar_sequence(pool):
    at, (foyer,) = await ready(pool)
    first = match(at.id)
    await act(pool, place_matches, [first], NOW)
    later = between(12, "15:00", "15:30")
    moved = await act(pool, move_session, first.id, first.attendee_ids[0], foyer.id, later, NOW)
    assert (moved.during, moved.calendar_sequence, moved.version) == (later, 1, 2)
    second = match(at.id, *first.attendee_ids)
    await act(pool, place_matches, [second], NOW)
    times = {s.id: s.during for s in await all_sessions(pool, at)}
    assert times == {first.id: later, second.id: between(11, "09:00", "09:30")}


async def test_a_session_cannot_be_moved_to_a_spot_somebody_took_since_it_was_offered(pool):
    at, (foyer,) = await ready(pool)
    one, other = match(at.id), match(at.id)
    await act(pool, place_matches, [one, other], NOW)
    with pytest.raises(Conflict, match="Foyer is closed or full then; ask for new offers"):
        await act(pool, move_session, other.id, None, foyer.id, between(11, "09:00", "09:30"), NOW)
    assert {s.version for s in await all_sessions(pool, at)} == {1}


async def test_what_was_said_of_ones_days_is_told_again_and_of_nobody_else(pool):
    here, mine, other = uuid4(), uuid4(), uuid4()
    wishes = Wishes(15, 2, True, False, ("t1",))
    free = [between(11, "09:00", "10:00"), between(11, "12:00", "13:00")]
    async with pool.acquire() as tx, tx.transaction():
        await Store(tx).replace_availability(here, mine, free)
        await Store(tx).replace_wishes(here, mine, wishes)
        assert await availability(tx, here, mine) == (free, wishes)
        assert await availability(tx, here, other) == ([], Wishes())
        assert await availability(tx, other, mine) == ([], Wishes())


async def test_availability_is_kept_to_and_given_up_when_withdrawn(pool):
    at, _ = await ready(pool)
    one = match(at.id)
    halves = [between(12, "15:00", "15:20"), between(12, "15:20", "15:40")]
    await act(pool, set_availability, at.id, one.attendee_ids[0], halves, NOW)
    await act(pool, place_matches, [one], NOW)
    await act(pool, set_availability, at.id, one.attendee_ids[0], [], NOW)
    again = match(at.id, *one.attendee_ids)
    await act(pool, place_matches, [again], NOW)
    times = {s.id: s.during for s in await all_sessions(pool, at)}
    assert times == {one.id: between(12, "15:00", "15:30"), again.id: between(11, "09:00", "09:30")}


async def test_speakers_are_not_asked_to_meet_during_their_talk(pool):
    at, _ = await ready(pool)
    one = match(at.id)
    talk = Talk("t1", "Keynote", "Hall", between(11, "08:30", "12:00"), (uuid4(), one.attendee_ids[1]))
    assert await act(pool, set_talks, at.id, [talk], NOW) == []
    await act(pool, place_matches, [one], NOW)
    await act(pool, set_talks, at.id, [], NOW)
    again = match(at.id, *one.attendee_ids)
    await act(pool, place_matches, [again], NOW)
    times = {s.id: s.during for s in await all_sessions(pool, at)}
    # Soon before the other one, so that no gap is left.
    assert times == {one.id: between(11, "12:00", "12:30"), again.id: between(11, "11:00", "11:30")}


async def test_a_place_with_sessions_cannot_be_left_out_nor_lose_their_tables(pool):
    at, (foyer,) = await ready(pool, row(capacity=2))
    one, other = match(at.id), match(at.id)
    await act(pool, place_matches, [one, other], NOW)
    with pytest.raises(Conflict, match="no room for 2 of its sessions; keep it as it is, move or cancel"):
        await act(pool, set_venue, at.id, [row("Garden")], NOW)
    with pytest.raises(Conflict, match="Foyer would have no room for 1 of its sessions; keep it"):
        await act(pool, set_venue, at.id, [row(capacity=1)], NOW)
    for session in await all_sessions(pool, at):
        await act(pool, cancel_session, session.id, None, "the foyer is being painted", NOW)
    (garden,) = (await act(pool, set_venue, at.id, [row("Garden")], NOW)).places
    assert await act(pool, Store.places, at.id) == [garden]


async def test_a_place_keeps_its_id_when_the_venue_is_given_again(pool):
    at, (foyer,) = await ready(pool)
    again, _ = (await act(pool, set_venue, at.id, [row(seats=6), row("Garden")], NOW)).places
    assert again == replace(foyer, seats=6)


async def test_a_place_that_is_open_in_the_night_by_its_own_clock_comes_back_as_it_was(pool):
    at, (bar,) = await ready(pool, row("Bar", opens="18:00", closes="02:00", time_zone="Europe/London"))
    assert (bar.closes, bar.time_zone) == (time(2), "Europe/London")
    assert await act(pool, Store.places, at.id) == [bar]


async def test_sessions_are_listed_page_by_page_and_by_person(pool):
    at, _ = await ready(pool)
    popular = uuid4()
    await act(pool, place_matches, [match(at.id, popular, uuid4()) for _ in range(3)], NOW)
    await act(pool, place_matches, [match(at.id) for _ in range(2)], NOW)
    everybody = await all_sessions(pool, at)
    page, after = await act(pool, list_sessions, at.id, None, None, 3)
    rest, end = await act(pool, list_sessions, at.id, None, after, 3)
    assert [*page, *rest] == sorted(everybody, key=lambda session: session.id)
    assert (len(page), len(rest), end) == (3, 2, None)
    mine, _ = await act(pool, list_sessions, at.id, popular, None, 0)
    assert {s.id for s in mine} == {s.id for s in everybody if popular in s.attendee_ids}


async def test_a_stored_session_comes_back_as_it_was(pool):
    at, (foyer,) = await ready(pool)
    people = tuple(sorted((uuid4(), uuid4(), uuid4())))
    during = between(11, "10:00", "10:30")
    one = Session(uuid4(), at.id, people, "table", State.SCHEDULED, 4, 2, "", foyer.id, "Foyer", 1, during)
    await act(pool, Store.save, one)
    assert await act(pool, Store.session, one.id) == one


async def test_every_event_carries_the_state_after_the_change(pool):
    at, _ = await ready(pool)
    one = match(at.id)
    await act(pool, place_matches, [one], NOW)
    await act(pool, cancel_session, one.id, one.attendee_ids[0], "", NOW)
    payload = await pool.fetchval("select payload from outbox order by position desc limit 1")
    told = events.SessionCancelled.FromString(payload).session
    assert (told.id, told.reason, told.calendar_sequence) == (str(one.id), "it was called off", 1)
    assert told.during.starts_at.seconds == int(between(11, "09:00", "09:30").starts_at.timestamp())


async def told(pool, session_id):
    """(event type, reason) of a session, in order."""
    rows = await pool.fetch("select type, payload from outbox where key = $1 order by position", str(session_id))
    kinds = [row["type"].rsplit(".")[-1] for row in rows]
    return [
        (kind, getattr(events, kind).FromString(row["payload"]).session.reason)
        for kind, row in zip(kinds, rows, strict=True)
    ]


async def test_people_whose_place_closes_are_asked_to_choose_and_nobody_chooses_for_them(pool):
    at, _ = await ready(pool, row("Foyer"), row("Garden", seats=6))
    one, other = match(at.id), match(at.id)
    await act(pool, place_matches, [one, other], NOW)
    venue = await act(pool, set_venue, at.id, [row("Garden", seats=6)], NOW, (), True)
    assert len(venue.changes) == 1
    lost = await act(pool, Store.session, one.id)
    assert (lost.state, lost.asked, lost.calendar_sequence) == (State.UNPLACED, True, 1)
    assert lost.during == between(11, "09:00", "09:30")  # what calendars take out
    words = "Foyer is not there then any more; Garden on Tuesday at 09:30 suits everybody: choose it or another time"
    assert (await told(pool, one.id))[1:] == [("SessionUnplaced", words)]
    assert len(await told(pool, other.id)) == 1  # the smallest change: whoever keeps a place hears nothing
    while await retry(pool, NOW + timedelta(minutes=5)):
        pass
    assert await act(pool, Store.session, one.id) == lost
    first, *_ = await act(pool, offer_slots, one.id, 0, NOW)
    assert (first.place.name, first.during) == ("Garden", between(11, "09:30", "10:00"))
    back = await act(pool, move_session, one.id, one.attendee_ids[0], first.place.id, first.during, NOW)
    assert (back.state, back.asked, back.calendar_sequence) == (State.SCHEDULED, False, 2)
    assert (await told(pool, one.id))[-1] == ("SessionMoved", "one of you chose this time and place")


async def test_the_same_time_at_another_place_is_the_nearest_spot(pool):
    at, _ = await ready(pool, row("Foyer"), row("Garden", seats=6))
    one = match(at.id)
    await act(pool, place_matches, [one], NOW)
    await act(pool, set_venue, at.id, [row("Foyer", opens="10:00"), row("Garden", seats=6)], NOW, (), True)
    words = "Foyer is not there then any more; Garden at the same time suits everybody: choose it or another time"
    assert (await told(pool, one.id))[-1] == ("SessionUnplaced", words)


async def test_two_sessions_that_lose_their_place_are_shown_different_spots(pool):
    at, _ = await ready(pool, row("Foyer", capacity=2), row("Garden", seats=6))
    one, other = match(at.id), match(at.id)
    await act(pool, place_matches, [one, other], NOW)
    await act(pool, set_venue, at.id, [row("Garden", seats=6)], NOW, (), True)
    reasons = {(await told(pool, session.id))[-1][1] for session in (one, other)}
    assert {reason.split("; ")[1].split(" suits")[0] for reason in reasons} == {
        "Garden at the same time",
        "Garden on Tuesday at 09:30",
    }


async def test_a_lost_table_is_replaced_by_a_free_one_of_the_same_place_in_silence(pool):
    at, _ = await ready(pool, row(capacity=2))
    one, other = match(at.id), match(at.id)
    await act(pool, place_matches, [one, other], NOW)
    await act(pool, cancel_session, one.id, None, "", NOW)
    venue = await act(pool, set_venue, at.id, [row(capacity=1)], NOW, (), True)
    assert venue.changes == []
    kept = await act(pool, Store.session, other.id)
    assert (kept.state, kept.table_no, kept.version) == (State.SCHEDULED, 1, 1)
    assert kept.during == between(11, "09:00", "09:30")
    assert len(await told(pool, other.id)) == 1


async def test_who_lost_the_last_place_is_asked_once_there_is_another_one(pool):
    at, _ = await ready(pool, row())
    one = match(at.id)
    await act(pool, place_matches, [one], NOW)
    await act(pool, set_venue, at.id, [row(formats=("lunch",))], NOW, (), True)
    await retry(pool, NOW)
    words = "Foyer is not there then any more; no place for coffee"
    assert (await told(pool, one.id))[1] == ("SessionUnplaced", words)
    await act(pool, set_venue, at.id, [row(formats=("lunch",)), row("Garden")], NOW)
    await retry(pool, NOW)
    session = await act(pool, Store.session, one.id)
    assert (session.state, session.asked) == (State.UNPLACED, True)
    assert session.reason.endswith("Garden at the same time suits everybody: choose it or another time")


async def test_a_talk_that_moves_onto_a_session_leaves_it_there_and_asks_its_people(pool):
    at, _ = await ready(pool)
    one = match(at.id)
    await act(pool, place_matches, [one], NOW)
    talk = Talk("t1", "Keynote", "Hall", between(11, "09:00", "09:45"), (one.attendee_ids[1],))
    for _ in range(2):  # the second time nothing is new
        await act(pool, set_talks, at.id, [talk], NOW)
    clash = await act(pool, Store.session, one.id)
    assert (clash.state, clash.asked, clash.during) == (State.SCHEDULED, True, between(11, "09:00", "09:30"))
    words = "a talk of one of you is at the same time now; Foyer on Tuesday at 09:45 suits everybody: choose it or "
    assert (await told(pool, one.id))[1:] == [("SessionClashed", words + "another time")]
    await act(pool, set_talks, at.id, [replace(talk, during=between(12, "09:00", "09:45"))], NOW)
    again = await act(pool, Store.session, one.id)
    assert (again.state, again.asked, again.calendar_sequence) == (State.SCHEDULED, False, 0)
    last = ("SessionScheduled", "no talk is in the way any more: it stays where it was")
    assert (await told(pool, one.id))[2:] == [last]


async def test_what_is_left_of_a_missed_session_is_for_others(pool):
    at, _ = await ready(pool, row(opens="11:30", closes="12:30"))
    late = match(at.id, format="lunch")
    await act(pool, place_matches, [late], NOW)
    waiting = match(at.id, *late.attendee_ids)  # a coffee of the same people
    halfway = between(11, "11:45", "12:00")
    await act(pool, record_outcome, late.id, None, State.MISSED, halfway.starts_at)
    await act(pool, place_matches, [waiting], between(11, "11:30", "11:31").starts_at)
    assert (await act(pool, Store.session, waiting.id)).during == between(11, "12:00", "12:30")


async def test_wishes_are_kept_to_and_stay_when_only_times_are_given(pool):
    at, _ = await ready(pool, row("Loud", seats=2), row("Library", seats=4, quiet=True, step_free=True))
    ana = uuid4()
    wishes = Wishes(break_minutes=60, most_a_day=2, quiet=True, step_free=True, starred=("t1",))
    await act(pool, set_availability, at.id, ana, [], NOW, wishes)
    await act(pool, set_availability, at.id, ana, [between(11, "09:00", "18:00"), between(12, "09:00", "18:00")], NOW)
    talk = Talk("t1", "Keynote", "Hall", between(11, "09:00", "10:00"), ())
    await act(pool, set_talks, at.id, [talk], NOW)
    await act(pool, place_matches, [match(at.id, ana, uuid4()) for _ in range(3)], NOW)
    found = sorted(((s.during, s.place_name) for s in await all_sessions(pool, at)), key=lambda one: one[0].starts_at)
    assert found == [
        (between(11, "10:00", "10:30"), "Library"),
        (between(11, "11:30", "12:00"), "Library"),
        (between(12, "09:00", "09:30"), "Library"),
    ]


async def test_travel_between_buildings_is_left_and_closed_times_are_kept(pool):
    at = conference()
    await act(pool, follow_conferences, [at], NOW)
    closed = (between(11, "09:30", "11:00"),)
    annex = row("Annex", formats=("table",), building="A")
    rows = [annex, row("Main", formats=("coffee",), building="M", closed=closed)]
    await act(pool, set_venue, at.id, rows, NOW, [Travel("M", "A", 20)])
    ana = uuid4()
    await act(pool, place_matches, [match(at.id, ana, uuid4(), format="table")], NOW)
    await act(pool, place_matches, [match(at.id, ana, uuid4())], NOW)
    found = {s.place_name: s.during for s in await all_sessions(pool, at)}
    assert found == {"Annex": between(11, "09:00", "09:45"), "Main": between(11, "11:00", "11:30")}
    await act(pool, set_venue, at.id, [rows[0], replace(rows[1], closed=())], NOW)
    await act(pool, place_matches, [match(at.id, ana, uuid4())], NOW)
    times = sorted(s.during.starts_at for s in await all_sessions(pool, at))
    assert times[1] == between(11, "10:15", "10:45").starts_at  # 09:45 and twenty minutes is 10:05


async def test_a_placement_takes_as_many_statements_at_a_large_conference_as_at_a_small_one(pool):
    at, _ = await ready(pool, row(capacity=200))

    async def statements():
        asked = []
        async with pool.acquire() as tx:
            with tx.query_logger(lambda record: asked.append(record.query)):
                async with tx.transaction():
                    await place_matches(Store(tx), [match(at.id)], NOW)
        return len(asked)

    await statements()  # a fresh connection asks for the types it meets
    few = await statements()
    await act(pool, place_matches, [match(at.id) for _ in range(300)], NOW)
    assert await statements() == few == 15


async def test_a_venue_that_is_kept_is_never_one_that_was_changed_or_taken_back(pool):
    at, _ = await ready(pool, row("Foyer"))
    await act(pool, place_matches, [match(at.id)], NOW)  # keeps the venue

    async def names():
        model = await act(pool, Store.load_model, at.id, [], NOW)
        return [place.name for place in model.places]

    with pytest.raises(RuntimeError):
        async with pool.acquire() as tx, tx.transaction():
            await set_venue(Store(tx), at.id, [row("Foyer"), row("Attic")], NOW)
            assert len((await Store(tx).load_model(at.id, [], NOW)).places) == 2
            raise RuntimeError
    assert await names() == ["Foyer"]
    await act(pool, set_venue, at.id, [row("Foyer"), row("Cellar")], NOW)
    assert await names() == ["Cellar", "Foyer"]
    await act(pool, set_venue, at.id, [row("Foyer"), row("Cellar")], NOW, [Travel("a", "b", 7)])
    model = await act(pool, Store.load_model, at.id, [], NOW)
    assert model.way("a", "b") == timedelta(minutes=7)
