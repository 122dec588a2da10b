"""Questions about sessions, venue and people."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from services.kit.db import Connection
from services.scheduling.domain.conference import Conference
from services.scheduling.domain.formats import FORMATS, Format
from services.scheduling.domain.programme import Talk
from services.scheduling.domain.session import Session
from services.scheduling.domain.venue import Place, Travel
from services.scheduling.store import rows
from services.scheduling.store.rows import FORMAT, SESSION


async def read_formats(tx: Connection, conference_id: UUID) -> dict[str, Format]:
    """All formats of the conference by name."""
    changed = await tx.fetch(FORMAT, conference_id)
    return FORMATS | {row["name"]: rows.format(row) for row in changed}


class Reads:
    """Reads over one connection."""

    def __init__(self, tx: Connection) -> None:
        self.tx = tx

    async def session(self, session_id: UUID) -> Session | None:
        """The session, if there is one."""
        row = await self.tx.fetchrow(f"{SESSION} where s.id = $1", session_id)
        return rows.session(row) if row else None

    async def sessions(self, session_ids: Collection[UUID]) -> list[Session]:
        """Those of the sessions that exist."""
        found = await self.tx.fetch(f"{SESSION} where s.id = any($1::uuid[])", list(session_ids))
        return [rows.session(row) for row in found]

    async def list_sessions(
        self, conference_id: UUID, attendee_id: UUID | None, after: UUID | None, limit: int
    ) -> list[Session]:
        """Sessions of the conference (and of one person) in the order of ids, those after `after`."""
        found = await self.tx.fetch(
            f"""{SESSION}
            where s.conference_id = $1 and ($3::uuid is null or s.id > $3)
              and ($2::uuid is null or s.id in (select session_id from session_member where attendee_id = $2))
            order by s.id limit $4""",
            conference_id, attendee_id, after, limit,
        )  # fmt: skip
        return [rows.session(row) for row in found]

    async def open_sessions_of(self, attendee_ids: Collection[UUID], now: datetime) -> list[Session]:
        """Their unplaced sessions, and the scheduled ones that have not ended."""
        found = await self.tx.fetch(
            f"""{SESSION}
            where s.id in (select session_id from session_member where attendee_id = any($1::uuid[]))
              and (s.state = 'unplaced' or s.state = 'scheduled' and upper(s.during) > $2)
            order by s.id""",
            list(attendee_ids), now,
        )  # fmt: skip
        return [rows.session(row) for row in found]

    async def cancelled_among(self, attendee_ids: Collection[UUID]) -> set[UUID]:
        """Those of the people who have no ticket any more."""
        found = await self.tx.fetch(
            "select id from attendee where id = any($1::uuid[]) and cancelled", list(attendee_ids)
        )
        return {row["id"] for row in found}

    async def here_among(self, conference_id: UUID, attendee_ids: Collection[UUID], now: datetime) -> set[UUID]:
        """Those of the people who said that they are here."""
        found = await self.tx.fetch(
            "select id from attendee"
            " where conference_id = $1 and id = any($2::uuid[]) and here_until > $3 and not cancelled",
            conference_id, list(attendee_ids), now,
        )  # fmt: skip
        return {row["id"] for row in found}

    async def all_here(self, conference_id: UUID, now: datetime, limit: int) -> list[UUID]:
        """Who said that they are here, the last one first."""
        found = await self.tx.fetch(
            "select id from attendee where conference_id = $1 and here_until > $2 and not cancelled"
            " order by here_until desc, id limit $3",
            conference_id, now, limit,
        )  # fmt: skip
        return [row["id"] for row in found]

    async def places(self, conference_id: UUID) -> list[Place]:
        """The venue, by name."""
        found = await self.tx.fetch("select * from place where conference_id = $1 order by name", conference_id)
        return [rows.place(row) for row in found]

    async def formats(self, conference_id: UUID) -> dict[str, Format]:
        """All formats by name, as the organizers want them, else as usual."""
        return await read_formats(self.tx, conference_id)

    async def travel(self, conference_id: UUID) -> list[Travel]:
        """The ways between its buildings that somebody measured."""
        found = await self.tx.fetch("select a, b, minutes from travel where conference_id = $1", conference_id)
        return [Travel(**dict(row)) for row in found]

    async def conference(self, conference_id: UUID) -> Conference | None:
        """The conference, once it is known."""
        row = await self.tx.fetchrow("select * from conference where id = $1", conference_id)
        return Conference(**dict(row)) if row else None

    async def scheduled_ahead(self, conference_id: UUID, now: datetime) -> list[Session]:
        """Sessions that are scheduled and have not ended."""
        found = await self.tx.fetch(
            f"{SESSION} where s.conference_id = $1 and s.state = 'scheduled' and upper(s.during) > $2 order by s.id",
            conference_id, now,
        )  # fmt: skip
        return [rows.session(row) for row in found]

    async def talks(self, conference_id: UUID) -> list[Talk]:
        """The programme."""
        found = await self.tx.fetch("select * from talk where conference_id = $1", conference_id)
        return [
            Talk(row["id"], row["title"], row["room"], rows.interval(row["during"]), tuple(row["speaker_ids"]))
            for row in found
        ]
