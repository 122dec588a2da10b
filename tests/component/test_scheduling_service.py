"""The scheduling service and its worker as they run: events in by Kafka, commands by gRPC, events out by Kafka."""

from collections.abc import AsyncIterator
from functools import partial
from uuid import uuid4

import pytest
from hallway.attendee.v1 import attendee_pb2 as attendees
from hallway.attendee.v1 import events_pb2 as attendee_events
from hallway.matchmaking.v1 import events_pb2 as match_events
from hallway.scheduling.v1 import scheduling_pb2 as pb
from hallway.scheduling.v1 import service_pb2 as service

from services.kit.errors import Conflict, Forbidden, Invalid, NotFound
from services.kit.ids import new_id
from tests.conftest import eventually
from tests.scheduling import between
from tests.scheduling_service import Running, foyer, interval, made, open_conference, person, run


@pytest.fixture
async def running(database, kafka_settings) -> AsyncIterator[Running]:
    async with run(await database("scheduling"), kafka_settings) as service:
        yield service


async def test_a_match_told_early_and_twice_becomes_one_session(running):
    match, people = str(uuid4()), (str(uuid4()), str(uuid4()))
    event = made(match, running.conference, *people)
    same = new_id()
    await running.publish(match, 1, event, id=same)
    await running.publish(match, 1, event, id=same)  # a redelivery
    await running.publish(match, 1, event)  # the same match in another event
    await running.reaches(match, pb.SESSION_STATE_UNPLACED)
    await open_conference(running)
    session = await running.reaches(match, pb.SESSION_STATE_SCHEDULED)
    assert session.during == interval(11, "09:00", "09:30")
    why = "the first time both are free and a place is"
    assert (session.place_name, set(session.attendee_ids), session.reason) == ("Foyer", set(people), why)
    await running.publish(match, 1, event)
    last = str(uuid4())  # with the same key, so that it is handled after all of the above
    await running.publish(match, 1, made(last, running.conference, str(uuid4()), str(uuid4())))
    await running.reaches(last, pb.SESSION_STATE_SCHEDULED)
    told = await running.hears(await running.pool.fetchval("select count(*) from outbox"))
    about = [(name, sequence) for name, sequence, session in told if session.id == match]
    assert about[0] == ("SessionUnplaced", 1)
    assert about[-1] == ("SessionScheduled", len(about))
    assert [name for name, _ in about].count("SessionScheduled") == 1


async def test_a_cancelled_registration_frees_the_session_and_the_next_in_line_gets_its_table(running):
    await open_conference(running, foyer(opens="09:00", closes="09:30", formats=["coffee"]))
    days = [str(uuid4()), str(uuid4())]  # the foyer has one coffee slot on each of the two days
    ada, waiting = str(uuid4()), str(uuid4())
    for match in days:
        await running.publish(match, 1, made(match, running.conference, ada, str(uuid4())))
        await running.reaches(match, pb.SESSION_STATE_SCHEDULED)
    await running.publish(waiting, 1, made(waiting, running.conference, str(uuid4()), str(uuid4())))
    unplaced = await running.reaches(waiting, pb.SESSION_STATE_UNPLACED)
    subject = "no open place with a free table for coffee when both are free"
    assert unplaced.reason == f"{subject}: the tables are taken; another table would help"
    gone = person(ada, running.conference, attendees.ATTENDEE_STATE_CANCELLED)
    await running.publish(ada, 2, attendee_events.AttendeeCancelled(attendee=gone))
    for match in days:
        cancelled = await running.reaches(match, pb.SESSION_STATE_CANCELLED)
        assert cancelled.reason == "somebody's registration was cancelled"
    placed = await running.reaches(waiting, pb.SESSION_STATE_SCHEDULED)
    assert placed.during == interval(11, "09:00", "09:30")


async def test_a_match_cancelled_after_it_was_scheduled_is_cancelled_for_calendars_too(running):
    await open_conference(running)
    match = str(uuid4())
    event = made(match, running.conference, str(uuid4()), str(uuid4()))
    await running.publish(match, 1, event)
    await running.reaches(match, pb.SESSION_STATE_SCHEDULED)
    await running.publish(match, 2, match_events.MatchCancelled(match=event.match))
    cancelled = await running.reaches(match, pb.SESSION_STATE_CANCELLED)
    assert (cancelled.calendar_sequence, cancelled.reason) == (1, "it was called off")


