"""Contact details people give each other after a session. Nobody reads another's without having given their own."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from services.kit.db import Connection, Pool
from services.portal.domain.contact import Details
from services.portal.store.reads import Reader

# One's own row opens the session: without it, the other's row is not even read.
_SEEN = """
    SELECT c.session_id, c.attendee_id, c.email, c.phone, c.web
    FROM contact mine JOIN contact c ON c.session_id = mine.session_id
    WHERE mine.attendee_id = $2 AND mine.session_id = any($1) AND mine.expires_at > $3 AND c.expires_at > $3
"""


async def seen(
    reader: Reader, session_ids: Sequence[UUID], attendee_id: UUID, now: datetime
) -> dict[UUID, dict[UUID, Details]]:
    """By session and person, what this person may see: of each session where they gave theirs, what was given."""
    found: dict[UUID, dict[UUID, Details]] = {}
    for row in await reader.fetch(_SEEN, list(session_ids), attendee_id, now):
        details = Details(row["email"], row["phone"], row["web"])
        found.setdefault(row["session_id"], {})[row["attendee_id"]] = details
    return found


async def give(
    pool: Pool, session_id: UUID, attendee_id: UUID, details: Details, now: datetime, expires_at: datetime
) -> None:
    """Keeps what somebody gives, instead of what they gave before."""
    async with pool.acquire() as tx, tx.transaction():
        await _one_at_a_time(tx, session_id)
        await tx.execute(
            """INSERT INTO contact VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (session_id, attendee_id) DO UPDATE
               SET email = excluded.email, phone = excluded.phone, web = excluded.web, given_at = excluded.given_at""",
            session_id, attendee_id, details.email, details.phone, details.web, now, expires_at,
        )  # fmt: skip


async def take_back(pool: Pool, session_id: UUID, attendee_id: UUID) -> bool:
    """Removes what somebody gave, unless the other has given theirs and so may have seen it: then False."""
    async with pool.acquire() as tx, tx.transaction():
        await _one_at_a_time(tx, session_id)
        if await tx.fetchval("SELECT count(*) FROM contact WHERE session_id = $1", session_id) == 2:
            return False
        await tx.execute("DELETE FROM contact WHERE session_id = $1 AND attendee_id = $2", session_id, attendee_id)
        return True


async def _one_at_a_time(tx: Connection, session_id: UUID) -> None:
    await tx.execute("SELECT pg_advisory_xact_lock(hashtextextended('contact ' || $1::text, 0))", str(session_id))


async def purge(pool: Pool, now: datetime) -> bool:
    """Removes what is kept no longer; never more to do at once."""
    await pool.execute("DELETE FROM contact WHERE expires_at <= $1", now)
    return False
