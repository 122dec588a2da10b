"""The dashboard's numbers, counted from the read model."""

from uuid import UUID

from services.kit.db import Connection, Pool
from services.portal.domain.dashboard import Dashboard, Latest, LeftOut

LEFT_OUT_SHOWN = 100
LATEST_SHOWN = 10

_PEOPLE = """
WITH person AS (
    SELECT id, name, state,
        EXISTS (SELECT FROM read_tie t WHERE t.conference_id = $1 AND t.total > 0 AND t.a = p.id)
        OR EXISTS (SELECT FROM read_tie t WHERE t.conference_id = $1 AND t.total > 0 AND t.b = p.id) AS tied,
        coalesce(g.ever, false) AS suggested, coalesce(g.open, false) AS open,
        coalesce(m.ever, false) AS matched, coalesce(m.made, false) AS made,
        coalesce(s.reached, false) AS reached, coalesce(s.unplaced, false) AS unplaced
    FROM read_attendee p
    LEFT JOIN (SELECT attendee_id, true AS ever, bool_or(o.id IS NOT NULL) AS open
               FROM read_suggestion_member JOIN read_suggestion s ON s.id = suggestion_id
               LEFT JOIN open_suggestion o ON o.id = s.id
               WHERE s.conference_id = $1 GROUP BY attendee_id) g ON g.attendee_id = p.id
    LEFT JOIN (SELECT mm.attendee_id, true AS ever,
                      bool_or(r.state = 'made' AND NOT EXISTS (SELECT FROM read_session x WHERE x.id = r.id)) AS made
               FROM read_match_member mm JOIN read_match r ON r.id = mm.match_id
               WHERE r.conference_id = $1 GROUP BY mm.attendee_id) m ON m.attendee_id = p.id
    LEFT JOIN (SELECT attendee_id, bool_or(state IN ('scheduled', 'held')) AS reached,
                      bool_or(state = 'unplaced') AS unplaced
               FROM read_session_member JOIN read_session ON id = session_id
               WHERE conference_id = $1 GROUP BY attendee_id) s ON s.attendee_id = p.id
    WHERE p.conference_id = $1 AND p.state <> 'cancelled'
), left_out AS (
    SELECT id, name, CASE WHEN state = 'registered' THEN 'not_joined' WHEN unplaced OR made THEN 'unplaced'
                          WHEN open THEN 'suggested' WHEN state = 'paused' THEN 'paused'
                          WHEN tied THEN 'between' ELSE 'no_tie' END AS reason
    FROM person WHERE NOT reached
)
"""

_COUNTS = f"""{_PEOPLE}
SELECT count(*) AS registered,
       count(*) FILTER (WHERE state <> 'registered') AS joined,
       count(*) FILTER (WHERE tied AND state <> 'registered') AS with_ties,
       count(*) FILTER (WHERE suggested) AS suggested,
       count(*) FILTER (WHERE matched) AS matched, count(*) FILTER (WHERE reached) AS people_reached,
       (SELECT count(*) FROM left_out) AS left_out_total
FROM person"""

_LEFT_OUT = f"{_PEOPLE} SELECT id, name, reason FROM left_out ORDER BY reason = 'not_joined', name, id LIMIT $2"

_SESSIONS = """
SELECT count(*) FILTER (WHERE state = 'scheduled') AS scheduled, count(*) FILTER (WHERE state = 'unplaced') AS unplaced,
       count(*) FILTER (WHERE state = 'held') AS held, count(*) FILTER (WHERE state = 'missed') AS missed,
       count(*) FILTER (WHERE state = 'cancelled') AS cancelled
FROM read_session WHERE conference_id = $1"""

_LATEST = """
SELECT id AS session_id, state, format, place_name, starts_at, changed_at FROM read_session
WHERE conference_id = $1 ORDER BY changed_at DESC, id DESC LIMIT $2"""


async def dashboard(pool: Pool, conference_id: UUID) -> Dashboard:
    """One consistent picture of the conference."""
    async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        return await _read(connection, conference_id)


async def _read(connection: Connection, conference_id: UUID) -> Dashboard:
    counts = await connection.fetchrow(_COUNTS, conference_id)
    sessions = await connection.fetchrow(_SESSIONS, conference_id)
    left_out = await connection.fetch(_LEFT_OUT, conference_id, LEFT_OUT_SHOWN)
    latest = await connection.fetch(_LATEST, conference_id, LATEST_SHOWN)
    assert counts is not None and sessions is not None  # aggregates always give a row
    return Dashboard(
        **counts,
        **sessions,
        left_out=tuple(LeftOut(*row) for row in left_out),
        latest=tuple(Latest(**row) for row in latest),
    )


async def change_counters(pool: Pool) -> dict[UUID, int]:
    """Each conference's change counter: higher than before when its dashboard may have changed."""
    return {
        r["conference_id"]: r["counter"] for r in await pool.fetch("SELECT conference_id, counter FROM read_change")
    }
