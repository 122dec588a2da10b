"""Takes note of ties; a tie that is gone takes the open suggestions that rest on it along, one that lost a source its
reasons."""

from collections.abc import Sequence

from services.matchmaking.domain.facts import Tie
from services.matchmaking.handlers.newest import newest
from services.matchmaking.handlers.ports import Facts, Publisher, SolveRequests, Suggestions


async def record_ties(
    facts: Facts,
    suggestions: Suggestions,
    publisher: Publisher,
    solves: SolveRequests,
    ties: Sequence[Tie],
    cause: str | None,
) -> None:
    """Keeps the newest state of each. What is withdrawn does not depend on what was answered (promise 2)."""
    latest = newest(ties)
    poorer = await facts.ties_losing(latest)
    await facts.save_ties(latest)
    if poorer:
        await suggestions.forget_ties(poorer)
    without = [tie.id for tie in latest if not tie.counts]
    if without and (gone := await facts.ties_gone(without)):
        await publisher.suggestions(await suggestions.withdraw_ties(gone), cause)
    await solves.request({tie.conference_id for tie in latest}, cause)
