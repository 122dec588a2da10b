"""Tries unplaced sessions again: after something changed, and every minute; asks others to make room for them."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from services.scheduling.domain.interval import Interval
from services.scheduling.domain.session import State
from services.scheduling.engine.instant import is_over
from services.scheduling.handlers.placing import settle
from services.scheduling.handlers.ports import Placing
from services.scheduling.handlers.proposing import propose

AT_ONCE = 200  # sessions a transaction: short enough that people who move or cancel hardly wait
ASKED_AT_ONCE = 10  # sessions for which room is looked for in a transaction
PAUSE = timedelta(minutes=1)


async def retry_unplaced(
    store: Placing, conference_id: UUID, now: datetime, wanted: Mapping[UUID, tuple[UUID, Interval]]
) -> None:
    """A conference's next sessions. `wanted`: place and time that were planned for them, and may be gone by now."""
    await store.lock(conference_id)
    sessions = await store.take_unplaced(conference_id, AT_ONCE)
    # Who has no planned spot must not take that of somebody else.
    ordered = sorted(sessions, key=lambda session: session.id not in wanted)
    model = await settle(store, conference_id, ordered, now, wanted=wanted)
    if model.conference is not None and not model.frozen:
        await _make_room(store, [session.id for session in sessions], now)
    if len(sessions) < AT_ONCE:  # the round is complete; otherwise the conference stays due
        done = is_over(model) or not await store.any_unplaced(conference_id)
        await store.finish_round(conference_id, None if done else now + PAUSE)


async def _make_room(store: Placing, session_ids: list[UUID], now: datetime) -> None:
    """For those that still found no spot; what lost one is for its people to choose."""
    left = [one for one in await store.sessions(session_ids) if one.state == State.UNPLACED and one.during is None]
    changes = []
    for session in sorted(left, key=lambda one: one.id)[:ASKED_AT_ONCE]:
        change = await propose(store, session, now)
        changes += [change] if change else []
    await store.publish(changes)
