"""Parts of a conference's days in which somebody can meet, and the intervals they stand for."""

from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from services.portal.domain.language import N_

MOST_DAYS = 14  # of a longer conference times are told by API
# Name, words, and local hours it begins and ends at: a day goes on until four in the morning.
PARTS = (("morning", N_("Morning"), 4, 12), ("afternoon", N_("Afternoon"), 12, 17), ("evening", N_("Evening"), 17, 28))
Span = tuple[datetime, datetime]


def days(first: date, last: date) -> list[date]:
    """The days of a conference; none when there are too many to ask about one by one."""
    count = (last - first).days + 1
    return [first + timedelta(days=n) for n in range(count)] if count <= MOST_DAYS else []


def parts(of: Sequence[date], zone: ZoneInfo) -> dict[str, Span]:
    """Every part of these days by its key, such as 2026-05-14-morning, in order."""
    return {
        f"{day}-{name}": (_moment(day, begins, zone), _moment(day, ends, zone))
        for day in of
        for name, _words, begins, ends in PARTS
    }


def chosen(free: Sequence[Span], known: dict[str, Span]) -> set[str]:
    """Keys of the parts that lie in one of these intervals; all of them if there is none."""
    return {
        key for key, (starts, ends) in known.items()
        if not free or any(begin <= starts and ends <= end for begin, end in free)
    }  # fmt: skip


def intervals(keys: Collection[str], known: dict[str, Span]) -> list[Span]:
    """What chosen parts stand for, those that touch as one; nothing when all are chosen: that is always."""
    found: list[Span] = []
    if set(keys) >= set(known):
        return found
    for key, (starts, ends) in known.items():
        if key not in keys:
            continue
        if found and found[-1][1] == starts:
            found[-1] = (found[-1][0], ends)
        else:
            found.append((starts, ends))
    return found


def _moment(day: date, hour: int, zone: ZoneInfo) -> datetime:
    local = datetime.combine(day + timedelta(days=hour // 24), time(hour % 24), zone)
    return local.astimezone(UTC)
