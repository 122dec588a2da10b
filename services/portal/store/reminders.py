"""Who meets somebody tomorrow, and what: for the one mail on the evening before."""

import uuid
from datetime import date, datetime
from uuid import UUID

from services.kit.db import Connection
from services.portal.domain.mails import Notice
from services.portal.domain.read_model import Session
from services.portal.store import reads

_NAMESPACE = UUID("0d9a9c5c-2f0e-4a52-9d5b-3c1be1a0f5c4")
# `local` is now in the conference's zone.
_TOMORROW = """
    SELECT DISTINCT m.attendee_id, s.conference_id, local::date + 1 AS day
    FROM read_conference c
    CROSS JOIN LATERAL (SELECT $1::timestamptz AT TIME ZONE c.time_zone AS local) t
    JOIN read_session s ON s.conference_id = c.id AND s.state = 'scheduled'
        AND (s.starts_at AT TIME ZONE c.time_zone)::date = local::date + 1
    JOIN read_session_member m ON m.session_id = s.id
    WHERE extract(hour FROM local) >= $2 AND extract(hour FROM local) < $3
        AND local::date + 1 BETWEEN c.starts_on AND c.ends_on
        AND NOT EXISTS (SELECT FROM mail WHERE recipient = m.attendee_id::text AND kind = 'reminder'
                        AND created_at > $1::timestamptz - interval '12 hours')
    ORDER BY m.attendee_id LIMIT 1000
"""


async def tomorrow(tx: Connection, now: datetime, from_hour: int, to_hour: int) -> list[Notice]:
    """A reminder for each of 1,000 people, where it is evening, who have sessions tomorrow and had no reminder yet."""
    return [
        Notice(uuid.uuid5(_NAMESPACE, f"{r['attendee_id']} {r['day']}"), "reminder", r["conference_id"],
               str(r["attendee_id"]))
        for r in await tx.fetch(_TOMORROW, now, from_hour, to_hour)
    ]  # fmt: skip


async def sessions_of(tx: Connection, attendee_id: UUID, conference_id: UUID, day: date, zone: str) -> list[Session]:
    """This person's scheduled sessions of one local day, by time."""
    ids = await tx.fetch(
        """SELECT s.id FROM read_session s JOIN read_session_member m ON m.session_id = s.id
           WHERE m.attendee_id = $1 AND s.conference_id = $2 AND s.state = 'scheduled'
           AND (s.starts_at AT TIME ZONE $4)::date = $3 ORDER BY s.starts_at LIMIT 50""",
        attendee_id, conference_id, day, zone,
    )  # fmt: skip
    found = [await reads.session(tx, row["id"]) for row in ids]
    return [session for session in found if session]
