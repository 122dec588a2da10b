"""Attendees registered, changed or cancelled: who has no ticket any more has no sessions any more."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from services.scheduling.domain.conference import Attendee
from services.scheduling.domain.session import TICKET_GONE, cancelled
from services.scheduling.handlers.ports import Following, Sessions


class Store(Following, Sessions, Protocol):
    """Attendees and the sessions they are in."""


async def follow_attendees(
    store: Store, attendees: Sequence[Attendee], now: datetime, causes: Mapping[UUID, str | None]
) -> None:
    """Keeps the newest of each; cancels and frees the sessions of those who cancelled, forgets who is erased.

    `causes`: by attendee."""
    gone: dict[UUID, set[UUID]] = defaultdict(set)
    for attendee in await store.save_attendees(attendees):
        if attendee.cancelled:
            gone[attendee.conference_id].add(attendee.id)
    for conference_id in sorted(gone):
        # Whoever is placing these people now commits first; their sessions are then seen below.
        await store.lock(conference_id)
        await _cancel(store, conference_id, gone[conference_id], now, causes)
    if erased := [attendee.id for attendee in attendees if attendee.erased]:
        await store.forget_people(erased)


async def _cancel(
    store: Store, conference_id: UUID, gone: set[UUID], now: datetime, causes: Mapping[UUID, str | None]
) -> None:
    changes = []
    for session in await store.open_sessions_of(gone, now):
        cause = next((causes.get(a) for a in session.attendee_ids if a in gone), None)
        changes.append(cancelled(session, TICKET_GONE, cause))
        await store.save(changes[-1].session)
    await store.publish(changes)
    if changes:
        await store.wake(conference_id, now)
