"""Other spots for a session, and the move to one of them."""

from datetime import datetime
from uuid import UUID

from services.kit.errors import Conflict, Invalid
from services.scheduling.domain.interval import Interval
from services.scheduling.domain.session import Session, Spot, State, check_movable, moved
from services.scheduling.engine.formats import FORMATS
from services.scheduling.engine.instant import Group, Refusal, best_spots, check_spot
from services.scheduling.engine.model import Model
from services.scheduling.handlers.find_sessions import get_session, lock_session
from services.scheduling.handlers.ports import Sessions, SpotTaken

MOST = 20
USUAL = 5


async def offer_slots(store: Sessions, session_id: UUID, limit: int, now: datetime) -> list[Spot]:
    """The earliest spots, one a slot, in which everybody of the session is free; `limit` 0: 5."""
    if limit > MOST:
        raise Invalid("limit", f"{limit} offers are too many; ask for at most {MOST}")
    session = await get_session(store, session_id)
    if session.state != State.SCHEDULED:
        return []  # an unplaced one gets its spot from the worker
    model = await _model(store, session, now)
    spots = best_spots(model, _group(session), (limit or USUAL) + 1)
    return [spot for spot in spots if spot.during != session.during][: limit or USUAL]


async def move_session(
    store: Sessions, session_id: UUID, by: UUID | None, place_id: UUID, during: Interval, now: datetime
) -> Session:
    """Moves it for everybody; `by` None: an organizer.

    Raises Forbidden for others, Conflict when the session or the spot does not allow it.
    """
    session = await lock_session(store, session_id)
    check_movable(session, by, now)
    if (session.place_id, session.during) == (place_id, during):
        return session
    spot = check_spot(await _model(store, session, now), _group(session), place_id, during)
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
    return await store.load_model(session.conference_id, session.attendee_ids, now, without=session.id)


def _group(session: Session) -> Group:
    return Group(session.attendee_ids, FORMATS[session.format])
