"""Which conferences' organizers want nothing new suggested."""

from uuid import UUID

from services.kit.db import Connection


class PauseStore:
    """Implements ports.Pauses."""

    def __init__(self, tx: Connection) -> None:
        self._tx = tx

    async def set_paused(self, conference_id: UUID, paused: bool) -> None:
        """Remembers it."""
        if paused:
            statement = "insert into matching_pause (conference_id) values ($1) on conflict do nothing"
        else:
            statement = "delete from matching_pause where conference_id = $1"
        await self._tx.execute(statement, conference_id)

    async def is_paused(self, conference_id: UUID) -> bool:
        """Whether nothing new is wanted now."""
        return bool(
            await self._tx.fetchval(
                "select exists (select from matching_pause where conference_id = $1)", conference_id
            )
        )
