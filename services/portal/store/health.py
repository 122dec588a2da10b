"""How mails and events fare, counted in the portal's own tables."""

from dataclasses import dataclass
from uuid import UUID

from services.kit.db import Pool

_HEALTH = """
SELECT count(*) FILTER (WHERE sent_at IS NULL AND dropped_at IS NULL AND next_try_at <= now()) AS due,
       count(*) FILTER (WHERE sent_at IS NULL AND dropped_at IS NULL AND tries > 0 AND problem <> '') AS refused,
       count(*) FILTER (WHERE dropped_at > now() - interval '1 day' AND problem LIKE 'given up%') AS given_up,
       count(*) FILTER (WHERE sent_at > now() - interval '1 day') AS sent,
       (SELECT count(*) FROM dead_letter WHERE replayed_at IS NULL) AS dead_letters
FROM mail WHERE conference_id = $1"""


@dataclass(frozen=True, slots=True)
class Health:
    """Mails of a conference: due now, refused and tried again, given up and sent within a day; events set aside."""

    due: int
    refused: int
    given_up: int
    sent: int
    dead_letters: int


async def health(pool: Pool, conference_id: UUID) -> Health:
    """As it is now."""
    record = await pool.fetchrow(_HEALTH, conference_id)
    assert record is not None  # an aggregate always gives a row
    return Health(**record)
