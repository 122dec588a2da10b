"""The log of commands: who did what, added to and read, never changed."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from services.kit.db import Pool
from services.kit.ids import new_id


@dataclass(frozen=True, slots=True)
class Entry:
    """One command: kind is organizer or token; outcome done, tried (a preview), refused or failed."""

    conference_id: UUID | None
    at: datetime
    who: str
    kind: str
    action: str
    target: str
    outcome: str
    id: UUID = field(default_factory=new_id)  # in the order of time


async def add(pool: Pool, e: Entry) -> None:
    """Adds an entry."""
    await pool.execute(
        """INSERT INTO command_log (id, conference_id, at, who, kind, action, target, outcome)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8)""",
        e.id, e.conference_id, e.at, e.who, e.kind, e.action, e.target, e.outcome,
    )  # fmt: skip


async def entries(pool: Pool, conference_id: UUID, before: UUID | None, limit: int) -> list[Entry]:
    """A page of the conference's log, the newest first, of those older than ``before``."""
    rows = await pool.fetch(
        """SELECT * FROM command_log WHERE conference_id = $1 AND ($2::uuid IS NULL OR id < $2)
           ORDER BY id DESC LIMIT $3""",
        conference_id, before, limit,
    )  # fmt: skip
    return [Entry(**row) for row in rows]
