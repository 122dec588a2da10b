"""Somebody has met, or blocks, somebody: the two are never suggested to each other."""

from uuid import UUID

from services.kit.errors import Invalid, NotFound
from services.matchmaking.domain.suggestion import ExclusionReason
from services.matchmaking.handlers.ports import Facts, SolveRequests, Suggestions


async def exclude_pair(
    facts: Facts,
    suggestions: Suggestions,
    solves: SolveRequests,
    conference_id: UUID,
    attendee_id: UUID,
    other_id: UUID,
    reason: ExclusionReason,
) -> None:
    """Takes what is open between the two from ``attendee_id`` only; the other keeps it until it expires (promise 2).

    A match they have already made stays: cancelling its session is for the person to do, openly."""
    if attendee_id == other_id:
        raise Invalid("other_id", "name somebody else: nobody is suggested to themselves")
    known = await facts.known(conference_id, [attendee_id, other_id])
    for id in (attendee_id, other_id):
        if id not in known:
            raise NotFound("attendee", id)
    await suggestions.room([attendee_id])  # locks, so that no suggestion of the two is being added meanwhile
    if await suggestions.exclude(conference_id, attendee_id, other_id, reason):
        await solves.request([conference_id])
