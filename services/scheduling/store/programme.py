"""Writes the venue, the talks and when people can meet."""

from collections.abc import Sequence
from uuid import UUID

from services.scheduling.domain.interval import Interval
from services.scheduling.domain.programme import Talk
from services.scheduling.domain.venue import Place
from services.scheduling.store.reads import Reads

SAVE_PLACE = """
    insert into place (id, conference_id, name, capacity, seats, formats, opens, closes)
    values ($1, $2, $3, $4, $5, $6, $7, $8)
    on conflict (id) do update set
        capacity = excluded.capacity, seats = excluded.seats, formats = excluded.formats,
        opens = excluded.opens, closes = excluded.closes
"""

SAVE_TALK = """
    insert into talk (conference_id, id, title, room, during, speaker_ids)
    values ($1, $2, $3, $4, tstzrange($5, $6), $7)
"""


class ProgrammeWrites(Reads):
    """Replaces one conference's venue, talks, or one person's availability."""

    async def replace_places(self, conference_id: UUID, places: Sequence[Place]) -> None:
        """The conference has these places from now on."""
        kept = [place.id for place in places]
        await self.tx.execute(
            "delete from place where conference_id = $1 and id <> all($2::uuid[])", conference_id, kept
        )
        await self.tx.executemany(
            SAVE_PLACE,
            [(p.id, conference_id, p.name, p.capacity, p.seats, sorted(p.formats), p.opens, p.closes) for p in places],
        )

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
