"""A conference in full swing: its places, its people and the sessions they have, the same for the same seed."""

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from asyncpg import Range

from services.kit.db import Connection, Pool
from services.scheduling.domain.conference import Conference
from services.scheduling.domain.venue import PlaceRow
from services.scheduling.engine.model import BUFFER
from services.scheduling.handlers.follow_conferences import follow_conferences
from services.scheduling.handlers.set_venue import set_venue
from services.scheduling.store.write import Store

DAYS, FIRST = 4, datetime(2030, 5, 7, 9, tzinfo=UTC)
STEP, LENGTH, A_DAY = timedelta(minutes=45), timedelta(minutes=30), 12
CAPACITY = 2
BUILDINGS = ("", "North", "South")


@dataclass
class Hall:
    """A filled conference, and pairs of its people nobody asked for before."""

    conference: Conference
    people: list[UUID]
    dice: random.Random
    now: datetime = FIRST - timedelta(days=7)
    places: list[UUID] = field(default_factory=list)

    def strangers(self) -> tuple[UUID, ...]:
        """Two people."""
        return tuple(sorted(self.dice.sample(self.people, 2)))


async def fill(pool: Pool, attendees: int, sessions: int, places: int, seed: int) -> Hall:
    """Coffees of half an hour, spread evenly over the days' slots; who meets whom is drawn."""
    dice = random.Random(seed)
    first = FIRST.date()
    conference = Conference(_id(dice), "UTC", first, first + timedelta(days=DAYS - 1), 1)
    hall = Hall(conference, [_id(dice) for _ in range(attendees)], dice)
    rows = [
        PlaceRow(f"Table {n}", CAPACITY, 4 if n % 3 else 2, (), "09:00", "19:00", BUILDINGS[n % 3])
        for n in range(places)
    ]
    async with pool.acquire() as tx, tx.transaction():
        await follow_conferences(Store(tx), [conference], hall.now)
        venue = await set_venue(Store(tx), conference.id, rows, hall.now)
        hall.places = [place.id for place in venue.places]
        await _book(tx, hall, sessions)
    await pool.execute("vacuum analyze")
    return hall


async def _book(tx: Connection, hall: Hall, sessions: int) -> None:
    held, members = [], []
    slots = DAYS * A_DAY
    for slot in range(slots):
        start = FIRST + timedelta(days=slot // A_DAY) + slot % A_DAY * STEP
        during = Range(start, start + LENGTH)
        count = sessions // slots + (slot < sessions % slots)
        people = hall.dice.sample(hall.people, 2 * count)
        for table in range(count):
            session_id = _id(hall.dice)
            place = hall.places[table % len(hall.places)]
            table_no = table // len(hall.places) + 1
            held.append((session_id, hall.conference.id, "coffee", "scheduled", "", place, "", table_no, during, 0, 1))
            busy = Range(start, start + LENGTH + BUFFER)
            members += [(session_id, person, busy) for person in people[2 * table : 2 * table + 2]]
    names = ("id", "conference_id", "format", "state", "reason", "place_id", "place_name", "table_no", "during")
    await tx.copy_records_to_table("session", records=held, columns=[*names, "calendar_sequence", "version"])
    await tx.copy_records_to_table("session_member", records=members)


def _id(dice: random.Random) -> UUID:
    return UUID(int=dice.getrandbits(128), version=4)
