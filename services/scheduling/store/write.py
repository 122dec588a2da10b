"""Scheduling's store: sessions, and what they depend on, written in one transaction."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from services.kit import outbox
from services.scheduling.domain.conference import Attendee, Conference
from services.scheduling.domain.session import Change, Session, State
from services.scheduling.engine.model import BUFFER, Model
from services.scheduling.handlers.ports import SpotTaken
from services.scheduling.store import model, rows
from services.scheduling.store.changes import ChangeWrites
from services.scheduling.store.programme import ProgrammeWrites
from services.scheduling.store.publish import outgoing
from services.scheduling.store.retry import RetryWrites

OCCUPYING = (State.SCHEDULED, State.HELD)

# The place's row is held so that its capacity stays what it is until this commits.
SAVE_SESSION = """
    with room as (
        select 1 from place
        where id = $6 and conference_id = $2 and $8 between 1 and capacity for share
    ),
    saved as (
    insert into session (id, conference_id, format, state, reason, place_id, place_name, table_no, during,
                         calendar_sequence, version, asked)
    select $1, $2, $3, $4, $5, $6, $7, $8::smallint, $9, $10, $11, $12
    where $4 <> 'scheduled' or exists (select from room)
    on conflict (id) do update set
        state = excluded.state, reason = excluded.reason, place_id = excluded.place_id,
        place_name = excluded.place_name, table_no = excluded.table_no, during = excluded.during,
        calendar_sequence = excluded.calendar_sequence, version = excluded.version,
        asked = excluded.asked
    where session.version < excluded.version
    returning *),
    kept as (
        insert into session_version (session_id, version, state, place_name, during, reason)
        select id, version, state, place_name, during, reason from saved)
    select id from saved
"""

SAVE_MEMBERS = """
    insert into session_member (session_id, attendee_id, during)
    select $1, attendee_id, $3 from unnest($2::uuid[]) as attendee_id
    on conflict (session_id, attendee_id) do update set during = excluded.during
"""

SAVE_CONFERENCES = """
    insert into conference (id, time_zone, starts_on, ends_on, version)
    select distinct on (id) * from unnest($1::uuid[], $2::text[], $3::date[], $4::date[], $5::bigint[])
        as given (id, time_zone, starts_on, ends_on, version)
    order by id, version desc
    on conflict (id) do update set
        time_zone = excluded.time_zone, starts_on = excluded.starts_on, ends_on = excluded.ends_on,
        version = excluded.version
    where conference.version < excluded.version
    returning id
"""

SAVE_ATTENDEES = """
    insert into attendee (id, conference_id, cancelled, version)
    select distinct on (id) * from unnest($1::uuid[], $2::uuid[], $3::boolean[], $4::bigint[])
        as given (id, conference_id, cancelled, version)
    order by id, version desc
    on conflict (id) do update set cancelled = excluded.cancelled, version = excluded.version
    where attendee.version < excluded.version
    returning id, conference_id, cancelled, version
"""

_CANCELLED = """
    id in (select session_id from session_member where attendee_id = any($1::uuid[])) and state = 'cancelled'
"""
# A word that came with a cancellation stands under a name.
FORGET_PEOPLE = (
    "delete from availability where attendee_id = any($1::uuid[])",
    "delete from wish where attendee_id = any($1::uuid[])",
    "update attendee set here_until = null where id = any($1::uuid[])",
    f"update session_version set reason = '' where session_id in (select id from session where {_CANCELLED})",
    f"update session set reason = '' where {_CANCELLED}",
    # First replies to commands, which are kept for a week for those who ask again.
    "delete from request where exists (select from unnest($1::uuid[]) p"
    " where position(convert_to(p::text, 'UTF8') in reply) > 0)",
)


class Store(ProgrammeWrites, RetryWrites, ChangeWrites):
    """Implements handlers/ports.py over one transaction."""

    async def save(self, session: Session) -> None:
        """Inserts or replaces the session and what its people are busy with.

        Raises SpotTaken, leaving the transaction usable, when its table or one of its people is occupied.
        """
        try:
            async with self.tx.transaction():
                await self._save(session)
        except asyncpg.ExclusionViolationError:
            raise SpotTaken from None

    async def _save(self, session: Session) -> None:
        saved = await self.tx.fetchval(
            SAVE_SESSION, session.id, session.conference_id, session.format, session.state.value, session.reason,
            session.place_id, session.place_name, session.table_no, rows.span(session.during),
            session.calendar_sequence, session.version, session.asked,
        )  # fmt: skip
        if saved is None:
            raise SpotTaken
        busy = session.during.padded(BUFFER) if session.during and session.state in OCCUPYING else None
        await self.tx.execute(SAVE_MEMBERS, session.id, list(session.attendee_ids), rows.span(busy))

    async def publish(self, changes: Sequence[Change]) -> None:
        """Appends the events of saved sessions to the outbox."""
        await outbox.append(self.tx, [outgoing(change) for change in changes])

    async def load_model(
        self, conference_id: UUID, attendee_ids: Collection[UUID], now: datetime, without: Collection[UUID] = ()
    ) -> Model:
        """What a placement of these people depends on, as if the sessions `without` were not there."""
        return await model.load_model(self.tx, conference_id, attendee_ids, now, without)

    async def save_conferences(self, conferences: Sequence[Conference]) -> list[UUID]:
        """Stores what is newer than what is there; returns the ids of those."""
        columns = zip(*[(c.id, c.time_zone, c.starts_on, c.ends_on, c.version) for c in conferences], strict=True)
        return [row["id"] for row in await self.tx.fetch(SAVE_CONFERENCES, *map(list, columns))]

    async def save_attendees(self, attendees: Sequence[Attendee]) -> list[Attendee]:
        """Stores what is newer than what is there; returns those."""
        columns = zip(*[(a.id, a.conference_id, a.cancelled, a.version) for a in attendees], strict=True)
        found = await self.tx.fetch(SAVE_ATTENDEES, *map(list, columns))
        return [Attendee(**dict(row)) for row in found]

    async def forget_people(self, attendee_ids: Sequence[UUID]) -> None:
        """Removes what these people, whose sessions are cancelled, said: times, wishes, and words to others."""
        for statement in FORGET_PEOPLE:
            await self.tx.execute(statement, attendee_ids)

    async def set_here(self, conference_id: UUID, attendee_id: UUID, until: datetime | None) -> bool:
        """Whether there is such an attendee; `until` None: not here any more."""
        sql = "update attendee set here_until = $3 where id = $2 and conference_id = $1 returning true"
        return bool(await self.tx.fetchval(sql, conference_id, attendee_id, until))
