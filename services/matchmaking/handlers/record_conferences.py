"""Takes note of conferences."""

from collections.abc import Sequence

from services.matchmaking.domain.facts import Conference
from services.matchmaking.handlers.newest import newest
from services.matchmaking.handlers.ports import Facts


async def record_conferences(facts: Facts, conferences: Sequence[Conference]) -> None:
    """Keeps when each ends, which bounds how long suggestions stay open."""
    await facts.save_conferences(newest(conferences))
