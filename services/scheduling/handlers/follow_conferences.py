"""Conferences were created: their sessions can be placed from now on."""

from collections.abc import Sequence
from datetime import datetime

from services.scheduling.domain.conference import Conference
from services.scheduling.handlers.ports import Following


async def follow_conferences(store: Following, conferences: Sequence[Conference], now: datetime) -> None:
    """Keeps the newest of each, and has waiting sessions tried."""
    for conference_id in sorted(await store.save_conferences(conferences)):
        await store.lock(conference_id)
        await store.wake(conference_id, now)
