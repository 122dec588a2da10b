"""How a conference's picture becomes suggestions with reasons, and which events can never be taken."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import log
from typing import Any
from uuid import UUID

import pytest
from hallway.attendee.v1 import attendee_pb2 as pb
from hallway.attendee.v1 import events_pb2 as told
from numba.core.dispatcher import Dispatcher

from services.kit.envelope import Event
from services.kit.errors import Poison
from services.matchmaking.api import kafka
from services.matchmaking.domain.evidence import evidence
from services.matchmaking.domain.facts import TieCount
from services.matchmaking.domain.suggestion import Evidence, Route, Suggestion
from services.matchmaking.engine import graph
from services.matchmaking.handlers.plan import warm_up
from services.matchmaking.handlers.ports import Seeker
from services.matchmaking.handlers.reasons import give_reasons
from tests.matchmaking import NOW, source, suggestion
from tests.pictures import HERE, World

LIST = UUID(int=101)
ADA, BOB, CYD = (UUID(int=n) for n in (1, 2, 3))
REPLIES = (TieCount(LIST, "reply", "2027-01", 2, 1),)


def seeker(id: UUID, budget: int = 2, holds: int = 0, interests: tuple[str, ...] = ()) -> Seeker:
    return Seeker(id, budget, holds, interests, ())


def test_a_tie_becomes_a_suggestion_with_its_reason():
    world = World([seeker(ADA), seeker(BOB)], {(ADA, BOB): REPLIES}, {LIST: source(LIST, HERE)})
    (made,) = world.reasoned().new
    assert (made.attendee_ids, made.route, made.format) == ((ADA, BOB), Route.TIE, "coffee")
    assert made.evidence == (Evidence(LIST, "the list", "reply", 2, 1, "2027-01", "2027-01"),)
    assert made.expires_at == NOW + timedelta(hours=72)


def test_a_shared_interest_is_named_and_a_common_friend_is_not():
    given = World(
        [seeker(ADA, interests=("tea",)), seeker(BOB, budget=0), seeker(CYD, interests=("tea",))],
        {(ADA, BOB): REPLIES, (BOB, CYD): REPLIES},
    )
    (friend,) = given.reasoned().new
    assert (friend.attendee_ids, friend.route, friend.evidence) == ((ADA, CYD), Route.FRIEND_OF_FRIEND, ())
    (interest,) = replace(given, ties={}).reasoned().new
    assert (interest.route, interest.evidence) == (Route.SHARED_INTEREST, (Evidence(interest="tea"),))


def test_a_tie_between_people_of_one_interest_says_so_too_naming_the_rarest():
    both, others = ("tea", "zines"), ("tea",)
    given = World(
        [seeker(ADA, interests=both), seeker(BOB, interests=both), seeker(CYD, interests=others)],
        {(ADA, BOB): REPLIES},
        {LIST: source(LIST, HERE)},
    )
    made = given.reasoned().new[0]
    assert (made.route, made.evidence[1:]) == (Route.TIE, (Evidence(interest="zines"),))


def test_people_whose_common_friend_each_of_them_met_are_friends_of_a_friend():
    given = World([seeker(ADA), seeker(BOB, budget=0), seeker(CYD)], met=[(ADA, BOB), (BOB, CYD)])
    (friend,) = given.reasoned().new
    assert (friend.attendee_ids, friend.route, friend.evidence) == ((ADA, CYD), Route.FRIEND_OF_FRIEND, ())


def test_what_is_said_of_an_open_suggestion_follows_interests_but_not_a_pause():
    said = (*evidence(REPLIES, {LIST: source(LIST, HERE)}), Evidence(interest="tea"))
    old = replace(suggestion(HERE, (ADA, BOB)), evidence=said)
    both = (seeker(ADA, interests=("tea",)), seeker(BOB, interests=("tea",)))
    world = World(both, {(ADA, BOB): REPLIES}, {LIST: source(LIST, HERE)}, open_on_ties=[old])
    assert world.reasoned().changed == {}
    assert replace(world, seekers=both[:1]).reasoned().changed == {}
    assert replace(world, seekers=[both[0], seeker(BOB)]).reasoned().changed == {old.id: said[:1]}
    withdrawn = {LIST: replace(source(LIST, HERE), withdrawn=True)}
    assert replace(world, seekers=both[:1], sources=withdrawn).reasoned().changed == {old.id: said[1:]}


def test_what_somebody_holds_leaves_that_much_less_room():
    ties = {(ADA, BOB): REPLIES}
    assert World([seeker(ADA, budget=2, holds=2), seeker(BOB)], ties).plan().new == []
    # A budget lowered below what is held takes nothing away.
    assert World([seeker(ADA, budget=1, holds=2), seeker(BOB)], ties).plan().new == []


def test_ties_and_spent_pairs_of_people_who_seek_nothing_do_no_harm():
    assert World([seeker(ADA)], {(ADA, BOB): REPLIES}, spent=[(BOB, CYD)]).plan().new == []


def test_a_tie_that_is_gone_when_suggestions_are_written_is_not_suggested():
    world = World([seeker(ADA), seeker(BOB)], {(ADA, BOB): REPLIES})
    assert give_reasons(world.plan().new, world.seekers, replace(world, ties={}).grounds()).new == []


def test_what_rested_on_a_source_that_is_gone_meanwhile_is_not_learned_from():
    world = World([seeker(ADA), seeker(BOB)], {(ADA, BOB): REPLIES})
    (there,), (gone,) = world.reasoned().new, replace(world, hidden=True).reasoned().new
    assert there.signals == pytest.approx((log(4), 0, 0, 0))
    assert gone.signals is None


def test_only_open_suggestions_whose_reasons_changed_are_refreshed():
    known = (Evidence(LIST, "the list", "reply", 2, 1, "2027-01", "2027-01"),)
    same: Suggestion = replace(suggestion(HERE, (ADA, BOB)), evidence=known)
    old = suggestion(HERE, (ADA, BOB))
    world = World((), {(ADA, BOB): REPLIES}, {LIST: source(LIST, HERE)}, open_on_ties=[same, old])
    assert world.reasoned().changed == {old.id: known}


def event(message: Any) -> Event:
    return Event(UUID(int=1), message.DESCRIPTOR.full_name, "k", 1, datetime(2027, 1, 1, tzinfo=UTC), message)


@pytest.mark.parametrize(
    ("handler", "message", "reason"),
    [
        (
            kafka.on_conferences,
            told.ConferenceCreated(conference=pb.Conference(id=str(HERE), time_zone="Mars/Base", ends_on="2027-05-12")),
            "last day or time zone",
        ),
        (
            kafka.on_conferences,
            told.ConferenceCreated(conference=pb.Conference(id="x", time_zone="UTC", ends_on="2027-05-12")),
            "not a UUID",
        ),
        (kafka.on_attendees, told.AttendeeJoined(attendee=pb.Attendee(id=str(ADA), state=99)), "state 99"),  # type: ignore[arg-type]
        (
            kafka.on_ties,
            told.TieChanged(tie=pb.Tie(id=str(HERE), conference_id=str(HERE), a=str(BOB), b=str(ADA))),
            "not in order",
        ),
    ],
)
async def test_an_event_that_makes_no_sense_is_poison(handler: Any, message: Any, reason: str):
    with pytest.raises(Poison, match=reason):
        await handler(None, [event(message)])


def test_warming_up_runs_all_that_is_compiled(monkeypatch: pytest.MonkeyPatch):
    compiled = {name for name, value in vars(graph).items() if isinstance(value, Dispatcher)}
    ran: set[str] = set()

    def recorded(name: str, function: Any) -> Any:
        def call(*arguments: Any) -> Any:
            ran.add(name)
            return function(*arguments)

        return call

    for name in compiled - {"_at"}:  # called by compiled code alone
        monkeypatch.setattr(graph, name, recorded(name, getattr(graph, name)))
    warm_up()
    assert ran == compiled - {"_at"} != set()
