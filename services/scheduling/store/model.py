"""Loads what the engine looks at: the venue with its taken tables, and the people concerned only.

Always the same four statements while the venue stays as it is: it is kept here from one placement to the next. The
taken tables come as one packed value: a conference of 20,000 sessions is 26 bytes each and no row in Python.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import numpy as np

from services.kit.db import Connection
from services.scheduling.domain.conference import Conference
from services.scheduling.domain.formats import Format
from services.scheduling.domain.interval import Interval
from services.scheduling.domain.programme import Wishes
from services.scheduling.domain.venue import Travel
from services.scheduling.engine.model import Booked, Model, Person
from services.scheduling.engine.rooms import Rooms
from services.scheduling.engine.slots import CELL
from services.scheduling.engine.tables import Layout, Taken
from services.scheduling.store import rows
from services.scheduling.store.reads import read_formats

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


MOST_VENUES = 64  # kept at once; of 2,000 places some megabytes each

CONFERENCE = """
    select c.*, v.version as venue_version, f.conference_id is not null as frozen
    from (select $1::uuid as id) as one left join conference c using (id)
    left join venue v on v.conference_id = one.id left join frozen_plan f on f.conference_id = one.id
"""


@dataclass(frozen=True, slots=True)
class Venue:
    """A venue and its formats as an organizer set it; `version` None: never."""

    version: UUID | None
    rooms: Rooms
    formats: dict[str, Format]
    travel: list[Travel]


_venues: dict[UUID, Venue] = {}  # the one used longest ago first


async def load_model(
    tx: Connection, conference_id: UUID, attendee_ids: Collection[UUID], now: datetime, without: Collection[UUID]
) -> Model:
    """The engine's model as of `now`; nothing that ended before it. `without`: sessions left out."""
    row = await tx.fetchrow(CONFERENCE, conference_id)
    assert row is not None
    *told, version, frozen = row.values()
    venue = await _venue(tx, conference_id, version)
    packed = await tx.fetchval(TAKEN, conference_id, now, list(without))
    people = await _people(tx, conference_id, list(attendee_ids), now, list(without))
    conference = Conference(*told) if told[0] else None
    taken = _taken(packed or b"", venue.rooms.layout)
    return Model(now, conference, venue.rooms, people, taken, venue.travel, frozen, venue.formats)


async def _venue(tx: Connection, conference_id: UUID, version: UUID | None) -> Venue:
    """The version was read first: what is read now is that, or newer and asked for by its own number next time."""
    kept = _venues.pop(conference_id, None)
    if kept is None or kept.version != version:
        places = await tx.fetch("select * from place where conference_id = $1 order by name", conference_id)
        ways = await tx.fetch("select a, b, minutes from travel where conference_id = $1", conference_id)
        formats = await read_formats(tx, conference_id)
        kept = Venue(version, Rooms(list(map(rows.place, places))), formats, [Travel(*way.values()) for way in ways])
    _venues[conference_id] = kept
    if len(_venues) > MOST_VENUES:
        del _venues[next(iter(_venues))]
    return kept


def _taken(packed: bytes, layout: Layout) -> Taken:
    """The packed rows; those of places that are gone hold no table."""
    taken = np.frombuffer(packed, PACKED)
    if not layout.number or not len(taken):
        return Taken.none()
    low = taken["low"].astype(np.uint64)
    number = layout.by_low[np.searchsorted(layout.lows, low).clip(max=len(layout.lows) - 1)]
    there = (layout.ids[number, 1] == low) & (layout.ids[number, 0] == taken["high"])
    table, first, end = (taken[name][there].astype(np.int64) for name in ("table", "first", "end"))
    return Taken(number[there], table, first, end)


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
