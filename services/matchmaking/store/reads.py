"""Reads one person's suggestions."""

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
