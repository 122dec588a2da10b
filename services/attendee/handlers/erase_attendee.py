"""Somebody is forgotten: cancelled first, so that everybody hears of it, then gone from every table."""

from dataclasses import replace
from uuid import UUID

from services.attendee.domain.attendee import Profile, State
from services.attendee.domain.events import AttendeeCancelled
from services.attendee.handlers.ports import Erasing
from services.attendee.handlers.tell_ties import tell_ties


async def erase_attendee(store: Erasing, attendee_id: UUID) -> None:
    """The last event of the person names nobody. Raises NotFound, also once they are erased."""
    before = (await store.person(attendee_id)).attendee
    # Before the person is gone: it tells who knew of the ties.
    await tell_ties(store, await store.forget_ties_of([attendee_id]))
    after = replace(
        before, ticket=f"erased-{before.id}", name="", email="", state=State.CANCELLED,
        profile=Profile((), (), 1), version=before.version + 1, erased=True,
    )  # fmt: skip
    await store.save_attendees([after])
    await store.publish([AttendeeCancelled(after)])
    await store.remove_attendee(attendee_id)
