"""Locks a conference for its one writer; remembers when its unplaced sessions are due, and who plans them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from services.scheduling.domain.session import Session
from services.scheduling.store import rows
from services.scheduling.store.reads import Reads
from services.scheduling.store.rows import SESSION

LOCKS = 0x5E55  # keeps these advisory locks apart from others in the database

LEASE = """
    update retry set leased_until = clock_timestamp() + make_interval(secs => $2)
    where conference_id = (
        select conference_id from retry where due_at <= $1 and leased_until <= clock_timestamp()
        order by due_at limit 1 for update skip locked)
    returning conference_id
"""

# Those that waited longest first; those whose people were asked to choose a spot are left to them.
WAITING = """
    s.conference_id = $1 and s.state = 'unplaced' and not s.asked
    and s.tried_in_round < (select round from retry where conference_id = $1)
    order by s.tried_in_round, s.created_at, s.id limit $2
"""

# People of this session were asked to choose, and not so long ago that silence is their answer.
QUESTION = """
    other.asked and other.state in ('scheduled', 'unplaced') and exists (
        select from session_version v where v.session_id = other.id and v.version = other.version
        and v.saved_at > clock_timestamp() - interval '1 day')
"""

# Looked at longest ago first.
SETTLED = f"""
    s.conference_id = $1 and s.state = 'scheduled' and not s.asked and lower(s.during) > $2
    and not exists (
        select from session_member own
        join session_member theirs on theirs.attendee_id = own.attendee_id
        join session other on other.id = theirs.session_id
        where own.session_id = s.id and {QUESTION})
    order by s.tried_in_round, s.id limit $3
"""


class RetryWrites(Reads):
    """Whoever writes has the conference's lock; who plans has a lease, and waits for the lock when it writes."""

    async def lock(self, conference_id: UUID) -> None:
        """Waits until no other transaction works on the conference; held to the transaction's end."""
        await self.tx.execute("select pg_advisory_xact_lock($1, hashtext($2))", LOCKS, str(conference_id))

    async def lease_due(self, now: datetime, seconds: float) -> UUID | None:
        """Leases one conference whose unplaced sessions are due; passes over those others have."""
        found: UUID | None = await self.tx.fetchval(LEASE, now, seconds)
        return found

    async def end_lease(self, conference_id: UUID, rest_seconds: float) -> None:
        """After a rest the conference can be leased again."""
        await self.tx.execute(
            "update retry set leased_until = clock_timestamp() + make_interval(secs => $2) where conference_id = $1",
            conference_id, rest_seconds,
        )  # fmt: skip

    async def round(self, conference_id: UUID) -> int:
        """The number of this round of planning; every change that may make room begins a new one."""
        number: int = await self.tx.fetchval("select round from retry where conference_id = $1", conference_id)
        return number

    async def waiting(self, conference_id: UUID, limit: int) -> list[Session]:
        """What take_unplaced would take."""
        return [rows.session(row) for row in await self.tx.fetch(f"{SESSION} where {WAITING}", conference_id, limit)]

    async def take_unplaced(self, conference_id: UUID, limit: int) -> list[Session]:
        """Unplaced sessions not tried in this round, marked as tried."""
        taken = await self.tx.fetch(
            f"""update session set tried_in_round = (select round from retry where conference_id = $1)
            where id in (select s.id from session s where {WAITING}) returning id""",
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

    async def open_questions(self, conference_id: UUID) -> int:
        """Sessions whose people were asked to choose and have not, within a day."""
        sql = f"select count(*) from session other where other.conference_id = $1 and {QUESTION}"
        count: int = await self.tx.fetchval(sql, conference_id)
        return count

    async def any_asked(self, attendee_ids: Sequence[UUID]) -> bool:
        """Whether one of these people has such a question open."""
        sql = (
            "select exists (select from session_member m join session other on other.id = m.session_id"
            f" where m.attendee_id = any($1::uuid[]) and {QUESTION})"
        )
        return bool(await self.tx.fetchval(sql, attendee_ids))

    async def settled(self, conference_id: UUID, after: datetime, limit: int) -> list[Session]:
        """Scheduled sessions that begin after that, none of whose people has a question open."""
        found = await self.tx.fetch(f"{SESSION} where {SETTLED}", conference_id, after, limit)
        return [rows.session(row) for row in found]

    async def looked_at(self, conference_id: UUID, session_ids: Sequence[UUID]) -> None:
        """These come last when it is looked for better spots."""
        await self.tx.execute(
            "update session set tried_in_round = (select round from retry where conference_id = $1)"
            " where id = any($2::uuid[]) and state = 'scheduled'",
            conference_id, list(session_ids),
        )  # fmt: skip

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
