"""Takes note of sources: their names, and whether they may be named."""

from collections.abc import Sequence

from services.matchmaking.domain.facts import Source
from services.matchmaking.handlers.newest import newest
from services.matchmaking.handlers.ports import Facts, SolveRequests, Suggestions


async def record_sources(
    facts: Facts,
    suggestions: Suggestions,
    solves: SolveRequests,
    sources: Sequence[Source],
    cause: str | None,
) -> None:
    """Keeps them; a source withdrawn or made private is no reason for anything any more (promise 6).

    Open suggestions lose the reason with the solve that is asked for."""
    latest = newest(sources)
    await facts.save_sources(latest)
    if hidden := [source.id for source in latest if source.withdrawn or not source.public]:
        await suggestions.forget_source(hidden)
    await solves.request({source.conference_id for source in latest}, cause)
