"""Sessions as iCalendar (RFC 5545): the same session always gives the same bytes."""

from collections.abc import Mapping, Sequence
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import Response
from icalendar import Calendar, Event, vCalAddress, vText

from services.portal.domain.read_model import Conference, Session
from services.portal.store import reads
from services.portal.store.reads import Reader

# An unplaced session with a time has lost it.
_STATUS = {
    "scheduled": "CONFIRMED",
    "held": "CONFIRMED",
    "missed": "CONFIRMED",
    "cancelled": "CANCELLED",
    "unplaced": "CANCELLED",
}
MOST = 1_000  # sessions in one feed


async def of_person(reader: Reader, conference: Conference, attendee_id: UUID) -> bytes:
    """The sessions of one person that have, or had, a time."""
    found = await reads.sessions(reader, conference.id, attendee_id, None, MOST)
    names = await reads.names(reader, {i for s in found for i in s.attendee_ids if i != attendee_id})
    return of_sessions(conference, found, names)


def of_sessions(conference: Conference, sessions: Sequence[Session], names: Mapping[UUID, str]) -> bytes:
    """Sessions as a calendar to subscribe to; ``names`` are the people each entry shows."""
    calendar = _calendar(conference)
    for session in sessions:
        if session.starts_at is not None:
            calendar.add_component(_entry(conference, session, names))
    return _bytes(calendar)


def invitation(
    conference: Conference, session: Session, names: Mapping[UUID, str], organizer: str, recipient: str
) -> tuple[str, bytes]:
    """(method, calendar) for a mail: its recipient's own address is the only one of a person in it."""
    method = "CANCEL" if _STATUS[session.state] == "CANCELLED" else "REQUEST"
    calendar = _calendar(conference)
    calendar.add("method", method)
    entry = _entry(conference, session, names)
    entry.add("organizer", vCalAddress(f"mailto:{organizer}"))
    address = vCalAddress(f"mailto:{recipient}")
    address.params["PARTSTAT"] = vText("ACCEPTED")  # they said yes before there was a time
    entry.add("attendee", address)
    calendar.add_component(entry)
    return method, _bytes(calendar)


def response(content: bytes) -> Response:
    """A calendar over HTTP."""
    return Response(content, media_type="text/calendar; charset=utf-8")


def _calendar(conference: Conference) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", "-//Hallway//hallway//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", f"Hallway: {conference.name}")
    return calendar


def _entry(conference: Conference, session: Session, names: Mapping[UUID, str]) -> Event:
    assert session.starts_at is not None and session.ends_at is not None
    zone = ZoneInfo(conference.time_zone)
    who = ", ".join(sorted(names[i] for i in session.attendee_ids if i in names)) or conference.name
    entry = Event()
    entry.add("uid", f"{session.id}@hallway")
    entry.add("sequence", session.calendar_sequence)
    entry.add("dtstamp", session.changed_at)
    entry.add("dtstart", session.starts_at.astimezone(zone))
    entry.add("dtend", session.ends_at.astimezone(zone))
    entry.add("summary", f"{session.format.capitalize()}: {who}")
    entry.add("location", session.place_name)
    entry.add("status", _STATUS[session.state])
    return entry


def _bytes(calendar: Calendar) -> bytes:
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())
