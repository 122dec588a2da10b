"""An organizer freezes the plan, or lets it go on."""

from datetime import datetime
from uuid import UUID

from services.scheduling.handlers.ports import Programme


async def freeze_plan(store: Programme, conference_id: UUID, frozen: bool, now: datetime) -> None:
    """While frozen, matches wait unplaced and people cannot move sessions; afterwards what waits is placed."""
    await store.lock(conference_id)
    await store.freeze(conference_id, frozen)
    await store.wake(conference_id, now)
