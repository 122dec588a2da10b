"""The people behind the dashboard's figures, a page at a time, and reminders to them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from services.kit.db import Connection, Pool
from services.kit.ids import new_id
from services.portal.domain.dashboard import LeftOut
from services.portal.store.dashboard import GROUPS, PEOPLE

START = UUID(int=0)
_REMINDER = UUID("4f0f8f0e-6f0c-4e4a-8d0e-5a3b52c1a7c2")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a ticket; sessions: scheduled and held ones."""

    id: UUID
    name: str
    ticket: str
    state: str
    sessions: int


async def people(pool: Pool, conference_id: UUID, group: str, after: UUID | None, limit: int) -> list[Person]:
    """One page of a figure's people, by id; ``group`` is a key of GROUPS."""
    records = await pool.fetch(
        f"""{PEOPLE} SELECT id, name, ticket, state, sessions FROM person WHERE ({GROUPS[group]}) AND id > $2
            ORDER BY id LIMIT $3""",
        conference_id,
        after or START,
        limit,
    )
    return [Person(**r) for r in records]


async def left_out(pool: Pool, conference_id: UUID, reason: str, after: UUID | None, limit: int) -> list[LeftOut]:
    """One page of those without a session, of one reason or (empty) of any, by id."""
    records = await pool.fetch(
        f"""{PEOPLE} SELECT id, name, reason FROM left_out WHERE ($2 = '' OR reason = $2) AND id > $3
            ORDER BY id LIMIT $4""",
        conference_id,
        reason,
        after or START,
        limit,
    )
    return [LeftOut(*r) for r in records]


async def left_out_reasons(pool: Pool, conference_id: UUID) -> dict[str, int]:
    """How many are left out for each reason."""
    records = await pool.fetch(
        f"{PEOPLE} SELECT reason, count(*) AS count FROM left_out GROUP BY reason", conference_id
    )
    return {r["reason"]: r["count"] for r in records}


async def remind(
    tx: Connection, conference_id: UUID, kind: str, people: Sequence[UUID], now: datetime, quiet: timedelta
) -> int:
    """Queues a mail of this kind to each of these who got none of it for ``quiet``; returns how many that are.

    Two who press the button at once send it once: the mail of a day has one event id."""
    event_id = uuid5(_REMINDER, f"{conference_id} {kind} {now.date()}")
    records = await tx.fetch(
        """INSERT INTO mail (id, event_id, kind, conference_id, recipient, created_at, next_try_at)
           SELECT r.id, $3, $4, $5, r.recipient, $6, $6 FROM unnest($1::uuid[], $2::text[]) AS r (id, recipient)
           WHERE NOT EXISTS (SELECT FROM mail m WHERE m.recipient = r.recipient AND m.kind = $4
                             AND m.created_at > $6::timestamptz - $7::interval AND m.dropped_at IS NULL)
           ON CONFLICT DO NOTHING RETURNING id""",
        [new_id() for _ in people],
        [str(person) for person in people],
        event_id,
        kind,
        conference_id,
        now,
        quiet,
    )
    return len(records)
