"""Sources, ties and their counts, as sets: one statement a table, however many pairs."""

from collections.abc import Collection, Sequence
from uuid import UUID

from services.attendee.domain.attendee import SAID_YES
from services.attendee.domain.source import Source, SourceHeader
from services.attendee.domain.tie import Added, PairTotal, Tie, tie_id
from services.attendee.store.add_counts import LARGEST_COUNT, add_counts
from services.attendee.store.lock import ConferenceLock
from services.attendee.store.rows import COUNTS, SOURCE, source_of, tie_of
from services.kit.errors import NotFound

_GIVEN = """
    given as (
        select * from unnest($2::uuid[], $3::text[], $4::text[], $5::bigint[], $6::bigint[])
            as given(tie_id, kind, month, a_to_b, b_to_a))
"""
_REPLACE = f"""
    with {_GIVEN}, gone as (
        delete from tie_count as old where source_id = $1 and not exists (
            select from given where (given.tie_id, given.kind, given.month) = (old.tie_id, old.kind, old.month))
        returning tie_id
    ), kept as (
        insert into tie_count as old (tie_id, source_id, kind, month, a_to_b, b_to_a)
        select tie_id, $1, kind, month, least(a_to_b, {LARGEST_COUNT}), least(b_to_a, {LARGEST_COUNT}) from given
        on conflict (tie_id, source_id, kind, month) do update set a_to_b = excluded.a_to_b, b_to_a = excluded.b_to_a
            where (old.a_to_b, old.b_to_a) is distinct from (excluded.a_to_b, excluded.b_to_a)
        returning tie_id
    )
    select tie_id from gone union select tie_id from kept order by tie_id
"""
_SAVE_SOURCE = f"""
    insert into source ({SOURCE}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
    on conflict (id) do update set visibility = excluded.visibility, messages = excluded.messages,
        interactions = excluded.interactions, unresolved = excluded.unresolved, ties = excluded.ties,
        version = excluded.version
"""
_ADVANCE = f"""
    with t as (
        update tie set version = tie.version + 1 from attendee x, attendee y
        where tie.id = any($1::uuid[]) and x.id = tie.a and y.id = tie.b
          and x.state = any($2::text[]) and y.state = any($2::text[])
        returning tie.id, tie.conference_id, tie.a, tie.b, tie.version
    )
    select t.*, c.* from t {COUNTS} order by t.id
"""
_TIES_OF = """
    select id from tie where a = any($1::uuid[]) or b = any($1::uuid[])
"""


class TieWrites(ConferenceLock):
    """The ports Sources and Ties."""

    async def find_source(self, header: SourceHeader) -> Source | None:
        """The source of this conference, network and name."""
        row = await self.tx.fetchrow(
            f"select {SOURCE} from source where conference_id = $1 and network = $2 and name = $3",
            header.conference_id, header.network, header.name,
        )  # fmt: skip
        return source_of(row) if row else None

    async def lock_source(self, source_id: UUID) -> Source:
        """A source, with its conference locked. Raises NotFound."""
        conference_id = await self.tx.fetchval("select conference_id from source where id = $1", source_id)
        if conference_id:
            await self.lock_conference(conference_id)
            row = await self.tx.fetchrow(f"select {SOURCE} from source where id = $1", source_id)
            if row:  # it may have been withdrawn while we waited
                return source_of(row)
        raise NotFound("source", source_id)

    async def save_source(self, source: Source) -> None:
        """Keep a new or changed source."""
        h, f = source.header, source.figures
        await self.tx.execute(
            _SAVE_SOURCE, source.id, h.conference_id, h.network, h.name, h.visibility.value,
            f.messages, f.interactions, f.unresolved, f.ties, source.version,
        )  # fmt: skip

    async def replace_counts(self, source: Source, totals: Sequence[PairTotal]) -> list[UUID]:
        """Make the counts of a source the ones given; the ties that changed."""
        ids = await self._make_ties(source, totals)
        rows = await self.tx.fetch(_REPLACE, source.id, *_columns(ids, totals))
        return [row["tie_id"] for row in rows]

    async def add_counts(self, source: Source, totals: Sequence[PairTotal], said_yes: Collection[UUID]) -> Added:
        """Add to the counts of a source; ties of two who said yes advance by one version, and are to be told of."""
        return await add_counts(self.tx, source, totals, said_yes)

    async def remove_source(self, source: Source) -> list[UUID]:
        """Drop a source and its counts; the ties that changed."""
        rows = await self.tx.fetch("delete from tie_count where source_id = $1 returning tie_id", source.id)
        await self.tx.execute("delete from source where id = $1", source.id)
        return sorted({row["tie_id"] for row in rows})

    async def ties_of(self, attendee_ids: Collection[UUID]) -> list[UUID]:
        """Ties with counts of any of these people."""
        rows = await self.tx.fetch(
            f"select id from ({_TIES_OF}) t where exists (select from tie_count where tie_id = t.id) order by id",
            list(attendee_ids),
        )
        return [row["id"] for row in rows]

    async def forget_ties_of(self, attendee_ids: Collection[UUID]) -> list[UUID]:
        """Drop all counts of these people's ties; the ties that had any."""
        rows = await self.tx.fetch(
            f"delete from tie_count where tie_id in ({_TIES_OF}) returning tie_id", list(attendee_ids)
        )
        return sorted({row["tie_id"] for row in rows})

    async def advance(self, tie_ids: Sequence[UUID]) -> list[Tie]:
        """Those of `tie_ids` whose two people said yes, each with its next version."""
        rows = await self.tx.fetch(_ADVANCE, list(tie_ids), [state.value for state in SAID_YES])
        return [tie_of(row) for row in rows]

    async def _make_ties(self, source: Source, totals: Sequence[PairTotal]) -> list[UUID]:
        """The tie id of each total; ties that were not there are made."""
        conference_id = source.header.conference_id
        pairs = {(t.a, t.b): tie_id(conference_id, t.a, t.b) for t in totals}
        await self.tx.execute(
            "insert into tie (id, conference_id, a, b, version)"
            " select id, $1, a, b, 0 from unnest($2::uuid[], $3::uuid[], $4::uuid[]) as given(id, a, b)"
            " on conflict (id) do nothing",
            conference_id, list(pairs.values()), [a for a, _ in pairs], [b for _, b in pairs],
        )  # fmt: skip
        return [pairs[t.a, t.b] for t in totals]


def _columns(ids: Sequence[UUID], totals: Sequence[PairTotal]) -> tuple[list[object], ...]:
    return (
        list(ids), [t.kind for t in totals], [t.month for t in totals],
        [t.a_to_b for t in totals], [t.b_to_a for t in totals],
    )  # fmt: skip
