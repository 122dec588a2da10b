"""What a change of the venue does to a session: whether its place still has room for it, and at which table."""

from services.scheduling.domain.session import Session
from services.scheduling.domain.venue import Place
from services.scheduling.engine.model import Model
from services.scheduling.engine.slots import around, bounds, day_of, spans


def fits_place(session: Session, place: Place | None, time_zone: str) -> bool:
    """Whether the place has the session's table, seats and format, and is open for all of its time."""
    if place is None or session.table_no is None or session.table_no > place.capacity:
        return False
    return _could_be(session, place, time_zone)


def free_table(model: Model, session: Session) -> int | None:
    """Another table at the same time and place; the session itself is not in the model. None if there is none."""
    place = next((place for place in model.places if place.id == session.place_id), None)
    if place is None or model.conference is None or session.during is None:
        return None
    if not _could_be(session, place, model.conference.time_zone):
        return None
    since, until = around(session.during)
    zone = model.conference.time_zone
    today = bounds(day_of(session.during.starts_at, zone), zone)
    table = model.tables.lowest_free(today, place.id, since, until - since)
    if table:
        model.tables.take(place.id, table, session.during)
    return table


def _could_be(session: Session, place: Place, time_zone: str) -> bool:
    if session.during is None or place.seats < len(session.attendee_ids):
        return False
    if place.formats and session.format not in place.formats:
        return False
    day, (since, until) = day_of(session.during.starts_at, time_zone), around(session.during)
    whole = spans(day, place.opens, place.closes, time_zone, place.time_zone)
    closed = any(session.during.overlaps(away) for away in place.closed)
    return any(opens <= since and until <= closes for opens, closes in whole) and not closed
