"""Loads what the engine looks at: the venue with its taken tables, and the people concerned only.

Always the same six statements. The taken tables come as one packed value: a conference of 20,000 sessions is 26 bytes
each and no row in Python, which is quicker than any bookkeeping that would keep it warm (docs/scheduling.md).
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import numpy as np

from services.kit.db import Connection
from services.scheduling.domain.conference import Conference
from services.scheduling.domain.interval import Interval
from services.scheduling.domain.programme import Wishes
from services.scheduling.domain.venue import Place, Travel
from services.scheduling.engine.model import Booked, Model, Person
from services.scheduling.engine.slots import CELL
from services.scheduling.engine.tables import Taken

OCCUPIES = "state in ('scheduled', 'held')"
BACK = timedelta(days=1)  # sessions so long ago count: for breaks, and for most a day

PACKED = np.dtype([("high", ">u8"), ("low", ">u8"), ("table", ">i2"), ("first", ">i4"), ("end", ">i4")])
TAKEN = f"""
    select string_agg(
        uuid_send(place_id) || int2send(table_no)
        || int4send(floor(date_part('epoch', lower(during)) / {CELL})::int)
        || int4send(ceil(date_part('epoch', upper(during)) / {CELL})::int), '')
    from session
    where conference_id = $1 and {OCCUPIES} and during && tstzrange($2, null) and id <> all($3::uuid[])
"""

BUSY = f"""
    select 'free' as kind, attendee_id, lower(during) as starts_at, upper(during) as ends_at, '' as building
    from availability where conference_id = $1 and attendee_id = any($2::uuid[])
    union all
    select 'talk', speaker_id, lower(during), upper(during), ''
    from talk, unnest(speaker_ids) as speaker_id
    where conference_id = $1 and speaker_ids && $2::uuid[] and speaker_id = any($2::uuid[])
    union all
    select 'talk', w.attendee_id, lower(t.during), upper(t.during), ''
    from wish w join talk t on t.conference_id = $1 and t.id = any(w.starred)
    where w.attendee_id = any($2::uuid[])
    union all
    select 'session', m.attendee_id, lower(s.during), upper(s.during), coalesce(p.building, '')
    from session_member m join session s on s.id = m.session_id left join place p on p.id = s.place_id
    where m.attendee_id = any($2::uuid[]) and s.{OCCUPIES} and upper(s.during) > $3 and s.id <> all($4::uuid[])
"""


async def load_model(
    tx: Connection,
    conference_id: UUID,
    places: Sequence[Place],
    attendee_ids: Collection[UUID],
    now: datetime,
    without: Collection[UUID],
) -> Model:
    """The engine's model as of `now`; nothing that ended before it. `without`: sessions left out."""
    conference = await tx.fetchrow("select * from conference where id = $1", conference_id)
    travel = await tx.fetch("select a, b, minutes from travel where conference_id = $1", conference_id)
    packed = await tx.fetchval(TAKEN, conference_id, now, list(without))
    people = await _people(tx, conference_id, list(attendee_ids), now, list(without))
    return Model(
        now, Conference(**dict(conference)) if conference else None, places, people, _taken(packed or b"", places),
        [Travel(**dict(row)) for row in travel],
    )  # fmt: skip


def _taken(packed: bytes, places: Sequence[Place]) -> Taken:
    """The packed rows; those of places that are gone hold no table."""
    rows = np.frombuffer(packed, PACKED)
    if not places or not len(rows):
        return Taken.none()
    lows = np.array([place.id.int & 0xFFFF_FFFF_FFFF_FFFF for place in places], np.uint64)
    highs = np.array([place.id.int >> 64 for place in places], np.uint64)
    order = np.argsort(lows)
    low = rows["low"].astype(np.uint64)
    number = order[np.searchsorted(lows, low, sorter=order).clip(max=len(places) - 1)]
    rows_there = (lows[number] == low) & (highs[number] == rows["high"])
    table, first, end = (rows[name][rows_there].astype(np.int64) for name in ("table", "first", "end"))
    return Taken(number[rows_there], table, first, end)


async def _people(
    tx: Connection, conference_id: UUID, attendee_ids: list[UUID], now: datetime, without: list[UUID]
) -> dict[UUID, Person]:
    people = {attendee_id: Person() for attendee_id in attendee_ids}
    wishes = await tx.fetch(
        "select attendee_id, break_minutes, most_a_day, quiet, step_free from wish where attendee_id = any($1::uuid[])",
        attendee_ids,
    )
    for row in wishes:
        attendee_id, *said = row.values()
        people[attendee_id].wishes = Wishes(*said)
    for row in await tx.fetch(BUSY, conference_id, attendee_ids, now - BACK, without):
        person, during = people[row["attendee_id"]], Interval(row["starts_at"], row["ends_at"])
        if row["kind"] == "session":
            person.sessions.append(Booked(during, row["building"]))
        else:
            (person.free if row["kind"] == "free" else person.talks).append(during)
    return people
