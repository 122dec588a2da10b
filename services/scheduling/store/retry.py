"""Locks a conference for its one writer, and remembers when its unplaced sessions are due."""

from datetime import datetime
from uuid import UUID

from services.scheduling.domain.session import Session
from services.scheduling.store import rows
from services.scheduling.store.reads import Reads
from services.scheduling.store.rows import SESSION

LOCKS = 0x5E55  # keeps these advisory locks apart from others in the database
GLANCE = 20  # due conferences looked at before giving up on finding one nobody works on


class RetryWrites(Reads):
    """A conference's lock is the lease on its work: it ends with the transaction, or with the process."""

    async def lock(self, conference_id: UUID) -> None:
        """Waits until no other transaction works on the conference; held to the transaction's end."""
        await self.tx.execute("select pg_advisory_xact_lock($1, hashtext($2))", LOCKS, str(conference_id))

    async def lock_due(self, now: datetime) -> UUID | None:
        """Locks one conference whose unplaced sessions are due; passes over those others work on."""
        due = await self.tx.fetch(
            "select conference_id from retry where due_at <= $1 order by due_at limit $2", now, GLANCE
        )
        for row in due:
            conference_id: UUID = row["conference_id"]
            locked = await self.tx.fetchval(
                "select pg_try_advisory_xact_lock($1, hashtext($2))", LOCKS, str(conference_id)
            )
            # Whoever held the lock a moment ago may have done the work.
            if locked and await self.tx.fetchval(
                "select due_at <= $2 from retry where conference_id = $1", conference_id, now
            ):
                return conference_id
        return None

    async def take_unplaced(self, conference_id: UUID, limit: int) -> list[Session]:
        """Unplaced sessions not tried in this round, marked as tried, those that waited longest first.

        Those whose people were asked to choose a spot are left to them.
        """
        taken = await self.tx.fetch(
            """update session set tried_in_round = retry.round from retry
            where retry.conference_id = $1 and session.id in (
                select id from session s
                where s.conference_id = $1 and s.state = 'unplaced' and not s.asked and s.tried_in_round < retry.round
                order by s.tried_in_round, s.created_at, s.id limit $2)
            returning session.id""",
            conference_id, limit,
        )  # fmt: skip
        found = await self.tx.fetch(
            f"{SESSION} where s.id = any($1::uuid[]) order by s.created_at, s.id", [row["id"] for row in taken]
        )
        return [rows.session(row) for row in found]

    async def any_unplaced(self, conference_id: UUID) -> bool:
        """Whether a session of the conference still waits for a time and place."""
        sql = "select exists (select from session where conference_id = $1 and state = 'unplaced' and not asked)"
        return bool(await self.tx.fetchval(sql, conference_id))

    async def wake(self, conference_id: UUID, now: datetime) -> None:
        """Something changed: all unplaced sessions are to be tried again at once."""
        await self.tx.execute(
            "insert into retry (conference_id, due_at) values ($1, $2) on conflict (conference_id)"
            " do update set due_at = excluded.due_at, round = retry.round + 1",
            conference_id, now,
        )  # fmt: skip

    async def retry_by(self, conference_id: UUID, due_at: datetime) -> None:
        """Unplaced sessions are tried again at `due_at` at the latest."""
        await self.tx.execute(
            "insert into retry (conference_id, due_at) values ($1, $2) on conflict (conference_id)"
            " do update set due_at = least(retry.due_at, excluded.due_at)",
            conference_id, due_at,
        )  # fmt: skip

    async def finish_round(self, conference_id: UUID, due_at: datetime | None) -> None:
        """All were tried; the next round begins at `due_at`, or (None) when something changes."""
        await self.tx.execute(
            "update retry set due_at = coalesce($2::timestamptz, 'infinity'), round = round + 1"
            " where conference_id = $1",
            conference_id, due_at,
        )  # fmt: skip
