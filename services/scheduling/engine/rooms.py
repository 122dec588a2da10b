"""A venue as arrays, its places in the order in which they are preferred: the fewest seats first.

Nothing of it changes, so one venue serves every placement until an organizer sets another.
"""

from collections.abc import Sequence
from datetime import date

import numpy as np

from services.scheduling.domain.venue import Place
from services.scheduling.engine.slots import Seconds, around, bounds, hours, inside, spans, within
from services.scheduling.engine.tables import Bools, Ints, Layout

Hours = tuple[Seconds, Seconds, list[tuple[int, int, int]]]  # opens, closes, (place, from, to) closed meanwhile


class Rooms:
    """Arrays over `places`, which are sorted; `number` is where each of them stands in the venue."""

    def __init__(self, venue: Sequence[Place]) -> None:
        self.venue = venue
        self.layout = Layout(venue)
        order = sorted(range(len(venue)), key=lambda number: (venue[number].seats, venue[number].name))
        self.number: Ints = np.array(order, np.int64)
        self.places = [venue[number] for number in order]
        self.seats: Ints = np.array([place.seats for place in self.places], np.int64)
        self.quiet: Bools = np.array([place.quiet for place in self.places], np.bool_)
        self.step_free: Bools = np.array([place.step_free for place in self.places], np.bool_)
        self.with_clock = [n for n, place in enumerate(self.places) if place.time_zone]
        self.buildings = sorted({place.building for place in self.places})
        known = {building: number for number, building in enumerate(self.buildings)}
        self.building: Ints = np.array([known[place.building] for place in self.places], np.int64)
        self._hours: dict[tuple[date, str], Hours] = {}

    def suit(self, format: str, people: int) -> Bools:
        """[place]: whether the place is for such sessions at all."""
        allowed = [not place.formats or format in place.formats for place in self.places]
        return np.array(allowed, np.bool_) & (self.seats >= people)

    def open(self, day: date, time_zone: str, starts: Seconds, length: int) -> Bools:
        """[slot, place]: whether the place is open for all of the slot."""
        opens, closes, closed = self._of(day, time_zone)
        ends = starts + length
        result: Bools = (starts[:, None] >= opens) & (ends[:, None] <= closes)
        for n in self.with_clock:
            own = self.places[n]
            result[:, n] = inside(spans(day, own.opens, own.closes, time_zone, own.time_zone), starts, length)
        for place, since, until in closed:
            result[:, place] &= (ends <= since) | (starts >= until)
        return result

    def _of(self, day: date, time_zone: str) -> Hours:
        if (day, time_zone) not in self._hours:
            whole = [hours(day, place.opens, place.closes, time_zone) for place in self.places]
            opened = np.array([within(span) if span else (1, 0) for span in whole], np.int64).reshape(-1, 2)
            first, last = bounds(day, time_zone)
            away = [(n, *around(closed)) for n, place in enumerate(self.places) for closed in place.closed]
            today = [row for row in away if row[1] < last and row[2] > first]
            self._hours[day, time_zone] = opened[:, 0], opened[:, 1], today
        return self._hours[day, time_zone]
