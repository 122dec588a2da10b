"""Builders shared by the tests of scheduling: a two-day conference in Berlin and its people."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4

from services.scheduling.api.worker import Worker
from services.scheduling.domain.conference import Conference, Match
from services.scheduling.domain.formats import FORMATS
from services.scheduling.domain.interval import Interval
from services.scheduling.domain.venue import Place, PlaceRow
from services.scheduling.engine.instant import Group
from services.scheduling.engine.model import Model, Person
from services.scheduling.handlers.find_sessions import list_sessions
from services.scheduling.handlers.follow_conferences import follow_conferences
from services.scheduling.handlers.set_venue import set_venue
from services.scheduling.store.write import Store

NOW = datetime(2027, 5, 1, 12, 0, tzinfo=UTC)  # ten days before


def berlin(day: int, clock: str) -> datetime:
    """A local time of 11 or 12 May 2027, when Berlin is two hours ahead of UTC."""
    return datetime.combine(date(2027, 5, day), time.fromisoformat(clock), UTC) - timedelta(hours=2)


def between(day: int, starts: str, ends: str) -> Interval:
    return Interval(berlin(day, starts), berlin(day, ends))


def conference(time_zone: str = "Europe/Berlin", first: date = date(2027, 5, 11), days: int = 2) -> Conference:
    return Conference(uuid4(), time_zone, first, first + timedelta(days=days - 1), version=1)


def place(
    name: str = "Foyer",
    capacity: int = 1,
    seats: int = 4,
    formats: str = "",
    opens: str = "09:00",
    closes: str = "18:00",
    **more: Any,
) -> Place:
    kinds = frozenset(formats.split())
    hours = time.fromisoformat(opens), time.fromisoformat(closes)
    return Place(uuid4(), name, capacity, seats, kinds, *hours, **more)


def row(
    name: str = "Foyer",
    capacity: int = 1,
    seats: int = 4,
    formats: tuple[str, ...] = (),
    opens: str = "09:00",
    closes: str = "18:00",
    **more: Any,
) -> PlaceRow:
    return PlaceRow(name, capacity, seats, formats, opens, closes, **more)


def model(
    *places: Place, people: int = 2, now: datetime = NOW, at: Conference | None = None, known: bool = True
) -> Model:
    """A model of that many people who have nothing else to do."""
    there = {uuid4(): Person() for _ in range(people)}
    return Model(now, (at or conference()) if known else None, list(places), there)


def group(of: Model, format: str = "coffee", *numbers: int) -> Group:
    """The model's people (all, or those with these numbers), meeting in that format."""
    everybody = list(of.people)
    return Group(tuple(everybody[n] for n in numbers) if numbers else tuple(everybody), FORMATS[format])


def match(conference_id: UUID, *people: UUID, format: str = "coffee") -> Match:
    return Match(uuid4(), conference_id, people or (uuid4(), uuid4()), format)


async def act(pool, handler, *arguments):
    """One use case in one transaction, as the doors run it."""
    async with pool.acquire() as tx, tx.transaction():
        return await handler(Store(tx), *arguments)


async def retry(pool, now):
    """The worker's next turn, whether or not it should rest."""
    return await Worker(pool, lambda: now, quiet_seconds=0).plan()


async def ready(pool, *rows):
    """A known conference with this venue."""
    at = conference()
    await act(pool, follow_conferences, [at], NOW)
    venue = await act(pool, set_venue, at.id, rows or [row()], NOW)
    return at, venue.places


async def all_sessions(pool, at):
    sessions, _ = await act(pool, list_sessions, at.id, None, None, 1_000)
    return sessions
