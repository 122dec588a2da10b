"""People say yes to networking; the ties between those who did become known."""

from collections.abc import Sequence
from uuid import UUID

from services.attendee.domain.attendee import State
from services.attendee.domain.events import AttendeeJoined
from services.attendee.domain.joining import join
from services.attendee.domain.text import Problems
from services.attendee.handlers.ports import Joining
from services.attendee.handlers.tell_ties import tell_ties
from services.kit.errors import Invalid

MOST = 20_000


async def join_attendees(store: Joining, conference_id: UUID, attendee_ids: Sequence[UUID]) -> int:
    """How many joined now. Raises NotFound for the conference, Invalid for unknown ids, Conflict if cancelled."""
    if len(attendee_ids) > MOST:
        raise Invalid("attendee_ids", f"{len(attendee_ids)} attendees in one request; send at most {MOST}")
    await store.lock_conference(conference_id)
    known = await store.attendees(conference_id, set(attendee_ids))
    problems = Problems()
    for problems.row, attendee_id in enumerate(attendee_ids):
        if attendee_id not in known:
            problems.add("attendee_ids", f"there is no attendee {attendee_id} in this conference")
    if problems.found:
        raise Invalid.all(problems.found)
    joined = [after for before in known.values() if (after := join(before)) is not before]
    if joined:
        await store.save_attendees(joined)
        await store.publish([AttendeeJoined(attendee) for attendee in joined])
        first_time = [a.id for a in joined if known[a.id].state is State.REGISTERED]
        await tell_ties(store, await store.ties_of(first_time))
    return len(joined)
