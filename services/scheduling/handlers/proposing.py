"""An unplaced session finds room if others move: their people are asked, and only they decide (promise 8)."""

from datetime import datetime

from services.scheduling.domain.session import Change, Session, State, proposed
from services.scheduling.engine.instant import Refusal, best_spots, find_spot
from services.scheduling.handlers.offering import group_of, words
from services.scheduling.handlers.ports import Placing

LOOKED_AT = 8  # sessions of the unplaced one's people, the earliest first
ROOM = "another session of one of you finds no time"


async def propose(store: Placing, unplaced: Session, now: datetime) -> Change | None:
    """Asks the people of one session whose move makes room, if there is one; it stays where it is until they move it.

    Nobody is asked twice: while one of the people's sessions waits for an answer, up to a day, no other one is asked.
    """
    if await store.any_asked(unplaced.attendee_ids):
        return None
    open_ones = [one for one in await store.open_sessions_of(unplaced.attendee_ids, now) if not one.asked]
    ahead = [one for one in open_ones if one.during and one.state == State.SCHEDULED and one.during.starts_at > now]
    for other in sorted(ahead, key=lambda one: (one.during, one.id))[:LOOKED_AT]:
        reason = await _way_out(store, unplaced, other, now)
        if reason is not None:
            change = proposed(other, reason)
            await store.save(change.session)
            return change
    return None


async def _way_out(store: Placing, unplaced: Session, other: Session, now: datetime) -> str | None:
    """What to ask the people of the other session, if its move makes room."""
    people = {*unplaced.attendee_ids, *other.attendee_ids}
    model = await store.load_model(other.conference_id, people, now, without=[other.id])
    spot = find_spot(model, group_of(model, unplaced))
    if isinstance(spot, Refusal):
        return None
    model.book(spot, unplaced.attendee_ids)
    elsewhere = best_spots(model, group_of(model, other), 1, near=other)
    if not elsewhere:
        return None
    return f"{ROOM}; {words(model, other, elsewhere[0])} would make room: choose it, or leave yours where it is"
