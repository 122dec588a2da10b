"""Months out of the ways in which platforms write times; "" for what is no time of this age."""

import re
from datetime import UTC, datetime
from functools import lru_cache

DAY = 86_400
LAST = 4_102_444_800  # 2100-01-01, in seconds since 1970

_MONTHS = {
    name: number
    for number, name in enumerate(
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"], 1
    )
}
_X = re.compile(r"[A-Z][a-z]{2} ([A-Z][a-z]{2}) \d\d \d\d:\d\d:\d\d [+-]\d{4} (19[7-9]\d|20\d\d)")
_ISO = re.compile(r"(?:19[7-9]\d|20\d\d)-(?:0[1-9]|1[0-2])(?=-|$)")


def month_of_epoch(seconds: float | str | None) -> str:
    """ "YYYY-MM" in UTC of seconds since 1970, also written as text."""
    try:
        at = float(seconds or 0)
        return _month_of_day(int(at // DAY)) if 0 < at < LAST else ""
    except (ValueError, OverflowError):
        return ""


@lru_cache(maxsize=4_096)
def _month_of_day(days: int) -> str:
    return datetime.fromtimestamp(days * DAY, UTC).strftime("%Y-%m")


def month_of_iso(text: str | None) -> str:
    """ "YYYY-MM" of a time that begins with it, as in ISO 8601."""
    found = _ISO.match(text or "")
    return found[0] if found else ""


def month_of_x(text: str) -> str:
    """ "YYYY-MM" of a time such as Sat Mar 07 10:00:00 +0000 2026."""
    found = _X.fullmatch(text)
    return f"{found[2]}-{_MONTHS[found[1]]:02}" if found and found[1] in _MONTHS else ""
