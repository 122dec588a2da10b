"""A stretch of time, and the one overlap rule everything else uses."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """From `starts_at` to just before `ends_at`; both aware."""

    starts_at: datetime
    ends_at: datetime

    def overlaps(self, other: "Interval") -> bool:
        """Whether the two share an instant; touching ends do not."""
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at

    def within(self, other: "Interval") -> bool:
        """Whether all of this lies in `other`."""
        return other.starts_at <= self.starts_at and self.ends_at <= other.ends_at

    def padded(self, after: timedelta) -> "Interval":
        """The same start, an end that much later."""
        return Interval(self.starts_at, self.ends_at + after)


def merged(intervals: list[Interval]) -> list[Interval]:
    """The same time in the fewest intervals, in order: overlapping and touching ones become one."""
    result: list[Interval] = []
    for interval in sorted(intervals):
        if result and interval.starts_at <= result[-1].ends_at:
            result[-1] = Interval(result[-1].starts_at, max(result[-1].ends_at, interval.ends_at))
        else:
            result.append(interval)
    return result
