"""Who looks for company now."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from services.kit.db import Connection

LOCKS = 0x5EEC  # keeps these advisory locks apart from others in the database


class SeekingStore:
    """Implements ports.Seekings."""

    def __init__(self, tx: Connection) -> None:
        self._tx = tx

    async def begin(self, conference_id: UUID, attendee_id: UUID, until: datetime) -> None:
        """Remembers it; one at a time in a conference, to the transaction's end, so that two at once see each other."""
        await self._tx.execute("select pg_advisory_xact_lock($1, hashtext($2))", LOCKS, str(conference_id))
        await self._tx.execute(
            "insert into seeking (attendee_id, conference_id, until) values ($1, $2, $3)"
            " on conflict (attendee_id) do update set until = excluded.until",
            attendee_id, conference_id, until,
        )  # fmt: skip

    async def among(self, conference_id: UUID, attendee_ids: Sequence[UUID], now: datetime) -> list[UUID]:
        """Those of these people who look."""
        found = await self._tx.fetch(
            "select attendee_id from seeking where conference_id = $1 and attendee_id = any($2::uuid[]) and until > $3",
            conference_id, list(attendee_ids), now,
        )  # fmt: skip
        return [row["attendee_id"] for row in found]

    async def end(self, attendee_ids: Sequence[UUID]) -> None:
        """They have somebody."""
        await self._tx.execute("delete from seeking where attendee_id = any($1::uuid[])", list(attendee_ids))

    async def forget(self, now: datetime) -> None:
        """Whose half hour is over."""
        await self._tx.execute("delete from seeking where until <= $1", now)
