"""The earliest fit: what it chooses, and the reason it gives when there is none."""

from dataclasses import replace
from datetime import time, timedelta
from uuid import uuid4

import pytest

from services.scheduling.domain.interval import Interval
from services.scheduling.domain.programme import Wishes
from services.scheduling.domain.session import Session, Spot, State
from services.scheduling.engine.instant import Refusal, best_spots, check_spot, find_spot
from services.scheduling.engine.venue import fits_place
from tests.scheduling import NOW, berlin, between, conference, group, model, place

MINUTE = timedelta(minutes=1)


def test_free_people_meet_in_the_first_slot_in_which_the_place_is_open():
    foyer = place(opens="10:00")
    there = model(foyer)
    assert find_spot(there, group(there)) == Spot(foyer, 1, between(11, "10:00", "10:30"))


def test_the_place_with_the_fewest_seats_is_taken_so_that_larger_ones_stay_free():
    large, small = place("Hall", seats=8), place("Corner", seats=2)
    there = model(large, small)
    spot = find_spot(there, group(there))
    assert isinstance(spot, Spot)
    assert spot.place == small


def test_the_next_session_at_a_full_place_gets_the_next_slot():
    there = model(place(capacity=2), people=6)
    spots = []
    for pair in ((0, 1), (2, 3), (4, 5)):
        spot = find_spot(there, group(there, "coffee", *pair))
        assert isinstance(spot, Spot)
        there.book(spot, group(there, "coffee", *pair).attendee_ids)
        spots.append((spot.table_no, spot.during))
    first, second = between(11, "09:00", "09:30"), between(11, "09:30", "10:00")
    assert spots == [(1, first), (2, first), (1, second)]


def test_two_sessions_of_one_person_leave_five_minutes_to_walk():
    there = model(place(capacity=5), people=3)
    before = find_spot(there, group(there, "coffee", 0, 1))
    assert isinstance(before, Spot)
    there.book(before, group(there, "coffee", 0, 1).attendee_ids)
    after = find_spot(there, group(there, "coffee", 1, 2))
    assert isinstance(after, Spot)
    assert (before.during, after.during) == (between(11, "09:00", "09:30"), between(11, "09:45", "10:15"))


def test_speakers_are_busy_during_their_talk_and_free_right_after_it():
    there = model(place())
    next(iter(there.people.values())).talks.append(between(11, "09:00", "11:00"))
    spot = find_spot(there, group(there))
    assert isinstance(spot, Spot)
    assert spot.during == between(11, "11:00", "11:30")


def test_a_session_lies_within_what_both_called_free():
    there = model(place())
    one, other = there.people.values()
    one.free.append(between(12, "10:00", "12:00"))
    other.free += [between(11, "09:00", "18:00"), between(12, "11:10", "18:00")]
    spot = find_spot(there, group(there))
    assert isinstance(spot, Spot)
    assert spot.during == between(12, "11:15", "11:45")


def test_people_get_the_notice_their_format_promises():
    there = model(place(), now=berlin(11, "09:50"))
    spot = find_spot(there, group(there))
    assert isinstance(spot, Spot)
    assert spot.during == between(11, "10:30", "11:00")


def reason(there, wanted):
    refusal = find_spot(there, wanted)
    assert isinstance(refusal, Refusal)
    return refusal.reason


def test_before_the_conference_is_known_there_is_no_spot():
    there = model(place(), known=False)
    assert reason(there, group(there)) == "the conference's dates are not known yet"


def test_after_the_last_day_the_conference_is_over():
    there = model(place(), now=berlin(12, "23:59") + timedelta(minutes=241))
    assert reason(there, group(there)) == "the conference is over"


def test_on_the_last_evening_no_time_is_left_for_lunch():
    there = model(place(), now=berlin(12, "17:00"))
    assert reason(there, group(there, "lunch")) == "no time is left for lunch at this conference"


def test_a_venue_without_a_place_for_the_format_says_so():
    there = model(place(formats="coffee table"))
    assert reason(there, group(there, "lunch")) == "no place for lunch"


def test_a_table_of_six_needs_six_seats():
    there = model(place(seats=4), people=6)
    assert reason(there, group(there, "table")) == "no place for table with 6 seats"


def test_too_many_people_for_the_format_are_told_the_limit():
    there = model(place(seats=9), people=5)
    assert reason(there, group(there, "coffee")) == "coffee is for at most 4 people, this is 5"


@pytest.mark.parametrize(("people", "who"), [(2, "both are"), (3, "all 3 are")])
def test_people_who_are_never_free_together_are_told_so(people, who):
    there = model(place(), people=people)
    for number, person in enumerate(there.people.values()):
        person.free.append(between(11, f"{9 + number:02}:00", f"{10 + number:02}:00"))
    help = "the times that were given do not meet; giving more times would help"
    assert reason(there, group(there)) == f"no slot when {who} free: {help}"


def test_a_venue_that_is_closed_whenever_they_are_free_says_so():
    there = model(place(opens="17:00"))
    for person in there.people.values():
        person.free.append(between(11, "09:00", "10:00"))
    subject = "no open place with a free table for coffee when both are free"
    assert reason(there, group(there)) == f"{subject}: the places are closed; longer opening hours would help"


def test_offers_are_the_earliest_slots_each_once():
    there = model(place("Foyer"), place("Garden"))
    slots = [spot.during for spot in best_spots(there, group(there), 3)]
    assert slots == [between(11, "09:00", "09:30"), between(11, "09:15", "09:45"), between(11, "09:30", "10:00")]


