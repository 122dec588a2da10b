"""Who talks with whom, and which of them have met, for a picture without names."""

from dataclasses import dataclass
from uuid import UUID

from services.kit.db import Pool

MOST_PEOPLE, MOST_TIES = 2_000, 8_000

_TIES = f"SELECT a, b FROM read_tie WHERE conference_id = $1 AND total > 0 ORDER BY total DESC, id LIMIT {MOST_TIES}"

_MET = """
SELECT DISTINCT m.attendee_id AS a, n.attendee_id AS b FROM read_session s
JOIN read_session_member m ON m.session_id = s.id JOIN read_session_member n ON n.session_id = s.id
WHERE s.conference_id = $1 AND s.state = 'held' AND m.attendee_id < n.attendee_id LIMIT $2"""

_COUNTS = """
SELECT (SELECT count(*) FROM (SELECT a FROM read_tie WHERE conference_id = $1 AND total > 0
                              UNION SELECT b FROM read_tie WHERE conference_id = $1 AND total > 0) p) AS people,
       (SELECT count(*) FROM read_tie WHERE conference_id = $1 AND total > 0) AS ties,
       (SELECT count(*) FROM read_tie t WHERE conference_id = $1 AND total > 0 AND EXISTS (
            SELECT FROM read_session_member m JOIN read_session_member n ON n.session_id = m.session_id
            JOIN read_session s ON s.id = m.session_id
            WHERE m.attendee_id = t.a AND n.attendee_id = t.b AND s.state = 'held')) AS met"""


@dataclass(frozen=True, slots=True)
class Community:
    """How many people have ties, how many ties there are, and how many of them led to a held session."""

    people: int
    ties: int
    met: int


async def counts(pool: Pool, conference_id: UUID) -> Community:
    """The picture in numbers."""
    record = await pool.fetchrow(_COUNTS, conference_id)
    assert record is not None  # an aggregate always gives a row
    return Community(**record)


async def ties(pool: Pool, conference_id: UUID) -> tuple[tuple[UUID, UUID], ...]:
    """The strongest ties, of at most so many people as a picture can show."""
    kept, people = [], set[UUID]()
    for record in await pool.fetch(_TIES, conference_id):
        pair = (record["a"], record["b"])
        if len(people) + len(set(pair) - people) <= MOST_PEOPLE:
            people.update(pair)
            kept.append(pair)
    return tuple(kept)


async def met(pool: Pool, conference_id: UUID) -> list[tuple[UUID, UUID]]:
    """Pairs with a held session."""
    return [(r["a"], r["b"]) for r in await pool.fetch(_MET, conference_id, MOST_TIES)]
