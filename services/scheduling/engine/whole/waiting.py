"""Plans the sessions that wait for a time and place together, around everything people were told of already.

The rules are the instant engine's: where it would allow a session that is alone, the planner may put it. A slot is a
cell of the grid, a quarter of an hour, and a day has as many as a plain one: after a night in which the clocks change,
the goals see days that end an hour off. Where it has to choose, the planner allows too little: the longest way of the
venue is left between any two sessions of a person.
"""

import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TypeVar
from uuid import UUID

import numpy as np

from services.scheduling.domain.interval import Interval
from services.scheduling.domain.venue import Place
from services.scheduling.engine import goals
from services.scheduling.engine.day import MARGIN, PEOPLE, Day, Group, days_left
from services.scheduling.engine.goals import Costs
from services.scheduling.engine.model import Model, Person
from services.scheduling.engine.slots import CELL, around
from services.scheduling.engine.tables import Bools
from services.scheduling.engine.whole.plan import first_plan, improve
from services.scheduling.engine.whole.problem import Conference, Meeting, Room

DAY = 24 * 3_600 // CELL
HORIZON = 14  # days planned at once

T = TypeVar("T")
Wanted = dict[T, tuple[UUID, Interval]]  # place and time of each


def plan_waiting(
    model: Model,
    groups: Mapping[T, Group],
    seed: int,
    steps: int,
    clock: Callable[[], float] = lambda: 0.0,
    seconds: float = math.inf,
) -> Wanted[T]:
    """Place and time for those the planner finds one for; the same for a seed and `steps`, unless `seconds` end it."""
    left = {key: list(days_left(model, group)) for key, group in groups.items()}
    by_date = {day.date: day for days in left.values() for day in days}
    if not by_date:
        return {}
    grid = _Grid(model, [by_date[date] for date in sorted(by_date)[:HORIZON]])
    rooms = grid.rooms(len(groups))
    meetings = [grid.meeting(group, left[key]) for key, group in groups.items()]
    conference = Conference(
        -(-grid.cells // DAY), DAY - 1, [-1] * len(grid.people), [room for _, room in rooms], meetings,
        grid.costs(left.values()), grid.pauses(), grid.most(), grid.busy(), goals.IDLE // CELL,
    )  # fmt: skip
    plan = improve(first_plan(conference), (), seed, steps, clock, seconds)
    found: Wanted[T] = {}
    for (key, group), spot in zip(groups.items(), plan, strict=True):
        if spot is not None:
            start = datetime.fromtimestamp((grid.first + spot[0]) * CELL, UTC)
            found[key] = rooms[spot[1]][0].id, Interval(start, start + group.format.length)
    return found


class _Grid:
    """The model's days as bits: a bit is a cell, counted from the first of these days on."""

    def __init__(self, model: Model, days: Sequence[Day]) -> None:
        self.model, self.days = model, days
        self.people = {attendee_id: number for number, attendee_id in enumerate(model.people)}
        self.first = days[0].bounds[0] // CELL
        self.cells = -(-days[-1].bounds[1] // CELL) - self.first

    def meeting(self, group: Group, days: Iterable[Day]) -> Meeting:
        """A session of the group, where its people can be whichever place it is at."""
        known, cells = {day.date for day in self.days}, np.zeros(self.cells, np.bool_)
        for day in (day for day in days if day.date in known):
            wherever = (day.fits(PEOPLE) & day.clocks()).all(axis=1)
            cells[day.slots[wherever] // CELL - self.first] = True
        people = tuple(self.people[attendee_id] for attendee_id in group.attendee_ids)
        length = int(group.format.length.total_seconds()) // CELL
        wishes = [self.model.people[attendee_id].wishes for attendee_id in group.attendee_ids]
        quiet, step_free = any(wish.quiet for wish in wishes), any(wish.step_free for wish in wishes)
        return Meeting(people, group.format.name, _mask(cells), length, _told(quiet, step_free))

    def rooms(self, wanted: int) -> list[tuple[Place, Room]]:
        """A room for each table, at most as many of a place as are wanted."""
        opened = np.zeros((self.cells, len(self.model.places)), np.bool_)
        for day in self.days:
            here = np.arange(day.bounds[0] // CELL, -(-day.bounds[1] // CELL))
            opened[here - self.first] |= self.model.rooms.open(day.date, day.zone, here * CELL, CELL)
        return [
            (place, Room(place.seats, place.formats, slots, _told(place.quiet, place.step_free)))
            for number, place in enumerate(self.model.rooms.places)
            for slots in self._tables(place, opened[:, number], wanted)
        ]

    def _tables(self, place: Place, opened: Bools, wanted: int) -> Iterator[int]:
        """When each of the place's tables can be had; low numbers are taken first, so the last ones are looked at."""
        free = np.zeros((self.cells, place.capacity), np.bool_)
        for day in self.days:
            lo, tables = self.model.tables.of(day.bounds, place)
            free[lo - self.first : lo - self.first + len(tables)] = tables
        return (_mask(column & opened) for column in free.T[-wanted:])

    def costs(self, days: Collection[Sequence[Day]]) -> dict[str, list[float]]:
        """By format: what the goals say of beginning in each cell."""
        origin = int(min(left[0].slots[0] for left in days if left))
        costs: dict[str, Costs] = {}
        for day in (day for left in days for day in left if day.date <= self.days[-1].date):
            of_format = costs.setdefault(day.group.format.name, np.zeros(self.cells))
            of_format[day.slots // CELL - self.first] = goals.of_format(day, origin)
        return {name: of_format.tolist() for name, of_format in costs.items()}

    def pauses(self) -> list[int]:
        """The cells left between two sessions of each person."""
        way = max((int(self.model.ways(one).max()) for one in self.model.rooms.buildings), default=0)
        breaks = (person.wishes.break_minutes * 60 for person in self.model.people.values())
        return [-(-max(MARGIN, way, seconds) // CELL) for seconds in breaks]

    def most(self) -> dict[int, list[int]]:
        """How many sessions more fit in each day of those who want no more than so many."""
        limited = {n: one for n, one in enumerate(self.model.people.values()) if one.wishes.most_a_day}
        return {
            number: [person.wishes.most_a_day - count for count in self._a_day(person)]
            for number, person in limited.items()
        }

    def _a_day(self, person: Person) -> list[int]:
        begin = np.array([booked.span[0] // CELL - self.first for booked in person.sessions], np.int64) // DAY
        return [int((begin == day).sum()) for day in range(-(-self.cells // DAY))]

    def busy(self) -> list[int]:
        """The cells each person's talks and sessions touch."""
        return [self._busy(person) for person in self.model.people.values()]

    def _busy(self, person: Person) -> int:
        cells = np.zeros(self.cells, np.bool_)
        for since, until in [*map(around, person.talks), *(booked.span for booked in person.sessions)]:
            cells[max(since // CELL - self.first, 0) : max(-(-until // CELL) - self.first, 0)] = True
        return _mask(cells)


def _told(quiet: bool, step_free: bool) -> frozenset[str]:
    return frozenset(["quiet"] * quiet + ["step-free"] * step_free)


def _mask(cells: Bools) -> int:
    """A bit for each."""
    return int.from_bytes(np.packbits(cells, bitorder="little").tobytes(), "little")
