"""One command at a time changes a conference's people and ties."""

from uuid import UUID

from services.kit.db import Connection
from services.kit.errors import NotFound


class ConferenceLock:
    """The lock that all writes of a conference share."""

    tx: Connection

    async def lock_conference(self, conference_id: UUID) -> None:
        """Wait for other commands on this conference. Raises NotFound."""
        # "no key": rows that only refer to the conference need not wait.
        if not await self.tx.fetchval("select true from conference where id = $1 for no key update", conference_id):
            raise NotFound("conference", conference_id)
