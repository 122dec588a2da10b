"""A word that somebody adds to their yes: read by the others of the session once there is one, and by nobody before."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from services.portal.store.reads import Reader

# A suggestion that ended without a match takes its words along, in whatever order that is told.
_PURGE = """
    DELETE FROM word w WHERE expires_at <= $1 OR EXISTS (
        SELECT FROM read_suggestion s WHERE s.id = w.suggestion_id AND s.state IN ('withdrawn', 'expired')
        AND NOT EXISTS (SELECT FROM read_match m WHERE m.id = s.id))
"""


async def keep(reader: Reader, suggestion_id: UUID, attendee_id: UUID, said: str, expires_at: datetime) -> None:
    """Keeps what somebody says with their yes, instead of what they said before; '' is nothing."""
    if not said:
        await drop(reader, suggestion_id, attendee_id)
        return
    await reader.execute(
        """INSERT INTO word VALUES ($1, $2, $3, $4)
           ON CONFLICT (suggestion_id, attendee_id) DO UPDATE SET said = excluded.said""",
        suggestion_id, attendee_id, said, expires_at,
    )  # fmt: skip


async def drop(reader: Reader, suggestion_id: UUID, attendee_id: UUID) -> None:
    """Removes it: call it before any answer that is not yes."""
    await reader.execute("DELETE FROM word WHERE suggestion_id = $1 AND attendee_id = $2", suggestion_id, attendee_id)


async def own(reader: Reader, suggestion_ids: Sequence[UUID], attendee_id: UUID) -> dict[UUID, str]:
    """By suggestion, what this person themselves said."""
    rows = await reader.fetch(
        "SELECT suggestion_id, said FROM word WHERE suggestion_id = any($1) AND attendee_id = $2",
        list(suggestion_ids), attendee_id,
    )  # fmt: skip
    return {row["suggestion_id"]: row["said"] for row in rows}


async def of_sessions(
    reader: Reader, people: Mapping[UUID, Sequence[UUID]], now: datetime
) -> dict[UUID, dict[UUID, str]]:
    """By session and person, what the people of these sessions said; ``people``: of each session, who is in it."""
    found: dict[UUID, dict[UUID, str]] = {}
    query = "SELECT * FROM word WHERE suggestion_id = any($1) AND expires_at > $2 ORDER BY attendee_id"
    for row in await reader.fetch(query, list(people), now):
        if row["attendee_id"] in people[row["suggestion_id"]]:
            found.setdefault(row["suggestion_id"], {})[row["attendee_id"]] = row["said"]
    return found


async def purge(reader: Reader, now: datetime) -> bool:
    """Removes what nobody will read any more; never more to do at once."""
    await reader.execute(_PURGE, now)
    return False
