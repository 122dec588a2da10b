"""Other spots for a session, and the move to one of them."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from services.kit.errors import Conflict, Invalid
from services.scheduling.domain.interval import Interval
from services.scheduling.domain.session import Session, Spot, State, check_movable, moved
from services.scheduling.engine.instant import Refusal, best_spots, check_spot
from services.scheduling.engine.model import Model
from services.scheduling.handlers.find_sessions import get_session, lock_session
from services.scheduling.handlers.offering import at_once, group_of
from services.scheduling.handlers.ports import Presence, Sessions, SpotTaken

MOST = 20
USUAL = 5


async def offer_slots(store: Sessions, session_id: UUID, limit: int, now: datetime) -> list[Spot]:
    """The best other spots, one a slot, in which everybody of the session is free; `limit` 0: 5."""
    if limit > MOST:
        raise Invalid("limit", f"{limit} offers are too many; ask for at most {MOST}")
    session = await get_session(store, session_id)
    if session.during is None or session.state not in (State.SCHEDULED, State.UNPLACED):
        return []  # one that never had a spot gets it from the worker
    model = await _model(store, session, now)
    return best_spots(model, group_of(model, session), limit or USUAL, near=session)


class Store(Sessions, Presence, Protocol):
    """Sessions, and who is here."""


async def move_session(
    store: Store, session_id: UUID, by: UUID | None, place_id: UUID, during: Interval, now: datetime
) -> Session:
    """Moves it for everybody; `by` None: an organizer.

    Raises Forbidden for others, Conflict when the session or the spot does not allow it.
    """
    session = await lock_session(store, session_id)
    check_movable(session, by, now)
    if session.state == State.SCHEDULED and (session.place_id, session.during) == (place_id, during):
        return session
    model = await _model(store, session, now)
    if model.frozen and by is not None:
        raise Conflict("session_id", "the plan is frozen; ask the organizers to move the session, or call it off")
    # Who said that they are here needs no notice.
    here = await store.here_among(session.conference_id, session.attendee_ids, now) >= set(session.attendee_ids)
    group = group_of(model, session)
    spot = check_spot(model, at_once(group) if here else group, place_id, during)
    if isinstance(spot, Refusal):
        raise Conflict("offer", f"{spot.reason}; ask for new offers")
    change = moved(session, spot)
    try:
        await store.save(change.session)
    except SpotTaken:
        raise Conflict("offer", "somebody else took that spot just now; ask for new offers") from None
    await store.publish([change])
    await store.wake(session.conference_id, now)
    return change.session


async def _model(store: Sessions, session: Session, now: datetime) -> Model:
    return await store.load_model(session.conference_id, session.attendee_ids, now, without=[session.id])
