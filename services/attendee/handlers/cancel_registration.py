"""A ticket is gone: so are its person's handles and ties, and those who knew of the ties hear of it."""

from uuid import UUID

from services.attendee.domain.attendee import Attendee
from services.attendee.domain.events import AttendeeCancelled
from services.attendee.domain.joining import cancel
from services.attendee.domain.registering import Person
from services.attendee.handlers.ports import Registering
from services.attendee.handlers.tell_ties import tell_ties
from services.kit.errors import NotFound


async def cancel_registration(store: Registering, conference_id: UUID, ticket: str) -> Attendee:
    """The attendee afterwards. Raises NotFound for conference or ticket."""
    await store.lock_conference(conference_id)
    person = (await store.people_of_tickets(conference_id, [ticket])).get(ticket)
    if person is None:
        raise NotFound("ticket", ticket[:100])
    after = cancel(person.attendee)
    if after is not person.attendee:
        # Before the state changes: it tells who knew of the ties.
        await tell_ties(store, await store.forget_ties_of([after.id]))
        await store.save_attendees([after])
        await store.save_handles([Person(after, frozenset())])
        await store.publish([AttendeeCancelled(after)])
    return after
