"""The one table of formats: when each is held, how long, how soon, for how many."""

from dataclasses import dataclass
from datetime import time, timedelta


@dataclass(frozen=True, slots=True)
class Format:
    """`opens` to `closes` in local time; `length` of a session; `notice` people get before it; `people` at most."""

    name: str
    opens: time
    closes: time
    length: timedelta
    notice: timedelta
    people: int


def _format(name: str, opens: str, closes: str, minutes: int, notice: int, people: int) -> Format:
    hours = time.fromisoformat(opens), time.fromisoformat(closes)
    return Format(name, *hours, timedelta(minutes=minutes), timedelta(minutes=notice), people)


# Hours are what people would find natural; a place's own opening hours narrow them.
FORMATS: dict[str, Format] = {
    f.name: f
    for f in (
        #       name      opens    closes   minutes notice people
        _format("coffee", "07:00", "19:00", 30, 30, 4),
        _format("lunch", "11:30", "14:30", 60, 60, 8),
        _format("table", "08:00", "22:00", 45, 30, 8),
        _format("drink", "16:00", "23:30", 60, 30, 8),
        _format("walk", "07:00", "21:00", 30, 30, 4),
        _format("call", "07:00", "22:00", 30, 15, 4),
    )
}
