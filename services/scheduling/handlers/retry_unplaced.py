"""Tries unplaced sessions again: after something changed, and every minute."""

from datetime import datetime, timedelta

from services.scheduling.engine.instant import is_over
from services.scheduling.handlers.placing import settle
from services.scheduling.handlers.ports import Placing

AT_ONCE = 200  # sessions a transaction: short enough that people who move or cancel hardly wait
PAUSE = timedelta(minutes=1)


async def retry_unplaced(store: Placing, now: datetime) -> bool:
    """One conference's next sessions, if any are due; returns whether there was something to do."""
    conference_id = await store.lock_due(now)
    if conference_id is None:
        return False
    sessions = await store.take_unplaced(conference_id, AT_ONCE)
    model = await settle(store, conference_id, sessions, now)
    if len(sessions) < AT_ONCE:  # the round is complete; otherwise the conference stays due
        done = is_over(model) or not await store.any_unplaced(conference_id)
        await store.finish_round(conference_id, None if done else now + PAUSE)
    return True
