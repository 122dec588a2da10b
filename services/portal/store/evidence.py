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


async def evidence(pool: Pool, ids: Sequence[UUID]) -> dict[UUID, Why]:
    """Of each of these suggestions that is known."""
    rows = await pool.fetch(
        """SELECT id, route, evidence, array(SELECT attendee_id FROM read_suggestion_member m
                                             WHERE m.suggestion_id = s.id ORDER BY place) AS people
           FROM read_suggestion s WHERE id = any($1)""",
        list(ids),
    )
    return {row["id"]: Why(row["route"], list(row["people"]), json.loads(row["evidence"])) for row in rows}
