"""Writes the read model, set by set; a row older than the one that is there changes nothing."""

import json
from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import Any
from uuid import UUID

from services.kit.db import Connection
from services.portal.domain.read_model import (
    Attendee,
    Conference,
    Match,
    Row,
    Session,
    Source,
    Suggestion,
    Tie,
)
from services.portal.store.forget import forget_reasons

_KEY = {"id": "uuid", "version": "bigint", "conference_id": "uuid"}
# Table, and the SQL type of each column, whose names are those of the dataclass.
_TABLES: dict[type[Row], tuple[str, dict[str, str]]] = {
    Conference: (
        "read_conference",
        {"id": "uuid", "version": "bigint", "slug": "text", "name": "text", "time_zone": "text",
         "starts_on": "date", "ends_on": "date", "series": "text"},
    ),
    Attendee: (
        "read_attendee",
        _KEY | {"ticket": "text", "name": "text", "email": "text", "state": "text", "attention_budget": "int",
                "interests": "text[]", "formats": "text[]"},
    ),
    Source: (
        "read_source",
        _KEY | {"network": "text", "name": "text", "visibility": "text", "state": "text", "messages": "bigint",
                "interactions": "bigint", "unresolved": "bigint", "ties": "bigint"},
    ),
    Tie: ("read_tie", _KEY | {"a": "uuid", "b": "uuid", "total": "bigint", "sources": "uuid[]"}),
    Suggestion: (
        "read_suggestion",
        _KEY | {"route": "text", "format": "text", "state": "text", "expires_at": "timestamptz", "evidence": "jsonb"},
    ),
    Match: ("read_match", _KEY | {"format": "text", "state": "text"}),
    Session: (
        "read_session",
        _KEY | {"format": "text", "state": "text", "place_id": "uuid", "place_name": "text",
                "starts_at": "timestamptz", "ends_at": "timestamptz", "calendar_sequence": "int", "reason": "text",
                "changed_at": "timestamptz"},
    ),
}  # fmt: skip

_MEMBERS = {
    Suggestion: """INSERT INTO read_suggestion_member (suggestion_id, attendee_id, place, rank)
                   SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::int[], $4::int[]) ON CONFLICT DO NOTHING""",
    Match: """INSERT INTO read_match_member (match_id, attendee_id)
              SELECT m, a FROM unnest($1::uuid[], $2::uuid[], $3::int[]) AS r (m, a, place) ON CONFLICT DO NOTHING""",
    Session: """INSERT INTO read_session_member (session_id, attendee_id)
                SELECT s, a FROM unnest($1::uuid[], $2::uuid[], $3::int[]) AS r (s, a, place) ON CONFLICT DO NOTHING""",
}

_ALL = ", ".join([table for table, _ in _TABLES.values()]) + (
    ", read_suggestion_member, read_match_member, read_session_member, read_change"
)


# unnest would take a list of lists apart: these come as JSON.
_FROM_JSON = {
    "text[]": "ARRAY(SELECT jsonb_array_elements_text({0}::jsonb))",
    "uuid[]": "ARRAY(SELECT jsonb_array_elements_text({0}::jsonb)::uuid)",
    "jsonb": "{0}::jsonb",
}


def _statement(table: str, columns: dict[str, str]) -> str:
    """Takes an array for each column; tells the conferences of the rows that were not older than what was there."""
    names = ", ".join(columns)
    given = ", ".join(f"${n}::{'text' if t in _FROM_JSON else t}[]" for n, t in enumerate(columns.values(), 1))
    read = ", ".join(_FROM_JSON.get(kind, "{0}").format(name) for name, kind in columns.items())
    changes = ", ".join(f"{name} = excluded.{name}" for name in columns if name != "id")
    return f"""WITH changed AS (
                   INSERT INTO {table} ({names}) SELECT {read} FROM unnest({given}) AS r ({names}) ORDER BY id
                   ON CONFLICT (id) DO UPDATE SET {changes} WHERE {table}.version < excluded.version
                   RETURNING {"conference_id" if "conference_id" in columns else "id"} AS conference_id)
               SELECT DISTINCT conference_id FROM changed"""


_STATEMENTS = {kind: _statement(*table) for kind, table in _TABLES.items()}


def _newest(rows: Sequence[Row]) -> list[Row]:
    """One row an id: a statement cannot change a row twice."""
    newest: dict[UUID, Row] = {}
    for row in rows:
        if row.id not in newest or newest[row.id].version < row.version:
            newest[row.id] = row
    return list(newest.values())


def _member(row: Any, place: int) -> tuple[Any, ...]:
    member = (row.id, row.attendee_ids[place], place)
    if isinstance(row, Suggestion):
        return (*member, row.ranks[place] if place < len(row.ranks) else None)
    return member


class ReadModelStore:
    """Implements the ReadModel port over one connection."""

    def __init__(self, tx: Connection) -> None:
        self._tx = tx

    async def upsert(self, rows: Sequence[Row]) -> set[UUID]:
        """Takes rows of one kind; returns the conferences of which something changed."""
        kind, newest = type(rows[0]), _newest(rows)
        columns = _TABLES[kind][1]
        values = list(zip(*map(attrgetter(*columns), newest), strict=True))
        for at, type_name in enumerate(columns.values()):
            if type_name in _FROM_JSON:
                values[at] = tuple(map(json.dumps, values[at]))
        if kind is Tie:
            await forget_reasons(self._tx, [row for row in newest if isinstance(row, Tie)])
        changed = await self._tx.fetch(_STATEMENTS[kind], *values)
        await self._members(newest)
        return {row["conference_id"] for row in changed}

    async def _members(self, rows: Sequence[Any]) -> None:
        statement = _MEMBERS.get(type(rows[0]))
        if statement is None:
            return
        members = [_member(row, place) for row in rows for place in range(len(row.attendee_ids))]
        if members:
            await self._tx.execute(statement, *map(list, zip(*members, strict=True)))

    async def mark_changed(self, conference_ids: Iterable[UUID]) -> None:
        """Raises the change counter of these conferences, which the dashboard watches."""
        await self._tx.execute(
            """INSERT INTO read_change (conference_id, counter)
               SELECT id, 1 FROM unnest($1::uuid[]) AS c (id) ORDER BY id
               ON CONFLICT (conference_id) DO UPDATE SET counter = read_change.counter + 1""",
            list(conference_ids),
        )

    async def clear(self, group: str) -> None:
        """Empties the read model, and lets this consumer group take every event afresh."""
        await self._tx.execute("DELETE FROM inbox WHERE consumer_group = $1", group)
        await self._tx.execute(f"TRUNCATE {_ALL}")
