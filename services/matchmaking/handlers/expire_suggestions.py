"""Closes suggestions whose time is up."""

from datetime import datetime

from services.matchmaking.handlers.ports import Publisher, SolveRequests, Suggestions

AT_ONCE = 500


async def expire_suggestions(
    suggestions: Suggestions, publisher: Publisher, solves: SolveRequests, now: datetime
) -> int:
    """Expires up to AT_ONCE, tells of them, and lets their people have others; returns how many."""
    expired = await suggestions.expire(now, AT_ONCE)
    await publisher.suggestions(expired)
    await solves.request({suggestion.conference_id for suggestion in expired})
    return len(expired)
