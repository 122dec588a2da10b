"""Places where sessions are held, and what a venue may look like."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import time
from uuid import UUID

from services.kit.errors import Invalid, Problem
from services.scheduling.domain.text import line_problem

MAX_PLACES = 2_000
MAX_NAME = 200
MAX_CAPACITY = 500  # sessions at once in one place
MAX_SEATS = 100
CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")


@dataclass(frozen=True, slots=True)
class Place:
    """A table, room or corner: `capacity` sessions at once, `seats` people in each, local opening hours.

    `formats` empty: any format.
    """

    id: UUID
    name: str
    capacity: int
    seats: int
    formats: frozenset[str]
    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """A place as somebody described it; `opens` and `closes` are HH:MM, local."""

    name: str
    capacity: int
    seats: int
    formats: tuple[str, ...]
    opens: str
    closes: str


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
    hours = [("opens", row.opens), ("closes", row.closes)]
    wrong = [field for field, text in hours if not CLOCK.fullmatch(text)]
    problems += [(field, "not a time of day; write HH:MM from 00:00 to 23:59") for field in wrong]
    if not wrong and row.closes <= row.opens:
        problems.append(("closes", f"{row.closes} is not after opens {row.opens}; close later the same day"))
    return problems


def place(row: PlaceRow, id: UUID) -> Place:
    """A checked row as a place."""
    opens, closes = time.fromisoformat(row.opens), time.fromisoformat(row.closes)
    return Place(id, row.name.strip(), row.capacity, row.seats, frozenset(row.formats), opens, closes)
