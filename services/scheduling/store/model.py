"""Loads what the engine looks at: the venue with its taken tables, and the people concerned only."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from services.kit.db import Connection
from services.scheduling.domain.conference import Conference
from services.scheduling.domain.venue import Place
from services.scheduling.engine.model import BUFFER, Model, Person, Tables
from services.scheduling.store.rows import interval

OCCUPIES = "state in ('scheduled', 'held', 'missed')"


async def load_model(
    tx: Connection,
    conference_id: UUID,
    places: list[Place],
    attendee_ids: Collection[UUID],
    now: datetime,
    without: UUID | None,
) -> Model:
    """The engine's model as of `now`; nothing that ended before it. `without`: a session left out."""
    conference = await tx.fetchrow("select * from conference where id = $1", conference_id)
    return Model(
        now=now,
        conference=Conference(**dict(conference)) if conference else None,
        places=places,
        people=await _people(tx, conference_id, list(attendee_ids), now, without),
        tables=await _tables(tx, conference_id, now, without),
    )


async def _tables(tx: Connection, conference_id: UUID, now: datetime, without: UUID | None) -> Tables:
    tables = Tables()
    taken = await tx.fetch(
        f"select place_id, table_no, during from session where conference_id = $1 and {OCCUPIES}"
        " and during && tstzrange($2, null) and id is distinct from $3",
        conference_id, now, without,
    )  # fmt: skip
    for row in taken:
        tables.take(row["place_id"], row["table_no"], interval(row["during"]))
    return tables


async def _people(
    tx: Connection, conference_id: UUID, attendee_ids: list[UUID], now: datetime, without: UUID | None
) -> dict[UUID, Person]:
    people = {attendee_id: Person() for attendee_id in attendee_ids}
    free = await tx.fetch(
        "select attendee_id, during from availability where conference_id = $1 and attendee_id = any($2::uuid[])",
        conference_id, attendee_ids,
    )  # fmt: skip
    talks = await tx.fetch(
        "select speaker_ids, during from talk where conference_id = $1 and speaker_ids && $2::uuid[]",
        conference_id, attendee_ids,
    )  # fmt: skip
    sessions = await tx.fetch(
        f"select m.attendee_id, s.during from session_member m join session s on s.id = m.session_id"
        f" where m.attendee_id = any($1::uuid[]) and {OCCUPIES} and upper(s.during) > $2 and s.id is distinct from $3",
        attendee_ids, now - BUFFER, without,
    )  # fmt: skip
    for row in free:
        people[row["attendee_id"]].free.append(interval(row["during"]))
    for row in talks:
        for speaker_id in people.keys() & set(row["speaker_ids"]):
            people[speaker_id].talks.append(interval(row["during"]))
    for row in sessions:
        people[row["attendee_id"]].sessions.append(interval(row["during"]))
    return people