async def test_people_move_cancel_and_report_a_session(running):
    (place,) = await open_conference(running)
    match, ada, ben = str(uuid4()), str(uuid4()), str(uuid4())
    await running.publish(match, 1, made(match, running.conference, ada, ben))
    await running.reaches(match, pb.SESSION_STATE_SCHEDULED)
    free = service.SetAvailabilityRequest(
        conference_id=running.conference, attendee_id=ben, free=[interval(12, "10:00", "11:00")]
    )
    await running.call("SetAvailability", free)
    stays = await running.session(match)
    assert stays.during == interval(11, "09:00", "09:30")  # what was accepted is never moved without asking
    offers = (await running.call("OfferSlots", service.OfferSlotsRequest(session_id=match, limit=2))).offers
    assert [offer.during for offer in offers] == [interval(12, "10:00", "10:30"), interval(12, "10:15", "10:45")]
    assert {offer.place_id for offer in offers} == {place.id}
    move = service.MoveSessionRequest(session_id=match, attendee_id=ada, offer=offers[1])
    moved = await running.call("MoveSession", move)
    assert (moved.during, moved.calendar_sequence) == (interval(12, "10:15", "10:45"), 1)
    early = service.RecordOutcomeRequest(session_id=match, attendee_id=ada, outcome=service.OUTCOME_HELD)
    with pytest.raises(Conflict, match="has not begun"):
        await running.call("RecordOutcome", early)
    cancel = service.CancelSessionRequest(session_id=match, attendee_id=ben, reason="my train is late")
    cancelled = await running.call("CancelSession", cancel)
    assert (cancelled.state, cancelled.calendar_sequence) == (pb.SESSION_STATE_CANCELLED, 2)
    told = [(name, sequence, s.calendar_sequence) for name, sequence, s in await running.hears(3)]
    assert told == [("SessionScheduled", 1, 0), ("SessionMoved", 2, 1), ("SessionCancelled", 3, 2)]


async def test_people_who_are_here_are_offered_each_other_and_meet_at_once(running):
    await open_conference(running)
    ada, ben, match = (str(uuid4()) for _ in range(3))
    for one in (ada, ben):
        told = person(one, running.conference, attendees.ATTENDEE_STATE_REGISTERED)
        await running.publish(one, 1, attendee_events.AttendeeRegistered(attendee=told))
    await running.publish(match, 1, made(match, running.conference, ada, ben))
    await running.reaches(match, pb.SESSION_STATE_SCHEDULED)
    running.now = between(11, "08:55", "09:00").starts_at  # five minutes before the session that was planned
    here = {"conference_id": running.conference}
    for one in (ada, ben):
        await eventually(partial(_checks_in, running, one))
    request = service.OfferNowRequest(**here, attendee_id=ada, candidates=[ben])
    assert not (await running.call("OfferNow", request)).offers  # they meet in five minutes anyway
    await running.call("CancelSession", service.CancelSessionRequest(session_id=match))
    (offer,) = (await running.call("OfferNow", request)).offers
    assert (offer.session_id, list(offer.attendee_ids)) == ("", [ada, ben])
    assert (offer.offer.place_name, offer.offer.during) == ("Foyer", interval(11, "09:00", "09:30"))
    again = str(uuid4())
    await running.publish(again, 1, made(again, running.conference, ada, ben))
    assert (await running.reaches(again, pb.SESSION_STATE_SCHEDULED)).during == interval(11, "09:30", "10:00")
    (offer,) = (await running.call("OfferNow", request)).offers
    assert (offer.session_id, offer.offer.during) == (again, interval(11, "09:00", "09:30"))
    await running.call("CheckIn", service.CheckInRequest(**here, attendee_id=ben, gone=True))
    assert not (await running.call("OfferNow", request)).offers


async def _checks_in(running: Running, attendee_id: str) -> bool:
    """Once the service has heard of the registration."""
    request = service.CheckInRequest(conference_id=running.conference, attendee_id=attendee_id)
    try:
        await running.call("CheckIn", request)
    except NotFound:
        return False
    return True


async def test_strangers_and_wrong_requests_are_refused_with_the_field_to_mend(running):
    await open_conference(running)
    match = str(uuid4())
    await running.publish(match, 1, made(match, running.conference, str(uuid4()), str(uuid4())))
    await running.reaches(match, pb.SESSION_STATE_SCHEDULED)
    with pytest.raises(Forbidden):
        await running.call("CancelSession", service.CancelSessionRequest(session_id=match, attendee_id=str(uuid4())))
    with pytest.raises(NotFound):
        await running.session(str(uuid4()))
    with pytest.raises(Conflict, match="Foyer would have no room for 1 of its sessions"):
        await running.call("SetVenue", service.SetVenueRequest(conference_id=running.conference))
    backwards = service.SetVenueRequest(
        conference_id=running.conference, places=[foyer(), foyer(name="Hall", closes="08:00")]
    )
    with pytest.raises(Invalid) as refused:
        await running.call("SetVenue", backwards)
    assert [(p.field, p.row) for p in refused.value.problems] == [("places[1].closes", 1)]
    for request in (
        service.SetTalksRequest(conference_id=running.conference, talks=[pb.Talk(id="1", title="Keynote")]),
        service.SetTalksRequest(conference_id="conf"),
    ):
        with pytest.raises(Invalid):
            await running.call("SetTalks", request)
    assert (await running.session(match)).state == pb.SESSION_STATE_SCHEDULED


async def test_a_match_that_makes_no_sense_goes_to_the_dead_letters_and_the_next_is_placed(running):
    await open_conference(running)
    strange, good = str(uuid4()), str(uuid4())
    await running.publish(strange, 1, made(strange, running.conference, str(uuid4()), str(uuid4()), format="duel"))
    await running.publish(good, 1, made(good, running.conference, str(uuid4()), str(uuid4())))
    await running.reaches(good, pb.SESSION_STATE_SCHEDULED)

    async def buried() -> bool:
        return await running.pool.fetchval("select count(*) from dead_letter") == 1

    await eventually(buried)
    reason = await running.pool.fetchval("select reason from dead_letter")
    assert "its format is none of coffee, lunch, table, drink, walk, call" in reason
    assert "duel" not in reason  # what an event holds is for nobody's log
