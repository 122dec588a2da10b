"""Whom somebody may be offered on the spot, out of those who are there."""

from collections.abc import Sequence
from uuid import UUID

from services.kit.errors import Invalid
from services.matchmaking.handlers.ports import Lists

MOST_CANDIDATES = 1_000
SHOWN = 50


async def list_offerable(
    lists: Lists, conference_id: UUID, attendee_id: UUID, candidates: Sequence[UUID]
) -> list[UUID]:
    """Nobody they blocked, met or were ever suggested to (promises 2 and 9); raises Invalid when there are too many."""
    if len(candidates) > MOST_CANDIDATES:
        raise Invalid("candidates", f"{len(candidates)} are too many; give at most {MOST_CANDIDATES}")
    return await lists.offerable(conference_id, attendee_id, candidates, SHOWN)
