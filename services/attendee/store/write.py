"""The store of one transaction: everything the use cases need, over one connection."""

from collections.abc import Sequence

from services.attendee.domain.conference import Conference
from services.attendee.domain.events import Event
from services.attendee.store import publish
from services.attendee.store.write_people import PeopleWrites
from services.attendee.store.write_refusals import RefusalWrites
from services.attendee.store.write_ties import TieWrites
from services.kit.db import Connection


class Store(PeopleWrites, RefusalWrites, TieWrites):
    """Implements the ports of the handlers."""

    def __init__(self, tx: Connection) -> None:
        self.tx = tx

    async def add_conference(self, conference: Conference) -> bool:
        """Keep a new conference; False if its slug is taken."""
        c = conference
        return await self.tx.fetchval(
            "insert into conference values ($1, $2, $3, $4, $5, $6, $7, $8)"
            " on conflict (slug) do nothing returning true",
            c.id, c.slug, c.name, c.time_zone, c.starts_on, c.ends_on, c.series, c.version,
        ) is True  # fmt: skip

    async def publish(self, events: Sequence[Event]) -> None:
        """Append to the outbox, in this order."""
        await publish.publish(self.tx, events)
