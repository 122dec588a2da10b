"""Writes the copies of what the attendee service told; versions decide, never the order of arrival."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from services.kit.db import Connection
from services.matchmaking.domain.facts import Attendee, Conference, Source, Tie
from services.matchmaking.store.rows import counts_json

_CONFERENCE = """
    insert into conference (id, ends_at, version, series) values ($1, $2, $3, $4)
    on conflict (id) do update set ends_at = excluded.ends_at, version = excluded.version, series = excluded.series
    where conference.version < excluded.version
"""
# Of who is forgotten the digest stays if somebody asked never to meet them: that is the other's, at every conference.
_PERSON = """coalesce(excluded.person, case when exists (
        select from exclusion where other_id = attendee.id and reason = 'blocked') then attendee.person end)"""
_ATTENDEES = f"""
    insert into attendee (id, conference_id, state, budget, interests, formats, version, person)
    select * from json_to_recordset($1) as given (id uuid, conference_id uuid, state text, budget int,
        interests text[], formats text[], version bigint, person bytea) order by id
    on conflict (id) do update set state = excluded.state, budget = excluded.budget, interests = excluded.interests,
        formats = excluded.formats, version = excluded.version, person = {_PERSON}, changed = pg_current_xact_id()
    where attendee.version < excluded.version
"""
_SOURCE = """
    insert into source (id, conference_id, name, public, withdrawn, version) values ($1, $2, $3, $4, $5, $6)
    on conflict (id) do update set name = excluded.name, public = excluded.public, withdrawn = excluded.withdrawn,
        version = excluded.version, changed = pg_current_xact_id()
    where source.version < excluded.version
"""
_TIES = """
    insert into tie (id, conference_id, a, b, counts, amount, version)
    select id, conference_id, a, b, counts::jsonb, amount, version
    from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::float8[], $7::bigint[])
        as t (id, conference_id, a, b, counts, amount, version)
    order by id
    on conflict (id) do update set counts = excluded.counts, amount = excluded.amount, version = excluded.version,
        changed = pg_current_xact_id()
    where tie.version < excluded.version
"""
# Those that are to lose a source they had; whether this news is the newest is seen when it is saved.
_LOSING = """
    select t.id from tie t join unnest($1::uuid[], $2::text[]) as n (id, sources) on n.id = t.id
    where exists (select from jsonb_array_elements(t.counts) c where not c->>0 = any(string_to_array(n.sources, ' ')))
"""


_FORMATS = "select id, formats from attendee where conference_id = $1 and id = any($2) and state <> 'cancelled'"


class FactStore:
    """Implements ports.Facts. Rows are written in the order of their ids, so that writers never deadlock."""

    def __init__(self, tx: Connection) -> None:
        self._tx = tx

    async def save_conferences(self, conferences: Sequence[Conference]) -> None:
        """Inserts or brings up to date; each id once."""
        rows = sorted((c.id, c.ends_at, c.version, c.series) for c in conferences)
        await self._tx.executemany(_CONFERENCE, rows)

    async def save_attendees(self, attendees: Sequence[Attendee]) -> None:
        """Inserts or brings up to date; each id once."""
        rows = [asdict(a) | {"person": a.person and f"\\x{a.person.hex()}"} for a in attendees]
        await self._tx.execute(_ATTENDEES, json.dumps(rows, default=str))  # no array of arrays may be ragged

    async def save_sources(self, sources: Sequence[Source]) -> None:
        """Inserts or brings up to date; each id once."""
        rows = sorted((s.id, s.conference_id, s.name, s.public, s.withdrawn, s.version) for s in sources)
        await self._tx.executemany(_SOURCE, rows)

    async def save_ties(self, ties: Sequence[Tie]) -> None:
        """Inserts or brings up to date; each id once."""
        rows = [(t.id, t.conference_id, t.a, t.b, counts_json(t.counts), t.amount, t.version) for t in ties]
        if rows:
            await self._tx.execute(_TIES, *map(list, zip(*rows, strict=True)))

    async def ties_losing(self, ties: Sequence[Tie]) -> list[UUID]:
        """Those of these ties that have counts of a source now, and none any more when they are saved."""
        sources = [" ".join({str(count.source_id) for count in tie.counts}) for tie in ties]
        rows = await self._tx.fetch(_LOSING, [tie.id for tie in ties], sources)
        return [row["id"] for row in rows]

    async def cancelled(self, ids: Sequence[UUID]) -> list[UUID]:
        """Those of ``ids`` whose ticket is gone, as far as is known now."""
        rows = await self._tx.fetch("select id from attendee where id = any($1) and state = 'cancelled'", ids)
        return [row["id"] for row in rows]

    async def ties_gone(self, ids: Sequence[UUID]) -> list[tuple[UUID, UUID]]:
        """The pairs of those of these ties that have no counts left, as far as is known now."""
        rows = await self._tx.fetch("select a, b from tie where id = any($1) and counts = '[]'", ids)
        return [(row["a"], row["b"]) for row in rows]

    async def known(self, conference_id: UUID, ids: Sequence[UUID]) -> set[UUID]:
        """Those of ``ids`` that are attendees of the conference."""
        rows = await self._tx.fetch(
            "select id from attendee where conference_id = $1 and id = any($2)", conference_id, ids
        )
        return {row["id"] for row in rows}

    async def formats(self, conference_id: UUID, ids: Sequence[UUID]) -> dict[UUID, tuple[str, ...]]:
        """How each of these people likes to meet; those of the conference whose tickets are not cancelled."""
        rows = await self._tx.fetch(_FORMATS, conference_id, list(ids))
        return {row["id"]: tuple(row["formats"]) for row in rows}

    async def ends_at(self, conference_id: UUID) -> datetime | None:
        """When the conference is over."""
        moment: datetime | None = await self._tx.fetchval("select ends_at from conference where id = $1", conference_id)
        return moment
