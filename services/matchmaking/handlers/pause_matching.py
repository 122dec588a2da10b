"""Organizers want nothing new suggested for a while, or again."""

from uuid import UUID

from services.matchmaking.handlers.ports import Pauses, SolveRequests


async def pause_matching(pauses: Pauses, solves: SolveRequests, conference_id: UUID, paused: bool) -> None:
    """What waited meanwhile is looked at as soon as it goes on."""
    await pauses.set_paused(conference_id, paused)
    if not paused:
        await solves.request([conference_id])
