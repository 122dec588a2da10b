"""Reads what one person said of their days."""

from uuid import UUID

from services.kit.db import Connection
from services.scheduling.domain.interval import Interval
from services.scheduling.domain.programme import Wishes
from services.scheduling.store import rows


async def availability(tx: Connection, conference_id: UUID, attendee_id: UUID) -> tuple[list[Interval], Wishes]:
    """When they can meet, by time (none: whenever the conference is open), and what else they want."""
    free = await tx.fetch(
        "select during from availability where conference_id = $1 and attendee_id = $2 order by during",
        conference_id, attendee_id,
    )  # fmt: skip
    wish = await tx.fetchrow(
        "select break_minutes, most_a_day, quiet, step_free, starred from wish"
        " where conference_id = $1 and attendee_id = $2",
        conference_id, attendee_id,
    )  # fmt: skip
    wishes = Wishes(**(dict(wish) | {"starred": tuple(wish["starred"])})) if wish else Wishes()
    return [rows.interval(row["during"]) for row in free], wishes
