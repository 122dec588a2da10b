"""One of its people, or an organizer, cancels a session."""

from datetime import datetime
from uuid import UUID

from services.scheduling.domain.session import Session, State, cancelled, check_member
from services.scheduling.handlers.find_sessions import lock_session
from services.scheduling.handlers.ports import Sessions


async def cancel_session(store: Sessions, session_id: UUID, by: UUID | None, reason: str, now: datetime) -> Session:
    """Cancels and frees it; once cancelled it stays so. `by` None: an organizer."""
    session = await lock_session(store, session_id)
    check_member(session, by)
    if session.state == State.CANCELLED:
        return session
    change = cancelled(session, reason)
    await store.save(change.session)
    await store.publish([change])
    await store.wake(session.conference_id, now)
    return change.session
