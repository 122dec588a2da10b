"""Writes the venue, the formats, the talks and when people can meet."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from services.scheduling.domain.formats import Format
from services.scheduling.domain.interval import Interval
from services.scheduling.domain.programme import Talk, Wishes
from services.scheduling.domain.venue import Place, Travel
from services.scheduling.store import rows
from services.scheduling.store.reads import Reads

SAVE_PLACE = """
    insert into place (id, conference_id, name, capacity, seats, formats, opens, closes, building, quiet, step_free,
                       closed, time_zone)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
    on conflict (id) do update set
        capacity = excluded.capacity, seats = excluded.seats, formats = excluded.formats,
        opens = excluded.opens, closes = excluded.closes, building = excluded.building, quiet = excluded.quiet,
        step_free = excluded.step_free, closed = excluded.closed,
        time_zone = excluded.time_zone
"""

VENUE_CHANGED = """
    insert into venue (conference_id, version) values ($1, gen_random_uuid())
    on conflict (conference_id) do update set version = excluded.version
"""

SAVE_TRAVEL = """
    insert into travel select $1, * from unnest($2::text[], $3::text[], $4::smallint[])
"""

SAVE_FORMAT = "insert into format values ($1, $2, $3, $4, $5, $6, $7, $8)"
MINUTE = timedelta(minutes=1)

SAVE_WISHES = """
    insert into wish (attendee_id, conference_id, break_minutes, most_a_day, quiet, step_free, starred)
    values ($1, $2, $3, $4, $5, $6, $7)
    on conflict (attendee_id) do update set
        break_minutes = excluded.break_minutes, most_a_day = excluded.most_a_day, quiet = excluded.quiet,
        step_free = excluded.step_free, starred = excluded.starred
"""

SAVE_TALK = """
    insert into talk (conference_id, id, title, room, during, speaker_ids)
    values ($1, $2, $3, $4, tstzrange($5, $6), $7)
"""


class ProgrammeWrites(Reads):
    """Replaces one conference's venue, talks, or one person's availability."""

    async def replace_places(self, conference_id: UUID, places: Sequence[Place]) -> None:
        """The conference has these places from now on."""
        await self.tx.execute(VENUE_CHANGED, conference_id)
        kept = [place.id for place in places]
        await self.tx.execute(
            "delete from place where conference_id = $1 and id <> all($2::uuid[])", conference_id, kept
        )
        await self.tx.executemany(
            SAVE_PLACE,
            [
                (p.id, conference_id, p.name, p.capacity, p.seats, sorted(p.formats), p.opens, p.closes, p.building,
                 p.quiet, p.step_free, [rows.span(closed) for closed in p.closed], p.time_zone)
                for p in places
            ],
        )  # fmt: skip

    async def change_table(self, session_id: UUID, table_no: int) -> None:
        """Another table of the same place; nobody is told, and the version stays."""
        await self.tx.execute("update session set table_no = $2 where id = $1", session_id, table_no)

    async def replace_travel(self, conference_id: UUID, travel: Sequence[Travel]) -> None:
        """These are the ways between buildings from now on."""
        await self.tx.execute(VENUE_CHANGED, conference_id)
        await self.tx.execute("delete from travel where conference_id = $1", conference_id)
        ways = {(min(way.a, way.b), max(way.a, way.b)): way.minutes for way in travel}
        await self.tx.execute(
            SAVE_TRAVEL, conference_id, [a for a, _ in ways], [b for _, b in ways], list(ways.values())
        )

    async def replace_formats(self, conference_id: UUID, formats: Sequence[Format]) -> None:
        """These formats are not as usual from now on."""
        await self.tx.execute(VENUE_CHANGED, conference_id)
        await self.tx.execute("delete from format where conference_id = $1", conference_id)
        await self.tx.executemany(
            SAVE_FORMAT,
            [
                (conference_id, f.name, f.opens, f.closes, f.length // MINUTE, f.notice // MINUTE, f.people,
                 [f"{first:%H:%M}-{last:%H:%M}" for first, last in f.best])
                for f in formats
            ],
        )  # fmt: skip

    async def replace_talks(self, conference_id: UUID, talks: Sequence[Talk]) -> None:
        """The conference has these talks from now on."""
        await self.tx.execute("delete from talk where conference_id = $1", conference_id)
        await self.tx.executemany(
            SAVE_TALK,
            [
                (conference_id, t.id, t.title, t.room, t.during.starts_at, t.during.ends_at, list(t.speaker_ids))
                for t in talks
            ],
        )

    async def replace_availability(self, conference_id: UUID, attendee_id: UUID, free: Sequence[Interval]) -> None:
        """The person can meet then from now on; nothing: whenever the conference is open."""
        await self.tx.execute(
            "delete from availability where conference_id = $1 and attendee_id = $2", conference_id, attendee_id
        )
        await self.tx.execute(
            "insert into availability select $1, $2, tstzrange(s, e)"
            " from unnest($3::timestamptz[], $4::timestamptz[]) as given (s, e)",
            conference_id, attendee_id, [i.starts_at for i in free], [i.ends_at for i in free],
        )  # fmt: skip

    async def replace_wishes(self, conference_id: UUID, attendee_id: UUID, wishes: Wishes) -> None:
        """The person wants this of their days from now on."""
        await self.tx.execute(
            SAVE_WISHES, attendee_id, conference_id, wishes.break_minutes, wishes.most_a_day, wishes.quiet,
            wishes.step_free, list(wishes.starred),
        )  # fmt: skip
