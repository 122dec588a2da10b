"""A person says when they can meet and what they want of their days; accepted sessions stay where they are."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from services.kit.errors import Conflict
from services.scheduling.domain.interval import Interval, merged
from services.scheduling.domain.programme import Wishes, check_availability, check_wishes
from services.scheduling.handlers.ports import Programme


async def set_availability(
    store: Programme,
    conference_id: UUID,
    attendee_id: UUID,
    free: Sequence[Interval],
    now: datetime,
    wishes: Wishes | None = None,
) -> None:
    """Replaces what the person said before; nothing given: whenever the conference is open. `wishes` None: as before.

    Raises Invalid for intervals that cannot be, Conflict when the registration was cancelled.
    """
    check_availability(free)
    check_wishes(wishes or Wishes())
    await store.lock(conference_id)
    if await store.cancelled_among([attendee_id]):
        raise Conflict("attendee_id", "the registration was cancelled; register again first")
    await store.replace_availability(conference_id, attendee_id, merged(list(free)))
    if wishes is not None:
        await store.replace_wishes(conference_id, attendee_id, wishes)
    await store.wake(conference_id, now)
