"""What organizers tell everybody who takes part: kept for the pages, and queued as mail where they ask for it."""

from datetime import datetime, timedelta
from uuid import UUID

from services.kit.db import Connection, Pool
from services.kit.errors import Conflict
from services.kit.ids import new_id

MOST_A_DAY = 10
SHOWN = timedelta(hours=24)
SHOWN_AT_ONCE = 3


async def announce(tx: Connection, conference_id: UUID, said: str, by_mail: bool, now: datetime) -> UUID:
    """Tells everybody who has joined; raises Conflict for too many in a day."""
    await tx.execute("SELECT FROM read_conference WHERE id = $1 FOR UPDATE", conference_id)
    count = await tx.fetchval(
        "SELECT count(*) FROM announcement WHERE conference_id = $1 AND at > $2", conference_id, now - SHOWN
    )
    if count >= MOST_A_DAY:
        raise Conflict("text", f"{MOST_A_DAY} announcements were made within a day; people stop reading, so wait")
    made = new_id()
    await tx.execute("INSERT INTO announcement VALUES ($1, $2, $3, $4)", made, conference_id, said, now)
    if by_mail:
        await tx.execute(
            """INSERT INTO mail (id, event_id, kind, conference_id, recipient, created_at, next_try_at)
               SELECT gen_random_uuid(), $1, 'announcement', $2, id::text, $3, $3 FROM read_attendee
               WHERE conference_id = $2 AND state IN ('joined', 'paused')""",
            made, conference_id, now,
        )  # fmt: skip
    return made


async def latest(pool: Pool, conference_id: UUID, now: datetime) -> list[str]:
    """What was said within the last day, the newest first."""
    rows = await pool.fetch(
        "SELECT said FROM announcement WHERE conference_id = $1 AND at > $2 ORDER BY at DESC LIMIT $3",
        conference_id, now - SHOWN, SHOWN_AT_ONCE,
    )  # fmt: skip
    return [row["said"] for row in rows]


async def of_mail(tx: Connection, mail_id: UUID) -> str:
    """What a mail is to say; empty for a mail that is no announcement."""
    said = await tx.fetchval(
        "SELECT said FROM announcement a JOIN mail m ON m.event_id = a.id WHERE m.id = $1 AND m.kind = 'announcement'",
        mail_id,
    )
    return str(said or "")
