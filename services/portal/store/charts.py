"""What the dashboard's charts are drawn from, counted in the read model, which knows no answers."""

from datetime import datetime
from uuid import UUID

from services.kit.db import Connection
from services.portal.store.dashboard import PEOPLE

PLACES_SHOWN = 12
HOURS_SHOWN = 72
EVIDENCE_SHOWN = 12
# A place on people's lists is shown of so many suggestions and people, and anew when ten more are over: two looks then
# never differ by one pair.
GROUP, STEP = 20, 10

_FAIR = f"{PEOPLE} SELECT sessions, count(*) AS people FROM person WHERE state <> 'registered' GROUP BY 1 ORDER BY 1"

_HEAT = f"""
WITH placed AS (
    SELECT place_name, date_trunc('hour', starts_at AT TIME ZONE $2) AS hour FROM read_session
    WHERE conference_id = $1 AND state IN ('scheduled', 'held') AND starts_at IS NOT NULL
), busiest AS (
    SELECT place_name FROM placed GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT {PLACES_SHOWN}
)
SELECT hour, place_name, count(*) AS sessions FROM placed JOIN busiest USING (place_name) GROUP BY 1, 2 ORDER BY 1, 2"""

_EVIDENCE = f"""
SELECT e->>'source_name' AS source, e->>'kind' AS kind, count(DISTINCT s.id) AS held
FROM read_session s JOIN read_suggestion g ON g.id = s.id, jsonb_array_elements(g.evidence) AS e
WHERE s.conference_id = $1 AND s.state = 'held' GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT {EVIDENCE_SHOWN}"""

# Matched or not, a suggestion counts from its expiry: counted at once, the matches would tell of the others' answers.
_RANKS = f"""
WITH over AS (
    SELECT least(m.rank, 5) AS rank, m.attendee_id, s.id,
           EXISTS (SELECT FROM read_match r WHERE r.id = s.id) AS matched,
           row_number() OVER (PARTITION BY least(m.rank, 5) ORDER BY s.expires_at, s.id, m.attendee_id) AS place
    FROM read_suggestion s JOIN read_suggestion_member m ON m.suggestion_id = s.id
    WHERE s.conference_id = $1 AND s.expires_at < $2 AND s.state IN ('open', 'matched', 'expired')
          AND m.rank IS NOT NULL
), told AS (
    SELECT *, count(*) OVER (PARTITION BY rank) / {STEP} * {STEP} AS shown FROM over
)
SELECT rank, count(*) AS suggestions, count(*) FILTER (WHERE matched) AS matched FROM told WHERE place <= shown
GROUP BY rank HAVING count(*) >= {GROUP} AND count(DISTINCT attendee_id) >= {GROUP}
                     AND count(*) FILTER (WHERE matched) >= 5 AND count(*) FILTER (WHERE NOT matched) >= 5
ORDER BY rank"""


async def sessions_of_people(tx: Connection, conference_id: UUID) -> list[tuple[int, int]]:
    """How many of those who joined have no session, one, two, ..."""
    return [(r["sessions"], r["people"]) for r in await tx.fetch(_FAIR, conference_id)]


async def hours_and_places(tx: Connection, conference_id: UUID, zone: str) -> dict[datetime, dict[str, int]]:
    """Sessions by the local hour they begin in (naive) and place: the busiest places, the first hours."""
    found: dict[datetime, dict[str, int]] = {}
    for r in await tx.fetch(_HEAT, conference_id, zone):
        if r["hour"] in found or len(found) < HOURS_SHOWN:
            found.setdefault(r["hour"], {})[r["place_name"]] = r["sessions"]
    return found


async def evidence_of_held(tx: Connection, conference_id: UUID) -> list[tuple[str, str, int]]:
    """Source, kind (both empty for an interest), and how many held sessions rested on it among others."""
    return [(r["source"] or "", r["kind"] or "", r["held"]) for r in await tx.fetch(_EVIDENCE, conference_id)]


async def matched_by_rank(tx: Connection, conference_id: UUID, now: datetime) -> list[tuple[int, int, int]]:
    """Place on somebody's list (5: fifth or later), suggestions whose time is over, how many of them matched."""
    return [tuple(r) for r in await tx.fetch(_RANKS, conference_id, now)]
