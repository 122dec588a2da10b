"""People of a session that could be at a clearly better time or place are asked; only they move it (promise 8)."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from services.scheduling.domain.session import Session, Spot, proposed
from services.scheduling.engine.instant import better_spot
from services.scheduling.engine.model import Model
from services.scheduling.handlers.offering import group_of, words
from services.scheduling.handlers.ports import Sessions

LOOKED_AT = 20  # sessions a round, those looked at longest ago first
ASKED_A_ROUND = 3
MOST_OPEN = 50  # questions a conference may have open at once
QUIET = timedelta(hours=12)  # before a session begins its people are left alone
CLEARLY = 2.0  # hours of waiting that a move gains beyond what it disturbs
BETTER = "a better spot has come free"


class Store(Sessions, Protocol):
    """Sessions that have a spot, and how long ago it was looked whether there is a better one."""

    async def any_unplaced(self, conference_id: UUID) -> bool: ...

    async def open_questions(self, conference_id: UUID) -> int:
        """Sessions whose people were asked to choose and have not, within a day."""

    async def any_asked(self, attendee_ids: Sequence[UUID]) -> bool: ...

    async def settled(self, conference_id: UUID, after: datetime, limit: int) -> list[Session]:
        """Scheduled sessions that begin after that, none of whose people has a question open, as long ago as possible
        looked at."""

    async def looked_at(self, conference_id: UUID, session_ids: Sequence[UUID]) -> None: ...


async def look_for_better(
    store: Store, conference_id: UUID, now: datetime, in_time: Callable[[], bool]
) -> dict[UUID, bool]:
    """Sessions looked at, and whether there is a better spot; until `in_time` is false. Changes nothing, holds no lock.

    Nothing is looked for while sessions wait: to make room for them people are asked for more.
    """
    if await store.frozen(conference_id) or await store.any_unplaced(conference_id):
        return {}
    if await store.open_questions(conference_id) >= MOST_OPEN:
        return {}
    found: dict[UUID, bool] = {}
    for session in await store.settled(conference_id, now + QUIET, LOOKED_AT):
        if not in_time() or sum(found.values()) >= ASKED_A_ROUND:
            break
        found[session.id] = await _better(store, session, now) is not None
    return found


async def suggest_moves(store: Store, conference_id: UUID, looked: dict[UUID, bool], now: datetime) -> None:
    """Asks the people of those for which there still is a better spot; the conference is locked."""
    await store.looked_at(conference_id, list(looked))
    if await store.frozen(conference_id) or await store.any_unplaced(conference_id):
        return
    changes = []
    for session in await store.sessions([id for id, better in looked.items() if better]):
        if session not in await store.open_sessions_of(session.attendee_ids, now):
            continue
        if session.asked or await store.any_asked(session.attendee_ids):
            continue
        found = await _better(store, session, now)
        if found is not None:
            model, spot = found
            reason = f"{BETTER}, {words(model, session, spot)}: choose it, or leave yours where it is"
            changes.append(proposed(session, reason))
            await store.save(changes[-1].session)
    await store.publish(changes)


async def _better(store: Store, session: Session, now: datetime) -> tuple[Model, Spot] | None:
    model = await store.load_model(session.conference_id, session.attendee_ids, now, without=[session.id])
    spot = better_spot(model, group_of(model, session), session, CLEARLY)
    return (model, spot) if spot else None
