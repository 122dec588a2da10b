"""What makes one allowed spot better than another: seven goals in one currency, an hour of waiting.

The weights are documented in docs/scheduling.md; "everybody placed" comes before all of them, as any allowed spot is
better than none.
"""

from datetime import date, time
from enum import StrEnum
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from services.scheduling.domain.formats import Format
from services.scheduling.domain.interval import Interval
from services.scheduling.domain.session import Session
from services.scheduling.engine.day import Day
from services.scheduling.engine.slots import Seconds, midnight, starts
from services.scheduling.engine.tables import Bools

Costs = npt.NDArray[np.float64]

HOUR = 3_600
IDLE = 45 * 60  # a shorter wait between two sessions is no gap


class Goal(StrEnum):
    """The soft goals, in the order in which they explain a spot."""

    GAPS = "gaps"
    HOUR = "hour"
    FAIR = "fair"
    WALK = "walk"
    EARLY = "early"
    SEATS = "seats"
    CHANGE = "change"


WEIGHTS: dict[Goal, float] = {
    Goal.EARLY: 1.0,  # an hour later in the conference: a meeting matters most while there is time to act on it
    Goal.HOUR: 4.0,  # an hour away from the format's best hours
    Goal.GAPS: 3.0,  # an idle gap more (or less) in a person's day
    Goal.FAIR: 3.0,  # a session the busiest of them has already on that day: days, and people, take turns
    Goal.WALK: 3.0,  # an hour of walking between buildings: ten minutes are half an hour of waiting
    Goal.SEATS: 0.1,  # a seat that stays empty
    Goal.CHANGE: 2.0,  # an hour away from the slot that is moved: more than being early is worth
}
OTHER_PLACE = 0.1  # of such an hour: the same time elsewhere is a smaller change than a quarter of an hour


def floor(day: Day, origin: int) -> float:
    """What any spot of this day or a later one costs at least."""
    return _early(day.slots[:1], origin).item() - WEIGHTS[Goal.GAPS] * len(day.people)


def of_format(day: Day, origin: int) -> Costs:
    """[slot]: what depends on the format alone."""
    return _early(day.slots, origin) + WEIGHTS[Goal.HOUR] * _hours_off(day)


def of_slots(day: Day, origin: int, near: Interval | None) -> dict[Goal, Costs]:
    """[slot]: what does not depend on the place. `origin`: the first slot left; `near`: the slot that is moved."""
    costs = {
        Goal.EARLY: _early(day.slots, origin),
        Goal.HOUR: WEIGHTS[Goal.HOUR] * _hours_off(day),
        Goal.GAPS: WEIGHTS[Goal.GAPS] * _gaps(day),
        Goal.FAIR: np.full(len(day.slots), WEIGHTS[Goal.FAIR] * _busiest(day)),
    }
    if near is not None:
        costs[Goal.CHANGE] = WEIGHTS[Goal.CHANGE] * np.abs(day.slots - near.starts_at.timestamp()) / HOUR
    return costs


def of_places(day: Day, near: Session | None) -> Costs:
    """[place]: empty seats, and another place than that of `near`, the session to be moved."""
    rooms = day.model.rooms
    costs = WEIGHTS[Goal.SEATS] * (rooms.seats[day.suitable] - len(day.people))
    if near is not None:
        other = np.array([rooms.places[n].id != near.place_id for n in day.suitable], np.float64)
        costs = costs + WEIGHTS[Goal.CHANGE] * OTHER_PLACE * other
    return costs.astype(np.float64)


def walks(day: Day) -> Costs:
    """[slot, place], or [1, 1] where nobody walks: hours between buildings, from and to the nearest sessions."""
    rooms, seconds = day.model.rooms, np.zeros((len(day.slots), len(day.model.rooms.buildings)))
    if len(rooms.buildings) == 1 and not any(b.building for sessions in day.booked for b in sessions):
        return np.zeros((1, 1))
    for sessions in day.booked:
        for before in (True, False):
            for n, booked in enumerate(sessions):
                nearest = _nearest(day, [b.span for b in sessions], n, before)
                seconds[nearest] += day.model.ways(booked.building)
    weighted: Costs = WEIGHTS[Goal.WALK] * seconds[:, rooms.building[day.suitable]] / HOUR
    return weighted


def _nearest(day: Day, spans: list[tuple[int, int]], number: int, before: bool) -> Bools:
    """[slot]: whether that session is the last one before, or the first one after."""
    since, until = spans[number]
    if before:
        result = day.slots >= until
        for later in (other for other in spans if other[1] > until):
            result &= day.slots < later[1]
        return result
    result = day.slots < since
    for sooner in (other for other in spans if other[0] < since):
        result &= day.slots >= sooner[0]
    return result


def _early(slots: Seconds, origin: int) -> Costs:
    return WEIGHTS[Goal.EARLY] * (slots - origin) / HOUR


def _busiest(day: Day) -> int:
    return max(map(len, day.booked))


def _gaps(day: Day) -> Costs:
    """[slot]: idle gaps more or less, over the people."""
    result = np.zeros(len(day.slots))
    for person, talks, sessions in zip(day.people, day.talks, day.booked, strict=True):
        busy = np.array([*talks, *(b.span for b in sessions)], np.float64)
        if len(busy):
            idle = max(IDLE, person.wishes.break_minutes * 60 + 1)
            result += _gap_change(day.slots, day.slots + day.length, busy, idle)
    return result


def _gap_change(slots: Seconds, ends: Seconds, busy: Costs, idle: int) -> Costs:
    until, since = busy[:, 1], busy[:, 0]
    before = np.where(until <= slots[:, None], until, -np.inf).max(axis=1)
    after = np.where(since >= ends[:, None], since, np.inf).min(axis=1)
    first, last = np.isfinite(before), np.isfinite(after)
    was = first & last & (after - before >= idle)
    return (first & (slots - before >= idle)) + (last & (after - ends >= idle)) - was.astype(np.float64)


def _hours_off(day: Day) -> Costs:
    whole = starts(day.date, day.group.format, day.zone)
    return _off(day.date, day.group.format, day.zone)[np.searchsorted(whole, day.slots)]


@lru_cache(maxsize=1024)
def _off(day: date, format: Format, time_zone: str) -> Costs:
    """Hours from each slot of the day to the format's best hours."""
    at = (starts(day, format, time_zone) - midnight(day, time_zone))[:, None]
    if not format.best:
        return np.zeros(len(at))
    first = np.array([_seconds(span[0]) for span in format.best])
    last = np.array([_seconds(span[1]) for span in format.best])
    off: Costs = np.maximum(np.maximum(first - at, at - last), 0).min(axis=1) / HOUR
    return off


def _seconds(clock: time) -> int:
    return clock.hour * HOUR + clock.minute * 60
