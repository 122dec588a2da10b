"""A match's whole way on the real stack: scheduled, moved, its place closed, rehomed, frozen, held; all of it told."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from hallway.scheduling.v1 import scheduling_pb2 as pb
from hallway.scheduling.v1 import service_pb2 as service

from services.kit.errors import Conflict
from tests.scheduling import between
from tests.scheduling_service import Running, conference, foyer, interval, made, open_conference, run


@pytest.fixture
async def running(database, kafka_settings) -> AsyncIterator[Running]:
    async with run(await database("scheduling"), kafka_settings) as service:
        yield service


async def test_from_match_to_held_by_way_of_a_move_and_a_closed_place(running):
    await open_conference(running, foyer(), foyer(name="Hall"))
    match, ada, ben = str(uuid4()), str(uuid4()), str(uuid4())
    await running.publish(match, 1, made(match, running.conference, ada, ben))
    scheduled = await running.reaches(match, pb.SESSION_STATE_SCHEDULED)
    assert (scheduled.place_name, scheduled.during) == ("Foyer", interval(11, "09:00", "09:30"))

    await _moves_to(running, match, ada, interval(11, "10:00", "10:30"))
    await _closes(running, preview=True)  # the organizer looks first, and nothing happens
    assert (await running.session(match)).state == pb.SESSION_STATE_SCHEDULED
    lost = await _closes(running, preview=False)
    assert (lost.id, lost.state, lost.during) == (match, pb.SESSION_STATE_UNPLACED, interval(11, "10:00", "10:30"))
    assert lost.reason.endswith("Hall at the same time suits everybody: choose it or another time")

    await _moves_to(running, match, ben, interval(11, "10:00", "10:30"))
    rehomed = await running.session(match)
    assert (rehomed.state, rehomed.place_name, rehomed.calendar_sequence) == (pb.SESSION_STATE_SCHEDULED, "Hall", 3)

    await running.call("FreezePlan", service.FreezePlanRequest(conference_id=running.conference, frozen=True))
    with pytest.raises(Conflict, match="the plan is frozen"):
        await _moves_to(running, match, ben, interval(11, "11:00", "11:30"))
    running.now = between(11, "10:20", "10:30").starts_at
    outcome = service.RecordOutcomeRequest(session_id=match, attendee_id=ada, outcome=service.OUTCOME_HELD)
    assert (await running.call("RecordOutcome", outcome)).state == pb.SESSION_STATE_HELD

    told = [(name, sequence, s.place_name, s.calendar_sequence) for name, sequence, s in await running.hears(5)]
    assert told == [
        ("SessionScheduled", 1, "Foyer", 0),
        ("SessionMoved", 2, "Foyer", 1),
        ("SessionUnplaced", 3, "Foyer", 2),
        ("SessionMoved", 4, "Hall", 3),
        ("SessionHeld", 5, "Hall", 3),
    ]
    history = await running.call("ListVersions", service.ListVersionsRequest(session_id=match))
    assert [(v.version, v.state) for v in history.versions] == [
        (1, pb.SESSION_STATE_SCHEDULED),
        (2, pb.SESSION_STATE_SCHEDULED),
        (3, pb.SESSION_STATE_UNPLACED),
        (4, pb.SESSION_STATE_SCHEDULED),
        (5, pb.SESSION_STATE_HELD),
    ]


async def test_matches_that_waited_for_a_venue_are_planned_together(running):
    """The first could meet at any time; the second only at the very first one, which the first would have taken."""
    await running.publish(running.conference, 1, conference(running.conference))
    ada, ben, cy = (str(uuid4()) for _ in range(3))
    free = service.SetAvailabilityRequest(
        conference_id=running.conference, attendee_id=cy, free=[interval(11, "09:00", "09:30")]
    )
    await running.call("SetAvailability", free)
    easy, hard = str(uuid4()), str(uuid4())
    for match, other in ((easy, ben), (hard, cy)):
        await running.publish(match, 1, made(match, running.conference, ada, other))
        await running.reaches(match, pb.SESSION_STATE_UNPLACED)
    await running.call("SetVenue", service.SetVenueRequest(conference_id=running.conference, places=[foyer()]))
    first = await running.reaches(hard, pb.SESSION_STATE_SCHEDULED)
    second = await running.reaches(easy, pb.SESSION_STATE_SCHEDULED)
    assert (first.during, second.during) == (interval(11, "09:00", "09:30"), interval(11, "09:45", "10:15"))
    told = [(name, session.id) for name, _, session in await running.hears(4)]
    assert sorted(told[2:]) == sorted([("SessionScheduled", easy), ("SessionScheduled", hard)])


async def _moves_to(running: Running, match: str, by: str, during: pb.Interval) -> None:
    """Asks for offers and takes the one at that time."""
    offers = (await running.call("OfferSlots", service.OfferSlotsRequest(session_id=match, limit=20))).offers
    offer = next(offer for offer in offers if offer.during == during)
    await running.call("MoveSession", service.MoveSessionRequest(session_id=match, attendee_id=by, offer=offer))


async def _closes(running: Running, preview: bool) -> pb.Session:
    """The foyer is closed from ten to eleven; what becomes of the only session."""
    closed = foyer(closed=[interval(11, "10:00", "11:00")])
    request = service.SetVenueRequest(
        conference_id=running.conference, places=[closed, foyer(name="Hall")], rehome=True, preview=preview
    )
    (session,) = (await running.call("SetVenue", request)).sessions
    return session
