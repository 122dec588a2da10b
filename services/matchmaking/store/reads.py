"""Reads one person's suggestions, and whom they may be offered on the spot."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from services.kit.db import Connection
from services.matchmaking.domain.suggestion import Answer, OwnSuggestion
from services.matchmaking.store import rows

_OWN = f"""
    select {rows.SUGGESTION}, m.answer from suggestion s join membership m on m.suggestion_id = s.id
    where m.attendee_id = $1 and s.state = 'open' and s.expires_at > $2 and coalesce(m.answer, 'yes') = 'yes'
    order by s.weight desc, s.id
"""

# Whoever was suggested to the person is left out whatever they answered, so that a no is like an answer to come. Who
# was asked to the same table is not, unless both came: their absence would tell who else was asked.
_OFFERABLE = """
    with away (id) as (
        select b from spent_pair where conference_id = $1 and a = $2 and known
        union select a from spent_pair where conference_id = $1 and b = $2 and known
        union select theirs.attendee_id from membership own join membership theirs using (suggestion_id)
        join suggestion s on s.id = own.suggestion_id where own.attendee_id = $2 and s.route <> 'table')
    select a.id from attendee a
    left join tie t on t.conference_id = $1 and t.a = least(a.id, $2) and t.b = greatest(a.id, $2) and t.counts <> '[]'
    where a.conference_id = $1 and a.id = any($3::uuid[]) and a.id <> $2 and a.state = 'joined'
        and not exists (select from away where away.id = a.id)
        and exists (select from attendee where id = $2 and conference_id = $1 and state = 'joined')
    order by coalesce(t.amount, 0) desc, a.id limit $4
"""


class Reads:
    """Implements ports.Lists."""

    def __init__(self, tx: Connection) -> None:
        self._tx = tx

    async def own(self, attendee_id: UUID, now: datetime) -> list[OwnSuggestion]:
        """A person's open suggestions that they did not turn down, best first."""
        found = await self._tx.fetch(_OWN, attendee_id, now)
        return [
            OwnSuggestion(rows.suggestion(row), row["answer"] and Answer(row["answer"]), rank)
            for rank, row in enumerate(found, 1)
        ]

    async def offerable(self, conference_id: UUID, attendee_id: UUID, among: Sequence[UUID], limit: int) -> list[UUID]:
        """Those of these people who joined and may be offered to the person, who wrote most with them first."""
        found = await self._tx.fetch(_OFFERABLE, conference_id, attendee_id, list(among), limit)
        return [row["id"] for row in found]
