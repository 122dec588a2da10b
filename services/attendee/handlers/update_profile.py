"""Somebody tells their interests, formats, budget and handles anew."""

from dataclasses import dataclass
from uuid import UUID

from services.attendee.domain.attendee import Attendee, State, read_profile
from services.attendee.domain.handle import parse_handles
from services.attendee.domain.registering import change_profile
from services.attendee.domain.text import Problems
from services.attendee.handlers.ports import Registering
from services.kit.errors import Conflict, Invalid


@dataclass(frozen=True, slots=True)
class NewProfile:
    """A profile as sent: `handles` are all claimed ones; `budget` 0 keeps the one before."""

    interests: tuple[str, ...]
    formats: tuple[str, ...]
    budget: int
    handles: tuple[str, ...]


async def update_profile(store: Registering, attendee_id: UUID, told: NewProfile) -> Attendee:
    """The attendee afterwards. Raises NotFound, Invalid, and Conflict for a handle that somebody else has."""
    problems = Problems()
    profile = read_profile(told.interests, told.formats, told.budget, problems)
    claimed = parse_handles(told.handles, problems)
    if problems.found:
        raise Invalid.all(problems.found)
    known = await store.person(attendee_id)
    if known.attendee.state is State.CANCELLED:
        raise Conflict("attendee_id", f"ticket {known.attendee.ticket} is cancelled; register it again first")
    result = change_profile(known, profile, claimed)
    if result.changed:
        await store.save_attendees([result.person.attendee])
        if result.person.handles != known.handles:
            await store.save_handles([result.person])
        await store.publish(result.events)
    return result.person.attendee
