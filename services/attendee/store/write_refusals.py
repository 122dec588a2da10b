"""Who is left out of a source, and who is gone altogether."""

from uuid import UUID

from services.attendee.domain.source import Source, SourceHeader
from services.attendee.store.lock import ConferenceLock

_FORGET = """
    with gone as (
        delete from tie_count where source_id = $1 and tie_id in (select id from tie where a = $2 or b = $2)
        returning tie_id, a_to_b + b_to_a as interactions)
    select tie_id, sum(interactions)::bigint as interactions from gone group by tie_id order by tie_id
"""


class RefusalWrites(ConferenceLock):
    """The port Refusals, and the end of a person."""

    async def refuse(self, header: SourceHeader, attendee_id: UUID) -> None:
        """Remember that a source is to leave this person out."""
        await self.tx.execute(
            "insert into refusal values ($1, $2, $3, $4) on conflict do nothing",
            header.conference_id, header.network, header.name, attendee_id,
        )  # fmt: skip

    async def refusers(self, header: SourceHeader) -> set[UUID]:
        """Who is to be left out of this source."""
        rows = await self.tx.fetch(
            "select attendee_id from refusal where conference_id = $1 and network = $2 and name = $3",
            header.conference_id, header.network, header.name,
        )  # fmt: skip
        return {row["attendee_id"] for row in rows}

    async def forget_counts(self, source: Source, attendee_id: UUID) -> tuple[list[UUID], int]:
        """Drop a source's counts of one person; the ties that had any, and how many interactions these were."""
        rows = await self.tx.fetch(_FORGET, source.id, attendee_id)
        return [row["tie_id"] for row in rows], sum(row["interactions"] for row in rows)

    async def remove_attendee(self, attendee_id: UUID) -> None:
        """Drop the attendee with every row that refers to them."""
        for table in ("handle", "refusal"):
            await self.tx.execute(f"delete from {table} where attendee_id = $1", attendee_id)
        await self.tx.execute("delete from tie where a = $1 or b = $1", attendee_id)  # their counts went before
        await self.tx.execute("delete from attendee where id = $1", attendee_id)
        # First replies to commands are kept for a week, for those who ask again; these name the person.
        await self.tx.execute(
            "delete from request where position(convert_to($1, 'UTF8') in reply) > 0", str(attendee_id)
        )
