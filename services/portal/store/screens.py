"""Screens of a hall, by the ids in their addresses, and what comes next on them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.kit.db import Connection, Pool
from services.kit.errors import Conflict
from services.kit.ids import new_id

MOST_SCREENS = 20
NEXT_SHOWN = 6


@dataclass(frozen=True, slots=True)
class Screen:
    """An address that opens a conference's screen."""

    id: UUID
    name: str
    made_by: str


@dataclass(frozen=True, slots=True)
class Next:
    """Sessions of one format that begin at the same time at the same place."""

    starts_at: datetime
    place_name: str
    format: str


async def screens(pool: Pool, conference_id: UUID) -> list[Screen]:
    """Those that work, the oldest first."""
    records = await pool.fetch(
        "SELECT id, name, made_by FROM screen WHERE conference_id = $1 AND revoked_at IS NULL ORDER BY id",
        conference_id,
    )
    return [Screen(**r) for r in records]


async def add(tx: Connection, conference_id: UUID, name: str, made_by: str) -> None:
    """Makes one; raises Conflict when there are enough."""
    await tx.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"screen {conference_id}")
    working = "SELECT count(*) FROM screen WHERE conference_id = $1 AND revoked_at IS NULL"
    if await tx.fetchval(working, conference_id) >= MOST_SCREENS:
        raise Conflict("name", f"There are {MOST_SCREENS} screens already. Switch one off first.")
    await tx.execute(
        "INSERT INTO screen (id, conference_id, name, made_by) VALUES ($1, $2, $3, $4)",
        new_id(), conference_id, name, made_by,
    )  # fmt: skip


async def revoke(tx: Connection, conference_id: UUID, screen_id: UUID) -> None:
    """Its address opens nothing any more."""
    await tx.execute(
        "UPDATE screen SET revoked_at = now() WHERE id = $1 AND conference_id = $2 AND revoked_at IS NULL",
        screen_id,
        conference_id,
    )


async def conference_of(pool: Pool, screen_id: UUID) -> UUID | None:
    """Whose screen it is; None: nobody's, or it was switched off."""
    found: UUID | None = await pool.fetchval(
        "SELECT conference_id FROM screen WHERE id = $1 AND revoked_at IS NULL", screen_id
    )
    return found


async def coming(pool: Pool, conference_id: UUID, now: datetime) -> list[Next]:
    """The next sessions' times and places, no matter whose they are."""
    records = await pool.fetch(
        """SELECT DISTINCT starts_at, place_name, format FROM read_session
           WHERE conference_id = $1 AND state = 'scheduled' AND starts_at > $2
           ORDER BY starts_at, place_name, format LIMIT $3""",
        conference_id,
        now,
        NEXT_SHOWN,
    )
    return [Next(**r) for r in records]
