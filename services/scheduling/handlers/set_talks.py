"""Replaces a conference's talks: their speakers are busy then. Sessions that now clash stay where they are."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from services.scheduling.domain.programme import Talk, check_talks
from services.scheduling.handlers.ports import Programme


async def set_talks(store: Programme, conference_id: UUID, talks: Sequence[Talk], now: datetime) -> int:
    """Takes the whole programme, returns its number of talks; raises Invalid for talks that cannot be."""
    check_talks(talks)
    await store.lock(conference_id)
    await store.replace_talks(conference_id, talks)
    await store.wake(conference_id, now)
    return len(talks)
