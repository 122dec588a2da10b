"""Replaces a conference's places."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from services.kit.errors import Conflict
from services.kit.ids import new_id
from services.scheduling.domain.venue import Place, PlaceRow, check_venue, place
from services.scheduling.engine.formats import FORMATS
from services.scheduling.handlers.ports import Programme


async def set_venue(store: Programme, conference_id: UUID, rows: Sequence[PlaceRow], now: datetime) -> list[Place]:
    """Takes the whole venue; a known name keeps its id.

    Raises Invalid for rows that cannot be, and Conflict when a place or table with sessions would go.
    """
    check_venue(rows, FORMATS)
    await store.lock(conference_id)
    before = {known.name: known for known in await store.places(conference_id)}
    ids = {name: known.id for name, known in before.items()}
    places = [place(row, ids.get(row.name.strip()) or new_id()) for row in rows]
    _check_kept(before.values(), places, await store.occupied(conference_id, now))
    await store.replace_places(conference_id, places)
    await store.wake(conference_id, now)
    return places


def _check_kept(before: Iterable[Place], after: Sequence[Place], occupied: list[tuple[UUID, int]]) -> None:
    capacity = {place.id: place.capacity for place in after}
    for known in before:
        lost = [table for place_id, table in occupied if place_id == known.id and table > capacity.get(known.id, 0)]
        if lost:
            highest, count = max(lost), Counter(place_id for place_id, _ in occupied)[known.id]
            raise Conflict("places", _words(known.name, known.id in capacity, count, highest))


def _words(name: str, kept: bool, count: int, highest: int) -> str:
    if kept:
        return f"{name} holds {count} sessions, up to table {highest}; keep its capacity or move them first"
    return f"{name} holds {count} sessions; keep the place, or move or cancel them first"
