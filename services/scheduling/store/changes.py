"""Keeps what organizers changed at once, the versions of sessions, and whether a plan is frozen."""

from uuid import UUID

from pydantic import TypeAdapter

from services.scheduling.domain.bulk_change import Before, BulkChange, Kind
from services.scheduling.domain.session import State, Version
from services.scheduling.store import rows
from services.scheduling.store.reads import Reads

KEPT = 20  # changes of a conference that can be taken back
VERSIONS = 1_000
BEFORE = TypeAdapter(Before)

KEEP = """
    with kept as (
        insert into bulk_change (id, conference_id, kind, before, session_ids) values ($1, $2, $3, $4, $5))
    delete from bulk_change where conference_id = $2 and id not in (
        select id from bulk_change where conference_id = $2 order by made_at desc limit $6 - 1)
"""


class ChangeWrites(Reads):
    """Reads and writes over one transaction."""

    async def keep_change(self, change: BulkChange) -> None:
        """The change can be taken back from now on; the oldest ones beyond twenty cannot any more."""
        before = BEFORE.dump_json(change.before).decode()
        sessions = list(change.session_ids)
        await self.tx.execute(KEEP, change.id, change.conference_id, change.kind.value, before, sessions, KEPT)

    async def take_last_change(self, conference_id: UUID) -> BulkChange | None:
        """The last change that was not taken back, which it is from now on."""
        row = await self.tx.fetchrow(
            "delete from bulk_change where id = (select id from bulk_change where conference_id = $1"
            " order by made_at desc limit 1) returning *",
            conference_id,
        )
        if row is None:
            return None
        before = BEFORE.validate_json(row["before"])
        return BulkChange(row["id"], row["conference_id"], Kind(row["kind"]), before, tuple(row["session_ids"]))

    async def freeze(self, conference_id: UUID, frozen: bool) -> None:
        """Whether the plan stays as it is."""
        if frozen:
            await self.tx.execute("insert into frozen_plan values ($1) on conflict do nothing", conference_id)
        else:
            await self.tx.execute("delete from frozen_plan where conference_id = $1", conference_id)

    async def frozen(self, conference_id: UUID) -> bool:
        """Whether the plan is to stay as it is."""
        return bool(
            await self.tx.fetchval("select exists (select from frozen_plan where conference_id = $1)", conference_id)
        )

    async def versions(self, session_id: UUID) -> list[Version]:
        """The last thousand versions of the session, the first one first."""
        found = await self.tx.fetch(
            "select * from session_version where session_id = $1 order by version desc limit $2", session_id, VERSIONS
        )
        return [
            Version(
                row["version"], State(row["state"]), row["place_name"],
                rows.interval(row["during"]) if row["during"] else None, row["reason"], row["saved_at"],
            )
            for row in reversed(found)
        ]  # fmt: skip
