"""What the engine looks at: one conference's places, the tables taken, and the people concerned."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import numpy as np

from services.scheduling.domain.conference import Conference
from services.scheduling.domain.formats import FORMATS, Format
from services.scheduling.domain.interval import Interval
from services.scheduling.domain.programme import Wishes
from services.scheduling.domain.session import Spot
from services.scheduling.domain.venue import Place, Travel
from services.scheduling.engine.rooms import Rooms
from services.scheduling.engine.slots import Seconds, around
from services.scheduling.engine.tables import Tables, Taken

BUFFER = timedelta(minutes=5)  # to walk from one session to the next, or to a talk
ELSEWHERE = timedelta(minutes=10)  # to another building, if nobody said how far it is


@dataclass(frozen=True, slots=True)
class Booked:
    """A session somebody is in, and the building it is in."""

    during: Interval
    building: str = ""
    span: tuple[int, int] = field(init=False, compare=False)  # in seconds

    def __post_init__(self) -> None:
        object.__setattr__(self, "span", around(self.during))


@dataclass(slots=True)
class Person:
    """`free` empty: whenever the conference is open; `talks` given or starred and `sessions` held make busy."""

    free: list[Interval] = field(default_factory=list)
    talks: list[Interval] = field(default_factory=list)
    sessions: list[Booked] = field(default_factory=list)
    wishes: Wishes = Wishes()


class Model:
    """Everything a placement depends on, as of `now`. `conference` None: not known yet; `frozen`: the plan stays."""

    def __init__(
        self,
        now: datetime,
        conference: Conference | None,
        venue: Sequence[Place] | Rooms,
        people: Mapping[UUID, Person],
        taken: Taken | None = None,
        travel: Iterable[Travel] = (),
        frozen: bool = False,
        formats: Mapping[str, Format] = FORMATS,
    ) -> None:
        self.now = now
        self.conference = conference
        self.frozen = frozen
        self.formats = formats
        self.rooms = venue if isinstance(venue, Rooms) else Rooms(venue)
        self.places = self.rooms.venue
        self.people = people
        self.tables = Tables(self.rooms.layout, taken)
        self._ways: dict[str, Seconds] = {}
        self._travel = {frozenset((way.a, way.b)): timedelta(minutes=way.minutes) for way in travel}

    def ways(self, building: str) -> Seconds:
        """[building]: how long it takes to walk there from each building of `rooms`, in seconds."""
        if building not in self._ways:
            ways = [self.way(building, other) for other in self.rooms.buildings]
            self._ways[building] = np.array([way.total_seconds() for way in ways], np.int64)
        return self._ways[building]

    def way(self, building: str, other: str) -> timedelta:
        if building == other or not building or not other:
            return timedelta()
        return self._travel.get(frozenset((building, other)), ELSEWHERE)

    def book(self, spot: Spot, attendee_ids: Iterable[UUID]) -> None:
        """Takes the spot, so that the next placement sees it."""
        self.tables.take(spot.place.id, spot.table_no, spot.during)
        for attendee_id in attendee_ids:
            self.people[attendee_id].sessions.append(Booked(spot.during, spot.place.building))