def test_an_offered_spot_can_be_had_as_long_as_nobody_took_it():
    foyer = place()
    there = model(foyer, people=4)
    wanted, during = group(there, "coffee", 0, 1), between(12, "14:00", "14:30")
    assert check_spot(there, wanted, foyer.id, during) == Spot(foyer, 1, during)
    there.book(Spot(foyer, 1, during), group(there, "coffee", 2, 3).attendee_ids)
    assert check_spot(there, wanted, foyer.id, during) == Refusal("Foyer is closed or full then")


def test_a_spot_nobody_offered_is_refused_with_the_reason():
    foyer = place(formats="coffee")
    there = model(foyer, now=NOW)
    next(iter(there.people.values())).talks.append(between(11, "10:00", "11:00"))
    wanted = group(there)

    def refused(place_id, day, starts, ends):
        refusal = check_spot(there, wanted, place_id, between(day, starts, ends))
        assert isinstance(refusal, Refusal)
        return refusal.reason

    no_slot = "that is no coffee slot of the conference, or it is too soon"
    assert refused(foyer.id, 11, "09:07", "09:37") == no_slot
    assert refused(foyer.id, 11, "09:00", "12:00") == no_slot
    assert refused(foyer.id, 13, "09:00", "09:30") == no_slot
    assert refused(uuid4(), 11, "09:00", "09:30") == "no place for coffee"
    assert refused(foyer.id, 11, "10:45", "11:15") == "not everybody of the session is free then"
    assert refused(foyer.id, 11, "18:00", "18:30") == "Foyer is closed or full then"


def test_drinks_of_the_last_evening_go_on_past_midnight_where_the_bar_is_open():
    bar = place("Bar", opens="18:00", closes="02:00")
    there = model(bar, now=berlin(12, "23:20"))
    spots = best_spots(there, group(there, "drink"), 20)
    midnight = berlin(12, "00:00") + 24 * 60 * MINUTE
    assert [spot.during for spot in spots] == [Interval(midnight, midnight + 60 * MINUTE)]
    late = model(bar, now=berlin(12, "23:45"))
    assert reason(late, group(late, "drink")) == "no time is left for drink at this conference"
    over = model(bar, now=berlin(12, "04:00") + 24 * 60 * MINUTE)
    assert reason(over, group(over, "drink")) == "the conference is over"


def test_who_drinks_past_midnight_counts_it_for_the_evening_before():
    bar = place("Bar", opens="18:00", closes="02:00")
    there = model(bar, now=berlin(11, "23:20"))
    for person in there.people.values():
        person.wishes = Wishes(most_a_day=1)
    first = find_spot(there, group(there, "drink"))
    assert isinstance(first, Spot)
    assert first.during.starts_at == berlin(11, "23:20") + 40 * MINUTE  # midnight
    there.book(first, list(there.people))
    assert find_spot(there, group(there, "drink")) == Spot(bar, 1, between(12, "18:00", "19:00"))


def test_a_place_with_a_clock_of_its_own_opens_by_that_clock():
    london = place("Far end", opens="09:00", closes="10:00", time_zone="Europe/London")
    there = model(london)
    assert find_spot(there, group(there)) == Spot(london, 1, between(11, "10:00", "10:30"))
    late = between(11, "10:30", "11:00")
    assert check_spot(there, group(there), london.id, late) == Spot(london, 1, late)
    assert check_spot(there, group(there), london.id, between(11, "09:00", "09:30")) == Refusal(
        "Far end is closed or full then"
    )


def session(at, there, during, format):
    """A scheduled one, at the first table."""
    where = {"place_id": there.id, "place_name": there.name, "table_no": 1, "during": during}
    return Session(uuid4(), at.id, (uuid4(), uuid4()), format, State.SCHEDULED, **where)


def test_a_session_past_midnight_and_one_by_another_clock_keep_a_place_that_is_set_again_as_it_was():
    at = conference()
    bar = place("Bar", opens="18:00", closes="02:00")
    london = place("Far end", opens="09:00", closes="10:00", time_zone="Europe/London")
    midnight = berlin(11, "23:45") + 15 * MINUTE
    late = session(at, bar, Interval(midnight, midnight + 60 * MINUTE), "drink")
    assert fits_place(late, bar, at.time_zone)
    assert not fits_place(late, replace(bar, closes=time(0, 30)), at.time_zone)
    early = session(at, london, between(11, "10:00", "10:30"), "coffee")
    assert fits_place(early, london, at.time_zone)
    assert not fits_place(early, replace(london, time_zone=""), at.time_zone)


def test_lunch_is_at_lunch_by_the_clock_of_the_place_too():
    london = place("Far end", time_zone="Europe/London")
    there = model(london)
    spots = best_spots(there, group(there, "lunch"), 20)
    days = (11, 12)
    first_and_last = [("12:30", "13:30"), ("13:30", "14:30")]  # in London from half past eleven on
    found = [spot.during for spot in spots]
    assert all(between(day, *slot) in found for day in days for slot in first_and_last)
    assert min(found).starts_at == berlin(11, "12:30")
    new_york = model(place("Studio", opens="07:00", closes="22:00", time_zone="America/New_York"))
    assert best_spots(new_york, group(new_york, "lunch"), 20) == []
