"""The rules of scheduling: what a session may become, and what venues, talks and availability may say."""

from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from hallway.matchmaking.v1 import events_pb2 as match_events

from services.kit.clock import system_clock
from services.kit.errors import Conflict, Forbidden, Invalid
from services.scheduling.api.kafka import subscription
from services.scheduling.domain import session as rules
from services.scheduling.domain.formats import FORMATS, FormatRow, check_formats
from services.scheduling.domain.interval import Interval, merged
from services.scheduling.domain.programme import Talk, check_availability, check_talks
from services.scheduling.domain.session import Session, Spot, State
from services.scheduling.domain.venue import PlaceRow, check_venue
from tests.scheduling import NOW, between, match, place, row

DURING = between(11, "10:00", "10:30")


def scheduled() -> Session:
    return rules.scheduled(rules.begun(match(uuid4())), Spot(place(), 1, DURING)).session


def test_suggestions_are_not_even_heard_of_so_that_they_hold_no_slot():
    taken = {kind.DESCRIPTOR.name for kind in subscription(system_clock).handlers}
    suggestions = {name for name in match_events.DESCRIPTOR.message_types_by_name if name.startswith("Suggestion")}
    assert suggestions == {"SuggestionMade", "SuggestionWithdrawn", "SuggestionExpired"}
    assert not taken & suggestions


def test_a_person_named_twice_in_a_match_is_in_the_session_once():
    ada, ben = UUID(int=1), UUID(int=2)
    assert rules.begun(match(uuid4(), ben, ada, ben)).attendee_ids == (ada, ben)


def test_the_calendar_sequence_rises_with_moves_and_cancellation_only():
    one = scheduled()
    moved = rules.moved(one, Spot(place("Garden"), 1, between(11, "11:00", "11:30"))).session
    gone = rules.cancelled(moved, "rain").session
    assert [(s.calendar_sequence, s.version) for s in (one, moved, gone)] == [(0, 1), (1, 2), (2, 3)]
    waiting = rules.unplaced(rules.begun(match(uuid4())), "no place for coffee").session
    assert rules.cancelled(waiting, "rain").session.calendar_sequence == 0


def test_a_cancelled_session_keeps_its_time_so_that_calendars_can_take_it_out():
    gone = rules.cancelled(scheduled(), "").session
    assert (gone.during, gone.reason) == (DURING, "it was called off")


def test_only_its_people_and_organizers_may_change_a_session():
    one = scheduled()
    rules.check_member(one, None)
    rules.check_member(one, one.attendee_ids[0])
    with pytest.raises(Forbidden):
        rules.check_member(one, uuid4())


def test_a_session_that_has_begun_cannot_be_moved():
    rules.check_movable(scheduled(), None, NOW)
    with pytest.raises(Conflict, match="has begun"):
        rules.check_movable(scheduled(), None, DURING.starts_at)


@pytest.mark.parametrize("state", [State.CANCELLED, State.HELD, State.MISSED])
def test_only_a_session_that_is_to_come_can_be_moved(state):
    with pytest.raises(Conflict, match=f"the session is {state}; only one that is to come"):
        rules.check_movable(replace(scheduled(), state=state, during=None), None, NOW)


def test_the_first_report_of_an_outcome_decides():
    first = rules.concluded(scheduled(), State.MISSED, DURING.ends_at)
    assert first is not None
    assert (first.fact, first.session.state) == (rules.Fact.MISSED, State.MISSED)
    assert rules.concluded(first.session, State.HELD, DURING.ends_at) is None


def test_no_outcome_before_the_session_begins_nor_of_a_cancelled_one():
    with pytest.raises(Conflict, match="has not begun"):
        rules.concluded(scheduled(), State.HELD, NOW)
    with pytest.raises(Conflict, match="is cancelled"):
        rules.concluded(rules.cancelled(scheduled(), "").session, State.HELD, DURING.ends_at)


def test_what_was_held_cannot_be_cancelled():
    with pytest.raises(Conflict, match="was held"):
        rules.cancelled(replace(scheduled(), state=State.HELD), "")


@pytest.mark.parametrize("reason", ["x" * 501, "two\nlines", "nul\0"])
def test_a_reason_is_one_bounded_line(reason):
    with pytest.raises(Invalid):
        rules.cancelled(scheduled(), reason)


WRONG_PLACES = [
    (row(name=" "), "places[0].name"),
    (row(name="x" * 201), "places[0].name"),
    (row(name="Foy\0er"), "places[0].name"),
    (row(capacity=0), "places[0].capacity"),
    (row(capacity=501), "places[0].capacity"),
    (row(seats=1), "places[0].seats"),
    (row(formats=("duel",)), "places[0].formats"),
    (row(opens="9:00"), "places[0].opens"),
    (row(closes="24:00"), "places[0].closes"),
    (row(opens="18:00", closes="04:15"), "places[0].closes"),
    (row(time_zone="Berlin"), "places[0].time_zone"),
    (row(opens="09:00", closes="09:00"), "places[0].closes"),
]


