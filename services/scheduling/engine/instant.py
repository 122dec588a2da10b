"""Places one group at once: the allowed spot that serves the soft goals best, or why there is none."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

import numpy as np

from services.scheduling.domain.interval import Interval
from services.scheduling.domain.session import Session, Spot
from services.scheduling.engine import goals, reasons
from services.scheduling.engine.day import PEOPLE, VENUE, Day, Group, Rule, days_left
from services.scheduling.engine.goals import Costs, Goal
from services.scheduling.engine.model import Model
from services.scheduling.engine.reasons import Refusal, is_over
from services.scheduling.engine.tables import Bools

__all__ = ["Group", "Refusal", "best_spots", "better_spot", "check_spot", "find_spot", "is_over", "soonest_spot"]


class Found(NamedTuple):
    """The best spot of one slot: its place is `column` of the day. `goals`: what each goal adds to the cost."""

    cost: float
    start: int
    day: Day
    column: int
    goals: dict[Goal, float]


def find_spot(model: Model, group: Group) -> Spot | Refusal:
    """The best spot for the group with `why` it is, or the smallest reason why there is none."""
    first, found = _search(model, group, 1, None)
    if first is None:
        return reasons.refusal(model, group)
    best = found[0]
    return replace(_spot(best), why=reasons.why(group, best.goals, first.goals, best.start == first.start))


def soonest_spot(model: Model, group: Group, until: datetime) -> Spot | None:
    """The first spot that begins by then."""
    first, _ = _search(model, group, 1, None)
    return _spot(first) if first and first.start <= until.timestamp() else None


def best_spots(model: Model, group: Group, limit: int, near: Session | None = None) -> list[Spot]:
    """The best `limit` spots, one a slot, the best first; `near`: the session that they are other spots for."""
    return [_spot(found) for found in _search(model, group, limit, near)[1]]


def better_spot(model: Model, group: Group, now_at: Session, by: float) -> Spot | None:
    """Where the session, not in the model, had better be, if that gains `by` or more beyond what the change costs.

    None too where it cannot be said what its spot is worth: its place is gone, or its time is too near.
    """
    assert now_at.during is not None
    start, days = now_at.during.starts_at.timestamp(), list(days_left(model, group))
    today = [day for day in days if start in day.slots]
    if not today:
        return None
    day = today[0].narrowed(today[0].slots == start)
    columns = [column for column in range(len(day.suitable)) if day.place(column).id == now_at.place_id]
    if not columns:
        return None
    slot = sum(cost.item() for cost in goals.of_slots(day, int(days[0].slots[0]), now_at.during).values())
    place = np.broadcast_to(goals.walks(day) + goals.of_places(day, now_at), (1, len(day.suitable)))[0, columns[0]]
    _, best = _search(model, group, 1, now_at)
    return _spot(best[0]) if best and best[0].cost <= slot + place - by else None


def check_spot(model: Model, group: Group, place_id: UUID, during: Interval) -> Spot | Refusal:
    """The table for exactly this place and slot, or why it cannot be had."""
    if model.conference is None:
        return Refusal(reasons.DATES_UNKNOWN)
    start = during.starts_at.timestamp()
    days = [day for day in days_left(model, group) if start in day.slots]
    if not days or during.ends_at - during.starts_at != group.format.length:
        return Refusal(f"that is no {group.format.name} slot of the conference, or it is too soon")
    day = days[0].narrowed(days[0].slots == start)
    columns = [column for column in range(len(day.suitable)) if day.place(column).id == place_id]
    if not columns:
        return Refusal(reasons.no_place(group))
    if not day.fits(PEOPLE)[0, columns[0]]:
        return Refusal("not everybody of the session is free then")
    name = day.place(columns[0]).name
    if not day.fits([Rule.NEEDS])[0, columns[0]]:
        return Refusal(f"{name} does not suit everybody of the session")
    if not day.fits(VENUE)[0, columns[0]]:
        return Refusal(f"{name} is closed or full then")
    return _spot(Found(0.0, int(start), day, columns[0], {}))


def _search(model: Model, group: Group, limit: int, near: Session | None) -> tuple[Found | None, list[Found]]:
    """The earliest spot, and the best `limit` ones. Days that cannot hold a better one any more are not looked at."""
    first: Found | None = None
    best: list[Found] = []
    origin: int | None = None
    for day in days_left(model, group):
        origin = int(day.slots[0]) if origin is None else origin
        if len(best) == limit and goals.floor(day, origin) >= best[-1].cost:
            break
        earliest, found = _of_day(day, origin, limit, near)
        first = first or earliest
        best = sorted([*best, *found], key=lambda one: (one.cost, one.start))[:limit]
    return first, best


def _of_day(day: Day, origin: int, limit: int, near: Session | None) -> tuple[Found | None, list[Found]]:
    """The earliest spot of the day, and the best one of each of its best `limit` slots."""
    allowed = day.fits(PEOPLE)
    free: Bools = np.any(allowed, axis=1)
    if not free.any():
        return None, []
    day = day.narrowed(free)
    slots = goals.of_slots(day, origin, near.during if near else None)
    walks = goals.walks(day)
    costs = np.where(allowed[free] & day.fits(VENUE), walks + goals.of_places(day, near), np.inf)
    if near is not None:
        _forget(day, near, costs)
    columns = costs.argmin(axis=1)
    total = costs.min(axis=1) + sum(slots.values())

    def found(row: int) -> Found:
        terms = {goal: float(cost[row]) for goal, cost in slots.items()}
        terms[Goal.WALK] = float(np.broadcast_to(walks, costs.shape)[row, columns[row]])
        return Found(float(total[row]), int(day.slots[row]), day, int(columns[row]), terms)

    there = np.flatnonzero(np.isfinite(total))
    best = there[np.argsort(total[there], kind="stable")[:limit]]
    return (found(there[0]) if len(there) else None), [found(row) for row in best]


def _forget(day: Day, near: Session, costs: Costs) -> None:
    """Where the session is now is no offer; another place at the same time is."""
    if near.during is not None:
        same = [day.place(column).id == near.place_id for column in range(len(day.suitable))]
        costs[np.ix_(day.slots == near.during.starts_at.timestamp(), same)] = np.inf


def _spot(found: Found) -> Spot:
    day, place = found.day, found.day.place(found.column)
    table_no = day.model.tables.lowest_free(day.bounds, place.id, found.start, day.length)
    assert table_no is not None  # the tables of the day said so
    start = datetime.fromtimestamp(found.start, UTC)
    return Spot(place, table_no, Interval(start, start + day.group.format.length))
