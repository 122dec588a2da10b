"""A person says when they can meet; sessions they accepted stay where they are."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from services.kit.errors import Conflict
from services.scheduling.domain.interval import Interval, merged
from services.scheduling.domain.programme import check_availability
from services.scheduling.handlers.ports import Programme


async def set_availability(
    store: Programme, conference_id: UUID, attendee_id: UUID, free: Sequence[Interval], now: datetime
) -> None:
    """Replaces what the person said before; nothing given: whenever the conference is open.

    Raises Invalid for intervals that cannot be, Conflict when the registration was cancelled.
    """
    check_availability(free)
    await store.lock(conference_id)
    if await store.cancelled_among([attendee_id]):
        raise Conflict("attendee_id", "the registration was cancelled; register again first")
    await store.replace_availability(conference_id, attendee_id, merged(list(free)))
    await store.wake(conference_id, now)
