"""Reads why the people of a session were suggested to each other: a session has its suggestion's id."""

import json
from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from services.kit.db import Pool


class Why(NamedTuple):
    """A suggestion's route, its people in the order its evidence counts them, and the evidence."""

    route: str
    people: list[UUID]
    evidence: list[dict[str, Any]]


# Of a suggestion s. Ties are told of beside suggestions: either may come first.
REASONS = """(
    SELECT coalesce(jsonb_agg(reason ORDER BY n), '[]')
    FROM jsonb_array_elements(s.evidence) WITH ORDINALITY AS r (reason, n)
    WHERE coalesce(reason->>'source_id', '') = '' OR NOT EXISTS (
        SELECT FROM read_tie t
        JOIN read_suggestion_member x ON x.suggestion_id = s.id AND x.attendee_id = t.a
        JOIN read_suggestion_member y ON y.suggestion_id = s.id AND y.attendee_id = t.b
        WHERE t.conference_id = s.conference_id AND NOT (reason->>'source_id')::uuid = any(t.sources)))"""


async def evidence(pool: Pool, ids: Sequence[UUID]) -> dict[UUID, Why]:
    """Of each of these suggestions that is known; without what rests on a source the people's tie has no more."""
    rows = await pool.fetch(
        f"""SELECT id, route, {REASONS} AS evidence, array(SELECT attendee_id FROM read_suggestion_member m
                                             WHERE m.suggestion_id = s.id ORDER BY place) AS people
           FROM read_suggestion s WHERE id = any($1)""",
        list(ids),
    )
    return {row["id"]: Why(row["route"], list(row["people"]), json.loads(row["evidence"])) for row in rows}
