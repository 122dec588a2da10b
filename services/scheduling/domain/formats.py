"""Formats: when each is held, when best, how long, how soon, for how many; and what an organizer may make of that."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time, timedelta

from services.kit.errors import Invalid, Problem
from services.scheduling.domain.venue import CLOCK, NIGHT

STEP = 15  # minutes: slots begin so often, so sessions last a multiple of it
MAX_MINUTES = 240
MAX_NOTICE = 1_440  # minutes
MAX_PEOPLE = 8
MAX_BEST = 10
DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class Format:
    """`opens` to `closes` in local time, maybe past midnight; `length`; `notice` people get; `people` at most.

    `best`: from when to when a session had best begin, in local time; none: no hour is better than another.
    """

    name: str
    opens: time
    closes: time
    length: timedelta
    notice: timedelta
    people: int
    best: tuple[tuple[time, time], ...]


@dataclass(frozen=True, slots=True)
class FormatRow:
    """A format as somebody described it: HH:MM, whole minutes, `best` as HH:MM-HH:MM."""

    name: str
    opens: str
    closes: str
    minutes: int
    notice: int
    people: int
    best: tuple[str, ...] = ()


def check_formats(rows: Sequence[FormatRow]) -> None:
    """Raises Invalid with every problem, each naming its field (`formats[1].closes`)."""
    if len(rows) > len(FORMATS):
        raise Invalid("formats", f"{len(rows)} formats are too many; there are {', '.join(FORMATS)}")
    names = [row.name for row in rows]
    problems = [
        Problem(f"formats[{number}].{field}", message, number)
        for number, row in enumerate(rows)
        for field, message in [*_name_problems(row, names[:number]), *_hours_problems(row), *_size_problems(row)]
    ]
    if problems:
        raise Invalid.all(problems)


def format(row: FormatRow) -> Format:
    """A checked row as a format."""
    return Format(
        row.name, time.fromisoformat(row.opens), time.fromisoformat(row.closes), timedelta(minutes=row.minutes),
        timedelta(minutes=row.notice), row.people, tuple(_span(text) for text in row.best),
    )  # fmt: skip


def _name_problems(row: FormatRow, earlier: Sequence[str]) -> list[tuple[str, str]]:
    if row.name not in FORMATS:
        return [("name", f"{row.name[:40]!r} is no format; use {', '.join(FORMATS)}")]
    if row.name in earlier:
        return [("name", f"{row.name} is described by formats[{earlier.index(row.name)}] already; describe it once")]
    return []


def _hours_problems(row: FormatRow) -> list[tuple[str, str]]:
    hours = [("opens", row.opens), ("closes", row.closes)]
    wrong = [field for field, text in hours if not CLOCK.fullmatch(text)]
    problems = [(field, "not a time of day; write HH:MM from 00:00 to 23:59") for field in wrong]
    if not wrong and (row.closes == row.opens or NIGHT < row.closes < row.opens):
        help = f"close later the same day, or by {NIGHT} in the night"
        problems.append(("closes", f"{row.closes} is not after opens {row.opens}; {help}"))
    elif not wrong and _between(row.opens, row.closes) < timedelta(minutes=row.minutes):
        problems.append(("minutes", f"{row.minutes} minutes do not fit between opens and closes; give fewer"))
    if len(row.best) > MAX_BEST:
        problems.append(("best", f"{len(row.best)} best hours; give at most {MAX_BEST}"))
    elif any(not _is_span(text) for text in row.best):
        problems.append(("best", "best hours are from when to when a session had best begin, as 09:00-11:30"))
    return problems


def _size_problems(row: FormatRow) -> list[tuple[str, str]]:
    problems = []
    if not STEP <= row.minutes <= MAX_MINUTES or row.minutes % STEP:
        problems.append(("minutes", f"{row.minutes} minutes; give a multiple of {STEP}, at most {MAX_MINUTES}"))
    if not 0 <= row.notice <= MAX_NOTICE:
        problems.append(("notice", f"{row.notice} minutes of notice; give 0 to {MAX_NOTICE}"))
    if not 2 <= row.people <= MAX_PEOPLE:
        problems.append(("people", f"{row.people} people; give 2 to {MAX_PEOPLE}"))
    return problems


def _is_span(text: str) -> bool:
    first, _, last = text.partition("-")
    return bool(CLOCK.fullmatch(first) and CLOCK.fullmatch(last)) and first <= last


def _span(text: str) -> tuple[time, time]:
    first, last = text.split("-")
    return time.fromisoformat(first), time.fromisoformat(last)


def _between(opens: str, closes: str) -> timedelta:
    first, last = time.fromisoformat(opens), time.fromisoformat(closes)
    return timedelta(minutes=(60 * (last.hour - first.hour) + last.minute - first.minute) % DAY)


# Hours are what people would find natural; a place's own opening hours narrow them. An organizer may change all but the
# names.
FORMATS: dict[str, Format] = {
    row.name: format(row)
    for row in (
        #         name      opens    closes   minutes notice people best begins
        FormatRow("coffee", "07:00", "19:00", 30, 30, 4, ("09:00-11:30", "14:30-16:30")),
        FormatRow("lunch", "11:30", "14:30", 60, 60, 8, ("12:00-13:00",)),
        FormatRow("table", "08:00", "22:00", 45, 30, 8, ("09:00-18:00",)),
        FormatRow("drink", "16:00", "01:00", 60, 30, 8, ("17:30-20:00",)),
        FormatRow("walk", "07:00", "21:00", 30, 30, 4, ("09:00-18:00",)),
        FormatRow("call", "07:00", "22:00", 30, 15, 4, ("09:00-18:00",)),
    )
}
