"""The dashboard's numbers, counted from the read model."""

from uuid import UUID

from services.kit.db import Connection, Pool
from services.portal.domain.dashboard import Dashboard, Latest, LeftOut, again_shown

LEFT_OUT_SHOWN = 100
LATEST_SHOWN = 10

# Everybody who has a ticket, how far they came, and why they have no session; it knows no answer of anybody.
PEOPLE = """
WITH person AS (
    SELECT id, name, ticket, state,
        EXISTS (SELECT FROM read_tie t WHERE t.conference_id = $1 AND t.total > 0 AND t.a = p.id)
        OR EXISTS (SELECT FROM read_tie t WHERE t.conference_id = $1 AND t.total > 0 AND t.b = p.id) AS tied,
        coalesce(g.ever, false) AS suggested, coalesce(g.open, false) AS open,
        coalesce(m.ever, false) AS matched, coalesce(m.made, false) AS made,
        coalesce(s.sessions, 0) AS sessions, coalesce(s.sessions, 0) > 0 AS reached,
        coalesce(s.unplaced, false) AS unplaced, coalesce(s.met, false) AS met, coalesce(s.missed, false) AS missed,
        coalesce(s.recovered, false) AS recovered
    FROM read_attendee p
    LEFT JOIN (SELECT attendee_id, true AS ever, bool_or(o.id IS NOT NULL) AS open
               FROM read_suggestion_member JOIN read_suggestion s ON s.id = suggestion_id
               LEFT JOIN open_suggestion o ON o.id = s.id
               -- not by hand: whoever did it would see by this whether somebody spoke against it
               WHERE s.conference_id = $1 AND s.route <> 'organizer' GROUP BY attendee_id) g ON g.attendee_id = p.id
    LEFT JOIN (SELECT mm.attendee_id, true AS ever,
                      bool_or(r.state = 'made' AND NOT EXISTS (SELECT FROM read_session x WHERE x.id = r.id)) AS made
               FROM read_match_member mm JOIN read_match r ON r.id = mm.match_id
               WHERE r.conference_id = $1 GROUP BY mm.attendee_id) m ON m.attendee_id = p.id
    LEFT JOIN (SELECT attendee_id, count(*) FILTER (WHERE state IN ('scheduled', 'held')) AS sessions,
                      bool_or(state = 'unplaced') AS unplaced, bool_or(state = 'held') AS met,
                      bool_or(state = 'missed') AS missed,
                      max(starts_at) FILTER (WHERE state IN ('scheduled', 'held'))
                      > min(starts_at) FILTER (WHERE state = 'missed') AS recovered
               FROM read_session_member JOIN read_session ON id = session_id
               WHERE conference_id = $1 GROUP BY attendee_id) s ON s.attendee_id = p.id
    WHERE p.conference_id = $1 AND p.state <> 'cancelled'
), left_out AS (
    SELECT id, name, ticket, CASE WHEN state = 'registered' THEN 'not_joined' WHEN unplaced OR made THEN 'unplaced'
                                  WHEN open THEN 'suggested' WHEN state = 'paused' THEN 'paused'
                                  WHEN tied THEN 'between' ELSE 'no_tie' END AS reason
    FROM person WHERE NOT reached
)
"""
# Who of them a figure counts; the list behind the figure is made with the same words.
GROUPS = {
    "registered": "true",
    "joined": "state <> 'registered'",
    "with_ties": "tied AND state <> 'registered'",
    "suggested": "suggested",
    "matched": "matched",
    "people_reached": "reached",
    "people_met": "met",
    "missed_by": "missed",
    "recovered": "recovered",
}

_COUNTS = f"""{PEOPLE}
SELECT {", ".join(f"count(*) FILTER (WHERE {condition}) AS {group}" for group, condition in GROUPS.items())},
       (SELECT count(*) FROM left_out) AS left_out_total
FROM person"""

_LEFT_OUT = f"{PEOPLE} SELECT id, name, reason FROM left_out ORDER BY reason = 'not_joined', name, id LIMIT $2"

_AGAIN = """
SELECT count(DISTINCT f.attendee_id) AS asked,
       count(DISTINCT f.attendee_id) FILTER (WHERE 'again' = any(marks)) AS again
FROM felt f JOIN read_session s ON s.id = f.session_id WHERE s.conference_id = $1 AND f.marks <> '{}'"""

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
    again = await connection.fetchrow(_AGAIN, conference_id)
    latest = await connection.fetch(_LATEST, conference_id, LATEST_SHOWN)
    assert counts and sessions and again  # aggregates always give a row
    return Dashboard(
        **counts,
        **sessions,
        would_meet_again=again_shown(again["asked"], again["again"]),
        left_out=tuple(LeftOut(*row) for row in left_out),
        latest=tuple(Latest(**row) for row in latest),
    )


async def change_counter(pool: Pool, conference_id: UUID) -> int:
    """The conference's change counter, 0 before anything was told of it."""
    return await pool.fetchval("SELECT counter FROM read_change WHERE conference_id = $1", conference_id) or 0


async def change_counters(pool: Pool) -> dict[UUID, int]:
    """Each conference's change counter: higher than before when its dashboard may have changed."""
    return {
        r["conference_id"]: r["counter"] for r in await pool.fetch("SELECT conference_id, counter FROM read_change")
    }
