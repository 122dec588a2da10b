"""Closes suggestions whose time is up: tables come about with those who said yes, if they are enough."""

from datetime import datetime

from services.matchmaking.domain.rules import TABLE_LEAST
from services.matchmaking.handlers.ports import Matches, Publisher, SolveRequests, Suggestions

AT_ONCE = 500


async def expire_suggestions(
    suggestions: Suggestions, matches: Matches, publisher: Publisher, solves: SolveRequests, now: datetime
) -> int:
    """Closes up to AT_ONCE tables and AT_ONCE others, tells of them, and lets their people have others; returns how
    many. Who did not come to a table hears nothing of it (promise 2)."""
    tables = await suggestions.tables_due(now, AT_ONCE)
    made = [await matches.make_match(table, come) for table, come in tables if len(come) >= TABLE_LEAST]
    await publisher.matches(made)
    expired = await suggestions.expire(now, AT_ONCE, [table.id for table, _ in tables])
    await publisher.suggestions(expired)
    closed = [match.conference_id for match in made] + [suggestion.conference_id for suggestion in expired]
    await solves.request(set(closed))
    return len(closed)
