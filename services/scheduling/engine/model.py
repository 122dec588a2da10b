"""What the engine looks at: one conference's places, the tables taken, and the people concerned."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from services.scheduling.domain.conference import Conference
from services.scheduling.domain.interval import Interval
from services.scheduling.domain.session import Spot
from services.scheduling.domain.venue import Place
from services.scheduling.engine.slots import STEP

BUFFER = timedelta(minutes=5)  # to walk from one session to the next


@dataclass(slots=True)
class Person:
    """`free` empty: whenever the conference is open; `talks` given and `sessions` held make busy."""

    free: list[Interval] = field(default_factory=list)
    talks: list[Interval] = field(default_factory=list)
    sessions: list[Interval] = field(default_factory=list)

    def can_meet(self, slot: Interval) -> bool:
        """Whether the person is free for all of the slot, with time to walk before and after."""
        if self.free and not any(slot.within(free) for free in self.free):
            return False
        if any(slot.overlaps(talk) for talk in self.talks):
            return False
        return not any(slot.padded(BUFFER).overlaps(other.padded(BUFFER)) for other in self.sessions)


class Tables:
    """Which numbered tables of which place are taken, cell by cell of the slot grid."""

    def __init__(self) -> None:
        self._taken: dict[tuple[UUID, int], set[int]] = defaultdict(set)

    def take(self, place_id: UUID, table_no: int, during: Interval) -> None:
        """Marks a table as taken."""
        for cell in _cells(during):
            self._taken[place_id, cell].add(table_no)

    def free(self, place: Place, during: Interval) -> int | None:
        """The lowest free table of the place, None when all are taken."""
        taken: set[int] = set()
        for cell in _cells(during):
            there = self._taken.get((place.id, cell), set())
            if len(there) >= place.capacity:
                return None  # most looks at a busy venue end here
            taken |= there
        return next((number for number in range(1, place.capacity + 1) if number not in taken), None)


def _cells(during: Interval) -> Iterator[int]:
    """The grid cells an interval touches; one that is off the grid takes the whole cell."""
    step = int(STEP.total_seconds())
    first, last = int(during.starts_at.timestamp()) // step, -(-int(during.ends_at.timestamp()) // step)
    yield from range(first, last)


@dataclass(slots=True)
class Model:
    """Everything a placement depends on, as of `now`. `conference` None: not known yet."""

    now: datetime
    conference: Conference | None
    places: list[Place]
    people: dict[UUID, Person]
    tables: Tables

    def book(self, spot: Spot, attendee_ids: Iterable[UUID]) -> None:
        """Takes the spot, so that the next placement sees it."""
        self.tables.take(spot.place.id, spot.table_no, spot.during)
        for attendee_id in attendee_ids:
            self.people[attendee_id].sessions.append(spot.during)
