"""The step that lost places, clashes and retries share: words that ask the people of a session to choose a spot."""

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from services.scheduling.domain.session import Session, Spot
from services.scheduling.engine.instant import Group, best_spots
from services.scheduling.engine.model import Model
from services.scheduling.engine.reasons import refusal


def group_of(model: Model, session: Session) -> Group:
    """The engine's view of its people and format."""
    return Group(session.attendee_ids, model.formats[session.format])


def at_once(group: Group) -> Group:
    """The same group without notice: its people are here."""
    return replace(group, format=replace(group.format, notice=timedelta()))


def ask(model: Model, session: Session, trouble: str) -> tuple[str, Spot | None]:
    """What to tell its people about the trouble, and the nearest spot that suits them, if there is one."""
    spots = best_spots(model, group_of(model, session), 1, near=session)
    if not spots:
        return f"{trouble}; {refusal(model, group_of(model, session)).reason}", None
    return f"{trouble}; {words(model, session, spots[0])} suits everybody: choose it or another time", spots[0]


def words(model: Model, session: Session, spot: Spot) -> str:
    """A spot beside the one the session has, or had."""
    if session.during == spot.during:
        return f"{spot.place.name} at the same time"
    assert model.conference is not None  # there is a spot
    starts = spot.during.starts_at.astimezone(ZoneInfo(spot.place.time_zone or model.conference.time_zone))
    return f"{spot.place.name} on {starts:%A} at {starts:%H:%M}"
