"""Mails that wait to be sent: what they tell, never their words."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from services.kit.db import Connection
from services.kit.ids import new_id
from services.portal.domain.mails import Kind, Notice
from services.portal.domain.read_model import Session
from services.portal.handlers.ports import NO_WAIT


class MailStore:
    """Implements the Outbox port over one connection."""

    def __init__(self, tx: Connection, now: datetime) -> None:
        self._tx = tx
        self._now = now

    async def add(self, notices: Sequence[Notice], after: timedelta = NO_WAIT) -> None:
        """See Outbox.add. A session's newer mail takes the place of one not sent yet."""
        sessions = [(n.session.id, n.recipient) for n in notices if n.session]
        if sessions:
            await self._tx.execute(
                """UPDATE mail SET dropped_at = $3, problem = 'a newer one followed' FROM unnest($1::uuid[], $2::text[])
                   AS n (session_id, recipient) WHERE mail.session_id = n.session_id AND mail.recipient = n.recipient
                   AND tries = 0 AND sent_at IS NULL AND dropped_at IS NULL""",
                *map(list, zip(*sessions, strict=True)),
                self._now,
            )
        await self._tx.executemany(
            """INSERT INTO mail (id, event_id, kind, conference_id, recipient, role, session_id, session, created_at,
                                 next_try_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8::jsonb, $9, $10) ON CONFLICT DO NOTHING""",
            [self._values(notice, self._now + after) for notice in notices],
        )

    def _values(self, n: Notice, due: datetime) -> tuple[Any, ...]:
        session = json.dumps(asdict(n.session), default=str) if n.session else None
        session_id = n.session.id if n.session else None
        return (new_id(), n.event_id, n.kind, n.conference_id, n.recipient, n.role, session_id, session, self._now, due)

    async def lately_told_of_suggestions(self, recipients: Sequence[str], since: datetime) -> set[str]:
        """See Outbox.lately_told_of_suggestions."""
        records = await self._tx.fetch(
            """SELECT DISTINCT recipient FROM mail m WHERE recipient = any($1) AND kind = 'suggestions'
               AND created_at > $2 AND dropped_at IS NULL AND NOT EXISTS (SELECT FROM sign_in_link l
                   WHERE l.subject = m.recipient AND l.consumed_at > m.created_at AND m.sent_at IS NOT NULL)""",
            recipients,
            since,
        )
        return {r["recipient"] for r in records}


@dataclass(frozen=True, slots=True)
class Due:
    """A mail whose turn it is."""

    id: UUID
    kind: Kind
    conference_id: UUID
    recipient: str
    role: str
    session: Session | None
    tries: int
    created_at: datetime


async def claim(tx: Connection, now: datetime, patience: timedelta) -> Due | None:
    """Takes the next mail that is due; if nothing more is heard of it, it is due again after ``patience``.

    Welcomes go last: a sign-in link does not wait behind thousands of them."""
    record = await tx.fetchrow(
        """UPDATE mail SET tries = tries + 1, next_try_at = $1::timestamptz + $2 WHERE id = (
               SELECT id FROM mail WHERE sent_at IS NULL AND dropped_at IS NULL AND next_try_at <= $1
               ORDER BY kind = 'welcome', next_try_at LIMIT 1 FOR UPDATE SKIP LOCKED)
           RETURNING id, kind, conference_id, recipient, role, session, tries, created_at""",
        now,
        patience,
    )
    if record is None:
        return None
    session = _session(json.loads(record["session"])) if record["session"] else None
    return Due(**(dict(record) | {"session": session, "kind": cast(Kind, record["kind"])}))


def _session(value: dict[str, Any]) -> Session:
    ids = {name: UUID(value[name]) for name in ("id", "conference_id")}
    times = {
        name: datetime.fromisoformat(value[name]) if value[name] else None
        for name in ("starts_at", "ends_at", "changed_at")
    }
    place = {"place_id": UUID(value["place_id"]) if value["place_id"] else None}
    people = {"attendee_ids": tuple(map(UUID, value["attendee_ids"]))}
    return Session(**(value | ids | times | place | people))


async def sent(tx: Connection, mail_id: UUID, now: datetime) -> None:
    """The mail server has taken it."""
    await tx.execute("UPDATE mail SET sent_at = $2, problem = '' WHERE id = $1", mail_id, now)


async def later(tx: Connection, mail_id: UUID, due: datetime, problem: str) -> None:
    """Tries again at ``due``."""
    await tx.execute("UPDATE mail SET next_try_at = $2, problem = $3 WHERE id = $1", mail_id, due, problem[:500])


async def hold(tx: Connection, mail_id: UUID, until: datetime) -> None:
    """Sends it then; that it was looked at counts as no try, so that a newer mail may still take its place."""
    await tx.execute(
        "UPDATE mail SET next_try_at = $2, tries = tries - 1, problem = 'it is night' WHERE id = $1", mail_id, until
    )


async def drop(tx: Connection, mail_id: UUID, now: datetime, problem: str) -> None:
    """Never sends it."""
    await tx.execute("UPDATE mail SET dropped_at = $2, problem = $3 WHERE id = $1", mail_id, now, problem[:500])
