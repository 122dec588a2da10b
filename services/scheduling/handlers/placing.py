"""The step that placing a match and trying again share: each session gets the best spot left, or a reason."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from services.scheduling.domain.interval import Interval
from services.scheduling.domain.session import (
    FROZEN,
    TICKET_GONE,
    Change,
    Session,
    Spot,
    State,
    cancelled,
    offered,
    scheduled,
    unplaced,
)
from services.scheduling.engine.instant import Group, Refusal, check_spot, find_spot
from services.scheduling.engine.model import Model
from services.scheduling.handlers.offering import ask, group_of
from services.scheduling.handlers.ports import Placing, SpotTaken

MAX_RACES = 20  # lost in a row; then the worker tries again later
LOST_SPOT = "its time and place were lost"
TOGETHER = "so that as many as possible of those who waited have a time"
LOST_RACES = "places are being taken right now"


async def settle(
    store: Placing,
    conference_id: UUID,
    sessions: Sequence[Session],
    now: datetime,
    causes: Mapping[UUID, str | None] | None = None,
    wanted: Mapping[UUID, tuple[UUID, Interval]] | None = None,
) -> Model:
    """Places sessions of one locked conference in the order given, saves and publishes what changed.

    Returns the model as it is afterwards. Sessions whose people cancelled are cancelled instead. `wanted`: place and
    time that are best for some of them, if they can be had.
    """
    people = {attendee_id for session in sessions for attendee_id in session.attendee_ids}
    gone = await store.cancelled_among(people)
    model = await store.load_model(conference_id, people, now)
    changes: list[Change] = []
    for session in sessions:
        cause = (causes or {}).get(session.id)
        if gone & set(session.attendee_ids):
            change = cancelled(session, TICKET_GONE, cause)
            await store.save(change.session)
            changes.append(change)
            continue
        model, found = await _settle_one(store, model, session, cause, (wanted or {}).get(session.id))
        changes += [found] if found else []
    await store.publish(changes)
    return model


async def _settle_one(
    store: Placing, model: Model, session: Session, cause: str | None, wanted: tuple[UUID, Interval] | None
) -> tuple[Model, Change | None]:
    if model.frozen:
        return model, await _leave_unplaced(store, session, FROZEN, cause)
    if session.during is not None:
        return model, await _offer(store, model, session)
    group = group_of(model, session)
    for races in range(MAX_RACES):
        spot = _spot(model, group, None if races else wanted)
        if isinstance(spot, Refusal):
            return model, await _leave_unplaced(store, session, spot.reason, cause)
        change = scheduled(session, spot, cause)
        try:
            await store.save(change.session)
        except SpotTaken:
            # The winner has committed by now, so a fresh model shows what is left.
            model = await store.load_model(session.conference_id, list(model.people), model.now)
            continue
        model.book(spot, session.attendee_ids)
        return model, change
    return model, await _leave_unplaced(store, session, LOST_RACES, cause)


def _spot(model: Model, group: Group, wanted: tuple[UUID, Interval] | None) -> Spot | Refusal:
    """The wanted spot if the rules still allow it, else the best one."""
    best = find_spot(model, group)
    if wanted is None or isinstance(best, Refusal) or (best.place.id, best.during) == wanted:
        return best
    planned = check_spot(model, group, *wanted)
    return best if isinstance(planned, Refusal) else replace(planned, why=TOGETHER)


async def _offer(store: Placing, model: Model, session: Session) -> Change | None:
    """One that lost its spot gets no other one unasked (promise 8)."""
    reason, spot = ask(model, session, LOST_SPOT)
    if spot is None:
        return await _leave_unplaced(store, session, reason, None)
    change = offered(session, reason)
    await store.save(change.session)
    return change


async def _leave_unplaced(store: Placing, session: Session, reason: str, cause: str | None) -> Change | None:
    if session.state == State.UNPLACED and session.version and session.reason == reason:
        return None  # nothing new to tell
    change = unplaced(session, reason, cause)
    await store.save(change.session)
    return change
