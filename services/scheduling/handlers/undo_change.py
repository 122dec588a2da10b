"""An organizer takes back the last change of venue, talks or formats; nobody who chose another spot since is moved."""

from datetime import datetime
from uuid import UUID

from services.kit.errors import Conflict
from services.scheduling.domain.bulk_change import BulkChange, Kind
from services.scheduling.domain.session import Change, State, restored
from services.scheduling.engine.venue import free_table
from services.scheduling.handlers.ports import Programme, SpotTaken
from services.scheduling.handlers.set_formats import replace_formats
from services.scheduling.handlers.set_talks import replace_talks
from services.scheduling.handlers.set_venue import replace_venue


async def undo_change(
    store: Programme, conference_id: UUID, now: datetime, rehome: bool = False
) -> tuple[Kind, list[Change]]:
    """What was taken back, and what became of sessions; raises Conflict when nothing is left to take back."""
    await store.lock(conference_id)
    change = await store.take_last_change(conference_id)
    if change is None:
        raise Conflict("conference_id", "no change of venue, talks or formats is left that could be taken back")
    if change.kind == Kind.TALKS:
        return change.kind, await replace_talks(store, conference_id, change.before.talks, now)
    if change.kind == Kind.FORMATS:
        return change.kind, await replace_formats(store, conference_id, change.before.formats, now)
    places, before = await store.places(conference_id), change.before
    lost = await replace_venue(store, conference_id, places, before.places, before.travel, now, rehome)
    return change.kind, await _put_back(store, change, now) + lost


async def _put_back(store: Programme, change: BulkChange, now: datetime) -> list[Change]:
    """Sessions that lost their spot and got no other one have it back, unless it was taken meanwhile."""
    waiting = [
        session
        for session in await store.sessions(change.session_ids)
        if session.state == State.UNPLACED and session.during and session.during.starts_at > now
    ]
    model = await store.load_model(change.conference_id, [], now, without=change.session_ids)
    changes = []
    for session in waiting:
        table = free_table(model, session)
        if table is None:
            continue
        back = restored(session, table)
        try:
            await store.save(back.session)
        except SpotTaken:
            continue  # one of its people has something else then
        changes.append(back)
    await store.publish(changes)
    return changes
