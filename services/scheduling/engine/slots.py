"""The grid of slots: which intervals of which conference day a format could use."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from services.scheduling.domain.conference import Conference
from services.scheduling.domain.interval import Interval
from services.scheduling.engine.formats import Format

STEP = timedelta(minutes=15)


def slots(conference: Conference, format: Format, not_before: datetime) -> Iterator[tuple[date, Interval]]:
    """Every slot of the format that starts at or after `not_before`, earliest first, with its local day."""
    day = conference.starts_on
    while day <= conference.ends_on:
        if window := hours(day, format.opens, format.closes, conference.time_zone):
            yield from ((day, slot) for slot in _grid(window, format.length) if slot.starts_at >= not_before)
        day += timedelta(days=1)


@lru_cache(maxsize=4096)
def hours(day: date, opens: time, closes: time, time_zone: str) -> Interval | None:
    """Local opening hours of one day as instants (UTC); None when the clock change leaves nothing of them.

    A local time that happens twice or never is read so that the hours are not exceeded either way.
    """
    opened, closed = _instants(day, opens, time_zone), _instants(day, closes, time_zone)
    starts_at, ends_at = max(opened), min(closed)
    return Interval(starts_at, ends_at) if starts_at < ends_at else None


def _instants(day: date, clock: time, time_zone: str) -> list[datetime]:
    local = datetime.combine(day, clock, ZoneInfo(time_zone))
    return [local.replace(fold=fold).astimezone(UTC) for fold in (0, 1)]


def _grid(window: Interval, length: timedelta) -> Iterator[Interval]:
    # Steps are real minutes, so a slot that spans a clock change still lasts as long as it says.
    start = window.starts_at
    while start + length <= window.ends_at:
        yield Interval(start, start + length)
        start += STEP
