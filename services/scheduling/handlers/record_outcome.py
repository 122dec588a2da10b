"""Somebody reports whether a session was held; the first report decides."""

from datetime import datetime
from uuid import UUID

from services.scheduling.domain.session import Session, State, check_member, concluded
from services.scheduling.handlers.find_sessions import lock_session
from services.scheduling.handlers.ports import Sessions


async def record_outcome(store: Sessions, session_id: UUID, by: UUID | None, outcome: State, now: datetime) -> Session:
    """The session as concluded; later reports change nothing. `by` None: an organizer."""
    session = await lock_session(store, session_id)
    check_member(session, by)
    change = concluded(session, outcome, now)
    if change is None:
        return session
    await store.save(change.session)
    await store.publish([change])
    if outcome == State.MISSED:
        await store.wake(session.conference_id, now)  # what is left of its time is for others
    return change.session
