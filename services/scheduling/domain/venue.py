"""Places where sessions are held, the way between their buildings, and what a venue may look like."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import time
from functools import cache
from uuid import UUID
from zoneinfo import available_timezones

from services.kit.errors import Invalid, Problem
from services.scheduling.domain.interval import Interval, merged
from services.scheduling.domain.text import line_problem

MAX_PLACES = 2_000
MAX_NAME = 200
MAX_CAPACITY = 500  # sessions at once in one place
MAX_SEATS = 100
MAX_CLOSED = 50  # intervals one place may name
MAX_TRAVEL = 1_000
MAX_TRAVEL_MINUTES = 240
NIGHT = "04:00"  # until when a place may be open past midnight; a day ends then
CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")


@dataclass(frozen=True, slots=True)
class Place:
    """A table, room or corner: `capacity` sessions at once, `seats` people in each, local opening hours.

    `formats` empty: any format. `building` empty: near everything. `closed`: not open then after all. What closes
    before it opens closes in the night. `time_zone`: of its own clock, if that is not the conference's.
    """

    id: UUID
    name: str
    capacity: int
    seats: int
    formats: frozenset[str]
    opens: time
    closes: time
    building: str = ""
    quiet: bool = False
    step_free: bool = False
    closed: tuple[Interval, ...] = ()
    time_zone: str = ""


@dataclass(frozen=True, slots=True)
class Travel:
    """Whole minutes to walk between two buildings, either way."""

    a: str
    b: str
    minutes: int


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """A place as somebody described it; `opens` and `closes` are HH:MM, local."""

    name: str
    capacity: int
    seats: int
    formats: tuple[str, ...]
    opens: str
    closes: str
    building: str = ""
    quiet: bool = False
    step_free: bool = False
    closed: tuple[Interval, ...] = ()
    time_zone: str = ""


def check_venue(rows: Sequence[PlaceRow], known_formats: Collection[str]) -> None:
    """Raises Invalid with every problem of the venue, each naming its field (`places[3].closes`)."""
    if len(rows) > MAX_PLACES:
        raise Invalid("places", f"{len(rows)} places are too many; give at most {MAX_PLACES}")
    problems: list[Problem] = []
    first_use: dict[str, int] = {}
    for number, row in enumerate(rows):
        for field, message in [*_place_problems(row, known_formats), *_name_problems(row, number, first_use)]:
            problems.append(Problem(f"places[{number}].{field}", message, number))
    if problems:
        raise Invalid.all(problems)


def check_travel(travel: Sequence[Travel]) -> None:
    """Raises Invalid with every way that cannot be, each naming its field (`travel[3].minutes`)."""
    if len(travel) > MAX_TRAVEL:
        raise Invalid("travel", f"{len(travel)} ways are too many; give at most {MAX_TRAVEL}")
    problems = [
        Problem(f"travel[{number}].{field}", message, number)
        for number, way in enumerate(travel)
        for field, message in _travel_problems(way)
    ]
    if problems:
        raise Invalid.all(problems)


def _travel_problems(way: Travel) -> list[tuple[str, str]]:
    problems = []
    for field, text in (("a", way.a), ("b", way.b)):
        if not text:
            problems.append((field, "the building is empty; name it as its places do"))
        elif problem := line_problem("building", text, MAX_NAME):
            problems.append((field, problem))
    if way.a == way.b:
        problems.append(("b", "both ends are the same building; name two"))
    if way.minutes > MAX_TRAVEL_MINUTES:
        problems.append(("minutes", f"{way.minutes} minutes of walk; give at most {MAX_TRAVEL_MINUTES}"))
    return problems


def _name_problems(row: PlaceRow, number: int, first_use: dict[str, int]) -> list[tuple[str, str]]:
    name = row.name.strip()
    if not name:
        return [("name", "the name is empty; give each place a name people find it by")]
    if problem := line_problem("name", name, MAX_NAME):
        return [("name", problem)]
    if (first := first_use.setdefault(name, number)) != number:
        return [("name", f"{name!r} is the name of places[{first}] already; give each place its own")]
    return []


def _place_problems(row: PlaceRow, known_formats: Collection[str]) -> list[tuple[str, str]]:
    problems = []
    if not 1 <= row.capacity <= MAX_CAPACITY:
        problems.append(("capacity", f"{row.capacity} sessions at once; give 1 to {MAX_CAPACITY}"))
    if not 2 <= row.seats <= MAX_SEATS:
        problems.append(("seats", f"{row.seats} people in a session; give 2 to {MAX_SEATS}"))
    if unknown := sorted(set(row.formats) - set(known_formats)):
        known = ", ".join(known_formats)
        problems.append(("formats", f"{unknown[0][:40]!r} is no format; use {known}, or none for any"))
    if problem := line_problem("building", row.building, MAX_NAME):
        problems.append(("building", problem))
    if len(row.closed) > MAX_CLOSED:
        problems.append(("closed", f"{len(row.closed)} closed times; give at most {MAX_CLOSED}"))
    if any(closed.ends_at <= closed.starts_at for closed in row.closed):
        problems.append(("closed", "a closed time ends before it starts; give an end after its start"))
    hours = [("opens", row.opens), ("closes", row.closes)]
    wrong = [field for field, text in hours if not CLOCK.fullmatch(text)]
    problems += [(field, "not a time of day; write HH:MM from 00:00 to 23:59") for field in wrong]
    if not wrong and (row.closes == row.opens or NIGHT < row.closes < row.opens):
        help = f"close later the same day, or by {NIGHT} in the night"
        problems.append(("closes", f"{row.closes} is not after opens {row.opens}; {help}"))
    if row.time_zone and row.time_zone not in _time_zones():
        problems.append(("time_zone", f"{row.time_zone[:40]!r} is no time zone; give an IANA name, as Europe/Berlin"))
    return problems


@cache  # looking takes a walk through the folders of the zones
def _time_zones() -> set[str]:
    return available_timezones()


def place(row: PlaceRow, id: UUID) -> Place:
    """A checked row as a place."""
    opens, closes = time.fromisoformat(row.opens), time.fromisoformat(row.closes)
    return Place(
        id, row.name.strip(), row.capacity, row.seats, frozenset(row.formats), opens, closes, row.building.strip(),
        row.quiet, row.step_free, tuple(merged(list(row.closed))), row.time_zone,
    )  # fmt: skip
