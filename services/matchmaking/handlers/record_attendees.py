"""Takes note of attendees; who cancelled leaves their suggestions and matches."""

from collections.abc import Sequence

from services.matchmaking.domain.facts import Attendee
from services.matchmaking.handlers.newest import newest
from services.matchmaking.handlers.ports import Facts, Matches, Publisher, SolveRequests, Suggestions


async def record_attendees(
    facts: Facts,
    suggestions: Suggestions,
    matches: Matches,
    publisher: Publisher,
    solves: SolveRequests,
    attendees: Sequence[Attendee],
    cause: str | None,
) -> None:
    """Keeps the newest state of each; withdraws and cancels for those whose ticket is gone (promise 7),
    and forgets who is erased (promise 6)."""
    latest = newest(attendees)
    await facts.save_attendees(latest)
    if gone := await facts.cancelled([attendee.id for attendee in latest]):
        # In this order: an answer that is under way ends as a match, which is then cancelled, or comes too late.
        await publisher.suggestions(await suggestions.withdraw_of(gone), cause)
        await publisher.matches(await matches.cancel_matches_of(gone), cause)
    if erased := [attendee.id for attendee in latest if attendee.erased]:
        await suggestions.forget_people(erased)
    await solves.request({attendee.conference_id for attendee in latest}, cause)
