"""Questions about sessions."""

from uuid import UUID

from services.kit.errors import Invalid, NotFound
from services.scheduling.domain.session import Session, Version
from services.scheduling.handlers.ports import Sessions

MOST = 1_000
USUAL = 100


async def get_session(store: Sessions, session_id: UUID) -> Session:
    """The session; raises NotFound."""
    session = await store.session(session_id)
    if session is None:
        raise NotFound("session", session_id)
    return session


async def list_versions(store: Sessions, session_id: UUID) -> list[Version]:
    """The session's versions, the first one first; raises NotFound."""
    await get_session(store, session_id)
    return await store.versions(session_id)


async def lock_session(store: Sessions, session_id: UUID) -> Session:
    """The session, with its conference locked, to be changed; raises NotFound."""
    await store.lock((await get_session(store, session_id)).conference_id)
    return await get_session(store, session_id)  # as the last writer left it


async def list_sessions(
    store: Sessions, conference_id: UUID, attendee_id: UUID | None, after: UUID | None, limit: int
) -> tuple[list[Session], UUID | None]:
    """A page of sessions by id, and the id to go on after (None: no more). `limit` 0: 100."""
    if limit > MOST:
        raise Invalid("limit", f"{limit} sessions are too many; ask for at most {MOST} and go on with after")
    size = limit or USUAL
    found = await store.list_sessions(conference_id, attendee_id, after, size + 1)
    page = found[:size]
    return page, page[-1].id if len(found) > size else None
