"""Outcomes of suggestions, and what was learned from them."""

import json
from datetime import datetime
from uuid import UUID

from asyncpg import Record

from services.kit.db import Connection
from services.matchmaking.domain.learning import Learned, Lesson, Outcome, Signal, Worked, is_news
from services.matchmaking.handlers.ports import Past

# A suggestion counts from when its time is over, matched or not: were matches counted at once and silence only at the
# end, most would seem to be matches at first. What was withdrawn or cancelled says nothing of the pair.
_DECIDED = """
    from suggestion s left join match m on m.id = s.id
    where s.conference_id = $1 and s.signals is not null and s.expires_at <= $2
        and (s.state = 'expired' or m.state = 'made' or m.held is not null)
"""
_OUTCOMES = f"select s.signals, s.attendee_ids, m.id is not null and coalesce(m.held, true) as session {_DECIDED}"
_LATEST = "select * from lesson where conference_id = $1 order by version desc limit 1"


class LessonStore:
    """What the worker keeps of a conference's past."""

    def __init__(self, tx: Connection) -> None:
        self._tx = tx

    async def past(self, conference_id: UUID, now: datetime) -> Past:
        """The last lesson, and the outcomes if there is news in them."""
        lesson = await self.latest(conference_id)
        count = await self._tx.fetchval(f"select count(*) {_DECIDED}", conference_id, now)
        if not is_news(count, lesson):
            return Past(lesson)
        rows = await self._tx.fetch(_OUTCOMES, conference_id, now)
        return Past(lesson, [Outcome(*row) for row in rows])

    async def latest(self, conference_id: UUID) -> Lesson | None:
        """The lesson that counts."""
        row = await self._tx.fetchrow(_LATEST, conference_id)
        return _lesson(row) if row else None

    async def add(self, conference_id: UUID, lesson: Lesson, now: datetime) -> None:
        """Keeps the next lesson beside those before."""
        text = json.dumps(lesson.shown)
        await self._tx.execute(
            "insert into lesson (conference_id, version, outcomes, learned, shown, learned_at)"
            " values ($1, $2, $3, $4, $5::text::jsonb, $6)",
            conference_id, lesson.version, lesson.outcomes, lesson.learned, text, now,
        )  # fmt: skip


def _lesson(row: Record) -> Lesson:
    groups = json.loads(row["shown"])
    return Lesson(
        version=row["version"],
        outcomes=row["outcomes"],
        learned=Learned(*row["learned"]),
        shown={Signal(name): Worked(*counts) for name, counts in groups.items()},
    )
