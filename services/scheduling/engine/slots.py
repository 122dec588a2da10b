"""The grid of slots: which intervals of which conference day a format could use."""

import math
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from services.scheduling.domain.conference import Conference
from services.scheduling.domain.formats import Format
from services.scheduling.domain.interval import Interval

STEP = timedelta(minutes=15)
CELL = int(STEP.total_seconds())
TURN = time(4)  # a day ends at four in the morning: the night belongs to the evening before

Seconds = npt.NDArray[np.int64]  # since 1970, UTC


def days(conference: Conference) -> Iterator[date]:
    """Every day of the conference, in its own time zone."""
    day = conference.starts_on
    while day <= conference.ends_on:
        yield day
        day += timedelta(days=1)


def slots(conference: Conference, format: Format, not_before: datetime) -> Iterator[tuple[date, Interval]]:
    """Every slot of the format that starts at or after `not_before`, earliest first, with its local day."""
    for day in days(conference):
        for second in starts(day, format, conference.time_zone):
            start = datetime.fromtimestamp(int(second), UTC)
            if start >= not_before:
                yield day, Interval(start, start + format.length)


@lru_cache(maxsize=1024)
def starts(day: date, format: Format, time_zone: str) -> Seconds:
    """When the format's sessions may begin that day, earliest first."""
    window = hours(day, format.opens, format.closes, time_zone)
    if window is None:
        return np.empty(0, np.int64)
    # Steps are real minutes, so a slot that spans a clock change still lasts as long as it says.
    last = int((window.ends_at - format.length).timestamp())
    return np.arange(int(window.starts_at.timestamp()), last + 1, CELL, dtype=np.int64)


@lru_cache(maxsize=4096)
def hours(day: date, opens: time, closes: time, time_zone: str) -> Interval | None:
    """Local opening hours of one day as instants (UTC); None when the clock change leaves nothing of them.

    What closes before it opens closes on the next day. A local time that happens twice or never is read so that the
    hours are not exceeded either way.
    """
    last = day if opens < closes else day + timedelta(days=1)
    opened, closed = _instants(day, opens, time_zone), _instants(last, closes, time_zone)
    starts_at, ends_at = max(opened), min(closed)
    return Interval(starts_at, ends_at) if starts_at < ends_at else None


@lru_cache(maxsize=4096)
def spans(day: date, opens: time, closes: time, time_zone: str, own: str) -> tuple[tuple[int, int], ...]:
    """The hours that can matter to a day, in seconds; those of a clock of its `own` may be those of a day beside it."""
    days = [day] if own in ("", time_zone) else [day + timedelta(days=n) for n in (-1, 0, 1)]
    found = [hours(one, opens, closes, own or time_zone) for one in days]
    return tuple(within(span) for span in found if span)


def inside(spans: Sequence[tuple[int, int]], starts: Seconds, length: int) -> npt.NDArray[np.bool_]:
    """[slot]: whether one of the spans holds all of it."""
    result = np.zeros(len(starts), np.bool_)
    for since, until in spans:
        result |= (starts >= since) & (starts + length <= until)
    return result


def within(interval: Interval) -> tuple[int, int]:
    """The whole seconds inside an interval: of times in which something may be."""
    return math.ceil(interval.starts_at.timestamp()), math.floor(interval.ends_at.timestamp())


def around(interval: Interval) -> tuple[int, int]:
    """The whole seconds an interval touches: of times in which something may not be."""
    return math.floor(interval.starts_at.timestamp()), math.ceil(interval.ends_at.timestamp())


@lru_cache(maxsize=1024)
def bounds(day: date, time_zone: str) -> tuple[int, int]:
    """From when to when the local day lasts, in seconds."""
    first, last = _instants(day, TURN, time_zone), _instants(day + timedelta(days=1), TURN, time_zone)
    return int(min(first).timestamp()), int(max(last).timestamp())


def day_of(moment: datetime, time_zone: str) -> date:
    """The day it belongs to."""
    local = moment.astimezone(ZoneInfo(time_zone))
    return local.date() if local.time() >= TURN else local.date() - timedelta(days=1)


def midnight(day: date, time_zone: str) -> int:
    """When the date begins, in seconds."""
    return int(min(_instants(day, time(), time_zone)).timestamp())


def _instants(day: date, clock: time, time_zone: str) -> list[datetime]:
    local = datetime.combine(day, clock, ZoneInfo(time_zone))
    return [local.replace(fold=fold).astimezone(UTC) for fold in (0, 1)]
