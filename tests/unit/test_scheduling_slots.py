"""The grid of slots, also on the days the clocks change."""

from datetime import UTC, date, datetime, time

import pytest

from services.scheduling.domain.formats import FORMATS
from services.scheduling.domain.interval import Interval
from services.scheduling.engine.slots import day_of, hours, slots
from tests.scheduling import NOW, between, conference

LONG_AGO = datetime(2027, 1, 1, tzinfo=UTC)


def test_lunch_slots_start_every_quarter_of_an_hour_within_lunch_hours_of_each_day():
    found = [slot for _, slot in slots(conference(), FORMATS["lunch"], NOW)]
    first_day = [("11:30", "12:30"), ("11:45", "12:45"), ("12:00", "13:00"), ("12:15", "13:15"), ("12:30", "13:30")]
    first_day += [("12:45", "13:45"), ("13:00", "14:00"), ("13:15", "14:15"), ("13:30", "14:30")]
    assert found == [between(11, *pair) for pair in first_day] + [between(12, *pair) for pair in first_day]


def test_no_slot_starts_before_the_asked_moment():
    not_before = between(12, "13:16", "14:00").starts_at
    assert [slot for _, slot in slots(conference(), FORMATS["lunch"], not_before)] == [between(12, "13:30", "14:30")]


def test_opening_hours_follow_local_time_when_the_clocks_change_between_two_days():
    saturday = hours(date(2027, 3, 27), time(9), time(18), "Europe/Berlin")
    sunday = hours(date(2027, 3, 28), time(9), time(18), "Europe/Berlin")
    assert saturday == Interval(datetime(2027, 3, 27, 8, tzinfo=UTC), datetime(2027, 3, 27, 17, tzinfo=UTC))
    assert sunday == Interval(datetime(2027, 3, 28, 7, tzinfo=UTC), datetime(2027, 3, 28, 16, tzinfo=UTC))


def test_hours_within_the_skipped_hour_are_no_hours():
    assert hours(date(2027, 3, 28), time(2, 10), time(2, 50), "Europe/Berlin") is None


def test_hours_that_happen_twice_are_read_so_that_they_are_not_exceeded():
    # On 31 October 2027 Berlin's 02:00 to 03:00 happens twice: 00:00 to 01:00 UTC and 01:00 to 02:00 UTC.
    until_half_past = hours(date(2027, 10, 31), time(1), time(2, 30), "Europe/Berlin")
    from_half_past = hours(date(2027, 10, 31), time(2, 30), time(4), "Europe/Berlin")
    assert until_half_past is not None
    assert from_half_past is not None
    assert until_half_past.ends_at == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)
    assert from_half_past.starts_at == datetime(2027, 10, 31, 1, 30, tzinfo=UTC)


def test_a_slot_lasts_its_full_length_on_the_day_the_clocks_change():
    at = conference("Australia/Lord_Howe", date(2027, 4, 4), days=1)  # half an hour back at 02:00
    lengths = {slot.ends_at - slot.starts_at for _, slot in slots(at, FORMATS["coffee"], NOW.replace(month=1))}
    assert lengths == {FORMATS["coffee"].length}


def test_hours_that_end_before_they_begin_end_in_the_night():
    assert hours(date(2027, 5, 11), time(18), time(2), "Europe/Berlin") == Interval(
        datetime(2027, 5, 11, 16, tzinfo=UTC), datetime(2027, 5, 12, 0, tzinfo=UTC)
    )


@pytest.mark.parametrize(
    ("day", "first", "last"),
    [
        # From midnight to one does not exist: drinks end at one, which is where midnight would be.
        (date(2027, 3, 13), datetime(2027, 3, 13, 21, tzinfo=UTC), datetime(2027, 3, 14, 4, tzinfo=UTC)),
        # From midnight to one happens twice: drinks may go on for both.
        (date(2027, 11, 6), datetime(2027, 11, 6, 20, tzinfo=UTC), datetime(2027, 11, 7, 5, tzinfo=UTC)),
    ],
)
def test_an_evening_of_drinks_that_the_clocks_change_in_keeps_its_hours(day, first, last):
    evening = [slot.starts_at for _, slot in slots(conference("America/Havana", day, 1), FORMATS["drink"], LONG_AGO)]
    assert (evening[0], evening[-1]) == (first, last)


def test_a_day_ends_at_four_in_the_morning():
    assert day_of(datetime(2027, 5, 12, 1, 59, tzinfo=UTC), "Europe/Berlin") == date(2027, 5, 11)
    assert day_of(datetime(2027, 5, 12, 2, 0, tzinfo=UTC), "Europe/Berlin") == date(2027, 5, 12)
