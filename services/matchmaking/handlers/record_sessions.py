"""Follows what becomes of the sessions that matches led to."""

from collections.abc import Sequence

from services.matchmaking.domain.facts import Session
from services.matchmaking.handlers.newest import newest
from services.matchmaking.handlers.ports import Matches, SolveRequests


async def record_sessions(
    matches: Matches, solves: SolveRequests, sessions: Sequence[Session], cause: str | None
) -> None:
    """A session held, missed or cancelled ends its match and frees budgets; who held one have met (promise 9)."""
    await solves.request(await matches.follow_sessions(newest(sessions)), cause)
