"""The one table of formats: when each is held, when best, how long, how soon, for how many."""

from dataclasses import dataclass
from datetime import time, timedelta


@dataclass(frozen=True, slots=True)
class Format:
    """`opens` to `closes` in local time, maybe past midnight; `length`; `notice` people get; `people` at most.

    `best`: from when to when a session had best begin, in local time.
    """

    name: str
    opens: time
    closes: time
    length: timedelta
    notice: timedelta
    people: int
    best: tuple[tuple[time, time], ...]


def _format(name: str, opens: str, closes: str, minutes: int, notice: int, people: int, *best: str) -> Format:
    hours = time.fromisoformat(opens), time.fromisoformat(closes)
    spans = [span.split("-") for span in best]
    begins = tuple((time.fromisoformat(first), time.fromisoformat(last)) for first, last in spans)
    return Format(name, *hours, timedelta(minutes=minutes), timedelta(minutes=notice), people, begins)


# Hours are what people would find natural; a place's own opening hours narrow them.
FORMATS: dict[str, Format] = {
    f.name: f
    for f in (
        #       name      opens    closes   minutes notice people best begins
        _format("coffee", "07:00", "19:00", 30, 30, 4, "09:00-11:30", "14:30-16:30"),
        _format("lunch", "11:30", "14:30", 60, 60, 8, "12:00-13:00"),
        _format("table", "08:00", "22:00", 45, 30, 8, "09:00-18:00"),
        _format("drink", "16:00", "01:00", 60, 30, 8, "17:30-20:00"),
        _format("walk", "07:00", "21:00", 30, 30, 4, "09:00-18:00"),
        _format("call", "07:00", "22:00", 30, 15, 4, "09:00-18:00"),
    )
}
