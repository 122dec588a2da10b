"""Any sequence of placements, moves and cancellations keeps every rule, by a checker that shares no code with it."""

from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from services.scheduling.domain.formats import FORMATS
from services.scheduling.domain.interval import Interval
from services.scheduling.domain.session import Session, Spot, State
from services.scheduling.domain.venue import Place
from services.scheduling.engine.instant import Group, Refusal, best_spots, better_spot, check_spot, find_spot
from tests.scheduling import place
from tests.worlds import MINUTES, PEOPLE, World, check_all, check_one, worlds

steps = st.lists(
    st.tuples(
        st.sampled_from(["place", "place", "place", "move", "cancel", "better"]),
        st.sets(st.sampled_from(PEOPLE), min_size=2, max_size=3),
        st.sampled_from(["coffee", "coffee", *sorted(MINUTES)]),
        st.integers(0, 50),
    ),
    min_size=3,
    max_size=20,
)


@settings(max_examples=150, deadline=None)
@given(worlds(), steps)
def test_no_sequence_of_changes_overlaps_a_person_or_overfills_a_place(world, steps):
    run(world, steps)


@settings(max_examples=30, deadline=None)
@given(worlds(), steps, st.sampled_from([20, 45]))
def test_no_sequence_of_changes_lets_people_be_late_from_another_building(world, steps, walk):
    """Each format is held in one of two buildings, so that people have to walk from one session to the next."""
    hours: dict[str, Any] = {"opens": "07:00", "closes": "21:00", "capacity": 2, "seats": 5}
    north = place("North", formats="coffee", building="North", **hours)
    south = place("South", formats="lunch table drink walk call", building="South", **hours)
    start = datetime.combine(world.conference.starts_on, time(), UTC) - timedelta(days=1)
    run(World(world.conference, [north, south], {}, {}, start, {}, walk), steps)


def run(world: World, steps: list[Any]) -> None:
    """Does one after the other, and checks everything after each."""
    for action, people, format, pick in steps:
        chosen = list(world.sessions)[pick % len(world.sessions)] if world.sessions else None
        if action == "place":
            group = Group(tuple(sorted(people)), FORMATS[format])
            spot = find_spot(world.model(), group)
            if isinstance(spot, Spot):
                check_one(world, group, spot)
                world.sessions[uuid4()] = group, spot
        elif chosen and action == "move":
            group, _ = world.sessions[chosen]
            model = world.model(without=chosen)
            offers = best_spots(model, group, 20)
            if offers:
                offer = offers[pick % len(offers)]
                assert check_spot(model, group, offer.place.id, offer.during) == offer
                check_one(world, group, offer)
                world.sessions[chosen] = group, offer
        elif chosen and action == "better":
            group, spot = world.sessions[chosen]
            at = Session(
                chosen, world.conference.id, group.attendee_ids, group.format.name, State.SCHEDULED,
                place_id=spot.place.id, during=spot.during,
            )  # fmt: skip
            better = better_spot(world.model(without=chosen), group, at, 0.5)
            if better is not None:
                assert (better.place.id, better.during) != (spot.place.id, spot.during)
                check_one(world, group, better)
                world.sessions[chosen] = group, better
        elif chosen:
            del world.sessions[chosen]
        check_all(world)


@settings(max_examples=100, deadline=None)
@given(worlds(), st.sets(st.sampled_from(PEOPLE), min_size=2, max_size=4), st.sampled_from(sorted(MINUTES)))
def test_a_refusal_means_that_no_spot_would_have_been_right(world, people, format):
    group = Group(tuple(sorted(people)), FORMATS[format])
    if not isinstance(find_spot(world.model(), group), Refusal):
        return
    moment = datetime.combine(world.conference.starts_on, time(), UTC) - timedelta(hours=14)
    last = datetime.combine(world.conference.ends_on, time(), UTC) + timedelta(hours=38)
    while moment < last:
        during = Interval(moment, moment + timedelta(minutes=MINUTES[format]))
        for there in world.places:
            assert not right(world, group, there, during)
        moment += timedelta(minutes=15)


def right(world: World, group: Group, place: Place, during: Interval) -> bool:
    """Whether the checker would accept the spot, a quarter of an hour clear of any clock change."""
    for zone in map(ZoneInfo, {world.conference.time_zone, place.time_zone or world.conference.time_zone}):
        offsets = {(during.starts_at + timedelta(hours=h)).astimezone(zone).utcoffset() for h in range(-24, 25)}
        if len(offsets) > 1:
            return False  # hours are read narrowly on such days; that they are kept is tested above
    try:
        check_one(world, group, Spot(place, 1, during))
    except AssertionError:
        return False
    return True
