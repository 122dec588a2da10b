"""Reads the read model: short SQL straight into the values that doors show."""

import json
from collections.abc import Callable, Iterable
from typing import Any, TypeAlias, TypeVar
from uuid import UUID

from asyncpg import Record

from services.kit.db import Connection, Pool
from services.portal.domain.read_model import Attendee, Conference, Session, Source, Suggestion

R = TypeVar("R")
Reader: TypeAlias = "Pool | Connection"

_START = UUID(int=0)
_SESSIONS = """SELECT s.*, array(SELECT attendee_id FROM read_session_member WHERE session_id = s.id
                                ORDER BY attendee_id) AS attendee_ids
               FROM read_session s"""


def _row(kind: Callable[..., R], record: Record, **more: Any) -> R:
    values = {name: tuple(value) if isinstance(value, list) else value for name, value in record.items()}
    return kind(**(values | more))


async def conference(reader: Reader, slug: str) -> Conference | None:
    """The conference of this slug."""
    record = await reader.fetchrow("SELECT * FROM read_conference WHERE slug = $1", slug)
    return _row(Conference, record) if record else None


async def conference_by_id(reader: Reader, conference_id: UUID) -> Conference | None:
    """The conference of this id."""
    record = await reader.fetchrow("SELECT * FROM read_conference WHERE id = $1", conference_id)
    return _row(Conference, record) if record else None


async def attendee(reader: Reader, attendee_id: UUID) -> Attendee | None:
    """The person of this id, cancelled or not."""
    record = await reader.fetchrow("SELECT * FROM read_attendee WHERE id = $1", attendee_id)
    return _row(Attendee, record) if record else None


async def attendees(reader: Reader, conference_id: UUID, after: UUID | None, limit: int) -> list[Attendee]:
    """One page of the conference's people, by id."""
    records = await reader.fetch(
        "SELECT * FROM read_attendee WHERE conference_id = $1 AND id > $2 AND name <> '' ORDER BY id LIMIT $3",
        conference_id,
        after or _START,
        limit,
    )
    return [_row(Attendee, r) for r in records]


async def names(reader: Reader, attendee_ids: Iterable[UUID]) -> dict[UUID, str]:
    """The names of these people, as far as known."""
    query = "SELECT id, name FROM read_attendee WHERE id = any($1) AND name <> ''"  # the erased have none
    records = await reader.fetch(query, list(attendee_ids))
    return {r["id"]: r["name"] for r in records}


async def sources(reader: Reader, conference_id: UUID) -> list[Source]:
    """The conference's sources that were not withdrawn."""
    records = await reader.fetch(
        "SELECT * FROM read_source WHERE conference_id = $1 AND state = 'imported' ORDER BY name, id", conference_id
    )
    return [_row(Source, r) for r in records]


async def open_suggestions(reader: Reader, attendee_id: UUID) -> list[Suggestion]:
    """What was suggested to this person and is open: the same whatever anybody answered."""
    records = await reader.fetch(
        """SELECT s.*, array(SELECT attendee_id FROM read_suggestion_member m WHERE m.suggestion_id = s.id
                             ORDER BY place) AS attendee_ids,
                  array(SELECT rank FROM read_suggestion_member m WHERE m.suggestion_id = s.id ORDER BY place) AS ranks
           FROM open_suggestion s JOIN read_suggestion_member mine ON mine.suggestion_id = s.id
           WHERE mine.attendee_id = $1 ORDER BY s.id LIMIT 1000""",
        attendee_id,
    )
    return [
        _row(Suggestion, r, evidence=tuple(json.loads(r["evidence"])), size=len(r["attendee_ids"])) for r in records
    ]


async def session(reader: Reader, session_id: UUID) -> Session | None:
    """The session of this id."""
    record = await reader.fetchrow(f"{_SESSIONS} WHERE s.id = $1", session_id)
    return _row(Session, record) if record else None


async def sessions(
    reader: Reader, conference_id: UUID, attendee_id: UUID | None, after: UUID | None, limit: int, state: str = ""
) -> list[Session]:
    """One page of the conference's sessions, or of one person's, or of one state, by id."""
    records = await reader.fetch(
        f"""{_SESSIONS} WHERE s.conference_id = $1 AND s.id > $2 AND ($3::uuid IS NULL OR EXISTS (
                SELECT FROM read_session_member m WHERE m.session_id = s.id AND m.attendee_id = $3))
            AND ($5 = '' OR s.state = $5) ORDER BY s.id LIMIT $4""",
        conference_id,
        after or _START,
        attendee_id,
        limit,
        state,
    )
    return [_row(Session, r) for r in records]
