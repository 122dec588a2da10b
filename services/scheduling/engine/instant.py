"""Places one group at once: the earliest slot and the smallest place that suit everybody, or why not."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from uuid import UUID
from zoneinfo import ZoneInfo

from services.scheduling.domain.interval import Interval
from services.scheduling.domain.session import Spot
from services.scheduling.domain.venue import Place
from services.scheduling.engine.formats import Format
from services.scheduling.engine.model import Model
from services.scheduling.engine.slots import hours, slots

DATES_UNKNOWN = "the conference's dates are not known yet"
OVER = "the conference is over"


@dataclass(frozen=True, slots=True)
class Group:
    """The people of one match and the format they meet in."""

    attendee_ids: tuple[UUID, ...]
    format: Format


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why there is no spot, in words the people concerned understand."""

    reason: str


def find_spot(model: Model, group: Group) -> Spot | Refusal:
    """The earliest spot for the group; among equally early ones the place with the fewest seats."""
    return next(find_spots(model, group), None) or Refusal(_why_not(model, group))


def find_spots(model: Model, group: Group) -> Iterator[Spot]:
    """One spot for each slot in which everybody is free and a table is, earliest first."""
    places = _suitable_places(model, group)
    for day, slot in _common_slots(model, group) if places else ():
        if spot := next(_spots_at(model, places, day, slot), None):
            yield spot


def best_spots(model: Model, group: Group, limit: int) -> list[Spot]:
    """The first `limit` spots, for people to choose from."""
    return list(islice(find_spots(model, group), limit))


def check_spot(model: Model, group: Group, place_id: UUID, during: Interval) -> Spot | Refusal:
    """The table for exactly this place and slot, or why it cannot be had."""
    if model.conference is None:
        return Refusal(DATES_UNKNOWN)
    days = [day for day, slot in slots(model.conference, group.format, _not_before(model, group)) if slot == during]
    places = [place for place in _suitable_places(model, group) if place.id == place_id]
    if not days:
        return Refusal(f"that is no {group.format.name} slot of the conference, or it is too soon")
    if not places:
        return Refusal(_no_place(group))
    if not _all_free(model, group, during):
        return Refusal("not everybody of the session is free then")
    spot = next(_spots_at(model, places, days[0], during), None)
    return spot or Refusal(f"{places[0].name} is closed or full then")


def is_over(model: Model) -> bool:
    """Whether the conference's last day has passed where it is held."""
    return model.conference is not None and model.now >= _end(model.conference.ends_on, model.conference.time_zone)


def _end(last_day: date, time_zone: str) -> datetime:
    return datetime.combine(last_day + timedelta(days=1), datetime.min.time(), ZoneInfo(time_zone))


def _not_before(model: Model, group: Group) -> datetime:
    return model.now + group.format.notice


def _suitable_places(model: Model, group: Group) -> list[Place]:
    size, name = len(group.attendee_ids), group.format.name
    if size > group.format.people:
        return []
    places = [p for p in model.places if p.seats >= size and (not p.formats or name in p.formats)]
    return sorted(places, key=lambda place: (place.seats, place.name))


def _all_free(model: Model, group: Group, slot: Interval) -> bool:
    return all(model.people[attendee_id].can_meet(slot) for attendee_id in group.attendee_ids)


def _common_slots(model: Model, group: Group) -> Iterator[tuple[date, Interval]]:
    if model.conference is not None:
        for day, slot in slots(model.conference, group.format, _not_before(model, group)):
            if _all_free(model, group, slot):
                yield day, slot


def _spots_at(model: Model, places: list[Place], day: date, slot: Interval) -> Iterator[Spot]:
    assert model.conference is not None
    for place in places:
        open_hours = hours(day, place.opens, place.closes, model.conference.time_zone)
        if open_hours and slot.within(open_hours) and (table_no := model.tables.free(place, slot)):
            yield Spot(place, table_no, slot)


def _why_not(model: Model, group: Group) -> str:
    """The first hindrance in the order in which somebody could remove it."""
    name, size = group.format.name, len(group.attendee_ids)
    if model.conference is None:
        return DATES_UNKNOWN
    if size > group.format.people:
        return f"{name} is for at most {group.format.people} people, this is {size}"
    if is_over(model):
        return OVER
    if next(slots(model.conference, group.format, _not_before(model, group)), None) is None:
        return f"no time is left for {name} at this conference"
    if not _suitable_places(model, group):
        return _no_place(group)
    if next(_common_slots(model, group), None) is None:
        return f"no slot when {_everybody(group)} free"
    return f"no open place with a free table for {name} when {_everybody(group)} free"


def _no_place(group: Group) -> str:
    size = len(group.attendee_ids)
    return f"no place for {group.format.name}" + (f" with {size} seats" if size > 2 else "")


def _everybody(group: Group) -> str:
    return "both are" if len(group.attendee_ids) == 2 else f"all {len(group.attendee_ids)} are"
