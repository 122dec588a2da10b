"""Replaces a conference's places; sessions that lose theirs are refused to go, or their people asked to choose."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.kit.errors import Conflict
from services.kit.ids import new_id
from services.scheduling.domain.bulk_change import Before, BulkChange, Kind
from services.scheduling.domain.formats import FORMATS
from services.scheduling.domain.session import Change, Session, displaced
from services.scheduling.domain.venue import Place, PlaceRow, Travel, check_travel, check_venue, place
from services.scheduling.engine.model import Model
from services.scheduling.engine.venue import fits_place, free_table
from services.scheduling.handlers.offering import ask
from services.scheduling.handlers.ports import Programme

FROZEN = "the plan is frozen and sessions would lose their place; keep it as it is, or unfreeze the plan first"


@dataclass(frozen=True, slots=True)
class VenueSet:
    """The places as they are now, and the sessions whose people were asked to choose another spot."""

    places: list[Place]
    changes: list[Change]


async def set_venue(
    store: Programme,
    conference_id: UUID,
    rows: Sequence[PlaceRow],
    now: datetime,
    travel: Sequence[Travel] = (),
    rehome: bool = False,
) -> VenueSet:
    """Takes the whole venue; a known name keeps its id. No `travel`: as before.

    Raises Invalid for rows that cannot be, and Conflict when sessions would lose their place, unless `rehome`.
    """
    check_venue(rows, FORMATS)
    check_travel(travel)
    await store.lock(conference_id)
    before = Before(tuple(await store.places(conference_id)), tuple(await store.travel(conference_id)))
    known = {known.name: known.id for known in before.places}
    places = [place(row, known.get(row.name.strip()) or new_id()) for row in rows]
    changes = await replace_venue(store, conference_id, before.places, places, travel or before.travel, now, rehome)
    sessions = tuple(change.session.id for change in changes)
    await store.keep_change(BulkChange(new_id(), conference_id, Kind.VENUE, before, sessions))
    return VenueSet(places, changes)


async def replace_venue(
    store: Programme,
    conference_id: UUID,
    before: Sequence[Place],
    places: Sequence[Place],
    travel: Sequence[Travel],
    now: datetime,
    rehome: bool,
) -> list[Change]:
    """The step that setting a venue and taking it back share; the conference is locked."""
    lost = await _losing(store, conference_id, before, places, now)
    if lost and not rehome:
        raise Conflict("places", _words(lost))
    await store.replace_places(conference_id, places)
    await store.replace_travel(conference_id, travel)
    changes = await _rehome(store, conference_id, lost, now) if lost else []
    if changes and await store.frozen(conference_id):
        raise Conflict("places", FROZEN)
    await store.wake(conference_id, now)
    return changes


async def _losing(
    store: Programme, conference_id: UUID, before: Sequence[Place], after: Sequence[Place], now: datetime
) -> list[Session]:
    """The sessions that had a place for all of their time and have it no more."""
    conference = await store.conference(conference_id)
    if conference is None:
        return []  # then nothing was ever scheduled
    was: dict[UUID | None, Place] = {known.id: known for known in before}
    will: dict[UUID | None, Place] = {known.id: known for known in after}
    return [
        session
        for session in await store.scheduled_ahead(conference_id, now)
        if fits_place(session, was.get(session.place_id), conference.time_zone)
        and not fits_place(session, will.get(session.place_id), conference.time_zone)
    ]


async def _rehome(store: Programme, conference_id: UUID, lost: Sequence[Session], now: datetime) -> list[Change]:
    people = {attendee_id for session in lost for attendee_id in session.attendee_ids}
    model = await store.load_model(conference_id, people, now, without=[session.id for session in lost])
    changes = []
    for session in lost:
        if table := free_table(model, session):  # the smallest change: nobody notices a table's number
            await store.change_table(session.id, table)
        else:
            changes.append(_displace(model, session))
            await store.save(changes[-1].session)
    await store.publish(changes)
    return changes


def _displace(model: Model, session: Session) -> Change:
    reason, spot = ask(model, session, f"{session.place_name} is not there then any more")
    if spot is not None:
        model.book(spot, session.attendee_ids)  # so that the next ones are shown others; it holds no slot
    return displaced(session, reason, asked=spot is not None)


def _words(lost: Sequence[Session]) -> str:
    name, count = Counter(session.place_name for session in lost).most_common(1)[0]
    others = f", and {len(lost) - count} sessions elsewhere" if len(lost) > count else ""
    return (
        f"{name} would have no room for {count} of its sessions{others}; keep it as it is, move or cancel them, or "
        "set rehome to have their people asked for another time"
    )
