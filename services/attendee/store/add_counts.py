"""Adds to the counts of ties in two statements, however many: the way of every interaction counted elsewhere."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from uuid import UUID

from asyncpg import Record

from services.attendee.domain.source import Source
from services.attendee.domain.tie import Added, PairTotal, Tie, TieCount, tie_id
from services.kit.db import Connection

LARGEST_COUNT = 4_294_967_295  # what the event's uint32 holds

# A tie is written once, with its version: a second change in the same transaction would check its people again.
_TIES = """
    insert into tie (id, conference_id, a, b, version)
    select id, $1, a, b, step from unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::bigint[]) as given(id, a, b, step)
    on conflict (id) do update set version = tie.version + excluded.version where excluded.version > 0
    returning id, version
"""
# Both see the counts as they were: what was there, then what the ones given have become.
_ADD = f"""
    with kept as (
        insert into tie_count as old (tie_id, source_id, kind, month, a_to_b, b_to_a)
        select tie_id, $1, kind, month, a_to_b, b_to_a
        from unnest($2::uuid[], $3::text[], $4::text[], $5::bigint[], $6::bigint[])
            as given(tie_id, kind, month, a_to_b, b_to_a)
        on conflict (tie_id, source_id, kind, month) do update set
            a_to_b = least(old.a_to_b + excluded.a_to_b, {LARGEST_COUNT}),
            b_to_a = least(old.b_to_a + excluded.b_to_a, {LARGEST_COUNT})
        returning tie_id, source_id, kind, month, a_to_b, b_to_a
    )
    select tie_id, source_id, kind, month, a_to_b, b_to_a, false as kept from tie_count where tie_id = any($2::uuid[])
    union all
    select kept.*, true from kept
"""


async def add_counts(tx: Connection, source: Source, totals: Sequence[PairTotal], said_yes: Collection[UUID]) -> Added:
    """Implements the port Sources."""
    conference_id = source.header.conference_id
    ids = {(t.a, t.b): tie_id(conference_id, t.a, t.b) for t in totals}
    versions = await _write_ties(tx, conference_id, ids, said_yes)
    rows = await tx.fetch(
        _ADD, source.id, [ids[t.a, t.b] for t in totals], [t.kind for t in totals], [t.month for t in totals],
        [t.a_to_b for t in totals], [t.b_to_a for t in totals],
    )  # fmt: skip
    known = {row["tie_id"] for row in rows if not row["kept"] and row["source_id"] == source.id}
    counts = _counts(rows)
    told = [
        Tie(known_id, conference_id, a, b, counts[known_id], versions[known_id])
        for (a, b), known_id in ids.items()
        if a in said_yes and b in said_yes
    ]
    return Added(changed=len(ids), new=len(ids) - len(known), told=told)


async def _write_ties(
    tx: Connection, conference_id: UUID, ids: dict[tuple[UUID, UUID], UUID], said_yes: Collection[UUID]
) -> dict[UUID, int]:
    """Makes those that are missing, and advances those of two who said yes; their versions."""
    rows = await tx.fetch(
        _TIES, conference_id, list(ids.values()), [a for a, _ in ids], [b for _, b in ids],
        [int(a in said_yes and b in said_yes) for a, b in ids],
    )  # fmt: skip
    return {row["id"]: row["version"] for row in rows}


def _counts(rows: Sequence[Record]) -> dict[UUID, tuple[TieCount, ...]]:
    """By tie, each in order; a count that was kept stands for the one it replaced."""
    found: dict[UUID, dict[tuple[UUID, str, str], TieCount]] = defaultdict(dict)
    for tie, source_id, kind, month, there, back, kept in rows:
        if kept or (source_id, kind, month) not in found[tie]:
            found[tie][source_id, kind, month] = TieCount(source_id, kind, month, there, back)
    return {tie: tuple(sorted(counts.values())) for tie, counts in found.items()}