@pytest.mark.parametrize(("wrong", "field"), WRONG_PLACES)
def test_a_wrong_place_is_refused_and_its_field_named(wrong: PlaceRow, field: str):
    with pytest.raises(Invalid) as refused:
        check_venue([wrong], FORMATS)
    assert [problem.field for problem in refused.value.problems] == [field]


def test_all_problems_of_a_venue_are_told_at_once_with_their_rows():
    with pytest.raises(Invalid) as refused:
        check_venue([row(), row("Hall", capacity=0, seats=0), row("Foyer ")], FORMATS)
    found = [(problem.field, problem.row) for problem in refused.value.problems]
    assert found == [("places[1].capacity", 1), ("places[1].seats", 1), ("places[2].name", 2)]
    assert refused.value.problems[2].message == "'Foyer' is the name of places[0] already; give each place its own"


def test_a_venue_has_at_most_two_thousand_places():
    check_venue([row(str(number)) for number in range(2_000)], FORMATS)
    with pytest.raises(Invalid, match="2001 places are too many; give at most 2000"):
        check_venue([row(str(number)) for number in range(2_001)], FORMATS)


def talk(id: str = "t1", title: str = "Keynote", during: Interval = DURING, speakers: int = 1) -> Talk:
    return Talk(id, title, "Hall", during, tuple(uuid4() for _ in range(speakers)))


WRONG_TALKS = [
    (talk(id=""), "talks[0].id"),
    (talk(title="x" * 201), "talks[0].title"),
    (talk(during=between(11, "10:00", "10:00")), "talks[0].during.ends_at"),
    (talk(during=Interval(DURING.starts_at, DURING.starts_at.replace(day=13))), "talks[0].during.ends_at"),
    (talk(speakers=51), "talks[0].speaker_ids"),
]


@pytest.mark.parametrize(("wrong", "field"), WRONG_TALKS)
def test_a_wrong_talk_is_refused_and_its_field_named(wrong: Talk, field: str):
    with pytest.raises(Invalid) as refused:
        check_talks([wrong])
    assert [problem.field for problem in refused.value.problems] == [field]


def test_talks_have_ids_of_their_own_and_are_at_most_five_thousand():
    check_talks([talk(id=str(number)) for number in range(5_000)])
    with pytest.raises(Invalid, match=r"'t1' is the id of talks\[0\] already"):
        check_talks([talk(), talk()])
    with pytest.raises(Invalid, match="5001 talks are too many"):
        check_talks([talk()] * 5_001)


def test_free_time_runs_forwards_and_comes_in_at_most_two_hundred_pieces():
    check_availability([DURING] * 200)
    with pytest.raises(Invalid, match="201 intervals are too many"):
        check_availability([DURING] * 201)
    with pytest.raises(Invalid) as refused:
        check_availability([DURING, Interval(DURING.ends_at, DURING.starts_at)])
    assert [problem.field for problem in refused.value.problems] == ["free[1].ends_at"]


def test_free_times_that_touch_or_overlap_are_one():
    pieces = [between(11, "10:30", "11:00"), between(11, "09:00", "10:00"), between(11, "10:00", "10:40")]
    assert merged([*pieces, between(12, "09:00", "10:00")]) == [
        between(11, "09:00", "11:00"),
        between(12, "09:00", "10:00"),
    ]


@pytest.mark.parametrize(
    ("field", "wrong", "help"),
    [
        ("name", "chess", "'chess' is no format; use coffee, lunch"),
        ("opens", "9:00", "write HH:MM"),
        ("closes", "25:00", "write HH:MM"),
        ("closes", "09:00", "09:00 is not after opens 09:00"),
        ("closes", "05:00", "close later the same day, or by 04:00 in the night"),
        ("minutes", 20, "give a multiple of 15"),
        ("minutes", 0, "give a multiple of 15"),
        ("minutes", 255, "at most 240"),
        ("notice", 1_441, "give 0 to 1440"),
        ("people", 1, "give 2 to 8"),
        ("people", 9, "give 2 to 8"),
        ("best", ("11:30-09:00",), "as 09:00-11:30"),
        ("best", ("morning",), "as 09:00-11:30"),
        ("best", ("09:00-10:00",) * 11, "give at most 10"),
    ],
)
def test_a_format_that_cannot_be_names_its_field(field, wrong, help):
    good = FormatRow("coffee", "09:00", "18:00", 30, 30, 4, ("09:00-11:30",))
    check_formats([good])
    with pytest.raises(Invalid) as caught:
        check_formats([replace(good, name="walk"), replace(good, **{field: wrong})])
    (problem,) = caught.value.problems
    assert (problem.field, problem.row) == (f"formats[1].{field}", 1)
    assert help in problem.message


def test_a_format_that_does_not_fit_into_its_hours_or_is_described_twice_is_refused():
    drink = FormatRow("drink", "23:30", "00:15", 45, 30, 8)
    check_formats([drink])  # three quarters of an hour over midnight
    with pytest.raises(Invalid, match="60 minutes do not fit between opens and closes"):
        check_formats([replace(drink, minutes=60)])
    with pytest.raises(Invalid, match=r"drink is described by formats\[0\] already"):
        check_formats([drink, drink])
    with pytest.raises(Invalid, match="7 formats are too many"):
        check_formats([drink] * 7)
