"""Somebody who joined wants no new suggestions for now; their ties stay."""

from uuid import UUID

from services.attendee.domain.attendee import Attendee
from services.attendee.domain.events import AttendeePaused
from services.attendee.domain.joining import pause
from services.attendee.handlers.ports import Joining


async def pause_attendee(store: Joining, attendee_id: UUID) -> Attendee:
    """The attendee afterwards. Raises NotFound, and Conflict for who has not joined."""
    before = (await store.person(attendee_id)).attendee
    after = pause(before)
    if after is not before:
        await store.save_attendees([after])
        await store.publish([AttendeePaused(after)])
    return after
