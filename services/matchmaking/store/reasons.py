"""What reasons are made of, read when suggestions are written."""

from collections.abc import Sequence
from itertools import combinations
from uuid import UUID

from services.kit.db import Connection
from services.matchmaking.domain.facts import Source
from services.matchmaking.domain.suggestion import Route, Suggestion
from services.matchmaking.handlers.ports import Grounds
from services.matchmaking.store import rows

_COUNTS = """
    select a, b, counts::text as counts from tie
    where conference_id = $1 and amount > 0 and (a, b) in (select * from unnest($2::uuid[], $3::uuid[]))
"""
_SOURCES = "select id, conference_id, name, public, withdrawn, version from source where conference_id = $1"
_HIDDEN = """
    select exists (select from source where conference_id = $1 and changed >= $2::text::xid8
        and (withdrawn or not public))
"""
_STALE = f"""
    select {rows.SUGGESTION} from suggestion s where conference_id = $1 and state = 'open' and route = 'tie' and (
        $2::text::xid8 is null
        or exists (select from source where conference_id = $1 and changed >= $2::text::xid8)
        or (attendee_ids[1], attendee_ids[2]) in (
            select a, b from tie where conference_id = $1 and changed >= $2::text::xid8)
        or attendee_ids[1] in (select id from attendee where conference_id = $1 and changed >= $2::text::xid8)
        or attendee_ids[2] in (select id from attendee where conference_id = $1 and changed >= $2::text::xid8))
"""
_SEEN = """
    insert into reasons_seen (conference_id, seen) values ($1, $2::text::xid8)
    on conflict (conference_id) do update set seen = excluded.seen
"""


class ReasonStore:
    """Implements the reading of ports.Grounds."""

    def __init__(self, tx: Connection) -> None:
        self._tx = tx

    async def read(self, conference_id: UUID, new: Sequence[Suggestion], picture_seen: str) -> Grounds:
        """For ``new`` suggestions and open ones about which there is news; the next time there is none of that."""
        tx = self._tx
        # Before everything else is read: what is committed meanwhile is read now, and once more the next time.
        now = await tx.fetchval("select pg_snapshot_xmin(pg_current_snapshot())::text")
        before = await tx.fetchval("select seen::text from reasons_seen where conference_id = $1", conference_id)
        stale = [rows.suggestion(row) for row in await tx.fetch(_STALE, conference_id, before)]
        pairs = [
            pair for s in [*new, *stale] if s.route in (Route.TIE, Route.TABLE)
            for pair in combinations(sorted(s.attendee_ids), 2)
        ]  # fmt: skip
        counts = await tx.fetch(_COUNTS, conference_id, [pair[0] for pair in pairs], [pair[1] for pair in pairs])
        await tx.execute(_SEEN, conference_id, now)
        return Grounds(
            counts={(row["a"], row["b"]): rows.counts(row["counts"]) for row in counts},
            sources={row["id"]: Source(**row) for row in await tx.fetch(_SOURCES, conference_id)},
            hidden=await tx.fetchval(_HIDDEN, conference_id, picture_seen),
            stale=stale,
        )
