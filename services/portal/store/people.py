"""Finds people of a conference for those who run it, and says what they may see of one."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from services.kit.db import Pool

PAGE = 20
PAGES = 50

# A pair suggested by hand is not counted: a number that stays as it was would tell that somebody does not want it.
_KNOWN = """
SELECT (SELECT count(*) FROM read_tie t WHERE t.conference_id = $1 AND t.total > 0 AND $2 IN (t.a, t.b)) AS ties,
       (SELECT count(*) FROM read_suggestion_member m JOIN read_suggestion s ON s.id = m.suggestion_id
        WHERE m.attendee_id = $2 AND s.route <> 'organizer') AS suggestions"""


@dataclass(frozen=True, slots=True)
class Found:
    """A person as a search shows them."""

    id: UUID
    name: str
    ticket: str
    state: str


@dataclass(frozen=True, slots=True)
class Known:
    """How many people somebody talks with online here, and how often somebody was suggested to them."""

    ties: int
    suggestions: int


async def search(pool: Pool, conference_id: UUID, text: str, page: int) -> Sequence[Found]:
    """One page (from 0, PAGE and one more) of the people whose name holds the text, or whose ticket or mail it is."""
    part = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    rows = await pool.fetch(
        """SELECT id, name, ticket, state FROM read_attendee
           WHERE conference_id = $1 AND state <> 'cancelled'
             AND (name ILIKE '%' || $2 || '%' OR lower(ticket) = lower($3) OR lower(email) = lower($3))
           ORDER BY lower(name), id LIMIT $4 OFFSET $5""",
        conference_id, part, text, PAGE + 1, PAGE * page,
    )  # fmt: skip
    return [Found(**row) for row in rows]


async def known(pool: Pool, conference_id: UUID, attendee_id: UUID) -> Known:
    """See Known."""
    row = await pool.fetchrow(_KNOWN, conference_id, attendee_id)
    assert row is not None
    return Known(**row)
