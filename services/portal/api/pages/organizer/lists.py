"""The organizer's lists of attendees and sessions."""

from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import Response

from services.portal.api.pages import views
from services.portal.api.pages.visit import ByPeopleOrganizer
from services.portal.domain import words
from services.portal.domain.language import _
from services.portal.domain.read_model import Attendee, Session
from services.portal.store import reads

ROWS = 200


async def attendees(visit: ByPeopleOrganizer, after: UUID | None = None) -> Response:
    """GET /c/{slug}/attendees."""
    assert visit.conference
    found = await reads.attendees(visit.site.deps.pool, visit.conference.id, after, ROWS)
    return visit.page(
        "list.html",
        page="attendees",
        heading=_("Attendees"),
        caption=_("In the order of registration. Nobody's answers are kept here."),
        columns=(_("Name"), _("Ticket"), _("State"), _("Interests"), _("Formats"), _("At a time")),
        rows=[_attendee_row(attendee) for attendee in found],
        next=found[-1].id if len(found) == ROWS else None,
        empty=_("Nobody is registered yet. Registrations come by the API, a webhook or a CSV file."),
    )


def _attendee_row(attendee: Attendee) -> tuple[object, ...]:
    return (
        attendee.name,
        attendee.ticket,
        attendee.state,
        ", ".join(attendee.interests),
        ", ".join(attendee.formats) or _("any"),
        attendee.attention_budget,
    )


async def sessions(visit: ByPeopleOrganizer, after: UUID | None = None) -> Response:
    """GET /c/{slug}/sessions."""
    assert visit.conference
    pool, zone = visit.site.deps.pool, ZoneInfo(visit.conference.time_zone)
    found = await reads.sessions(pool, visit.conference.id, None, after, ROWS)
    names = await reads.names(pool, {person for session in found for person in session.attendee_ids})
    return visit.page(
        "list.html",
        page="sessions",
        heading=_("Sessions"),
        caption=_("Times are local in %(zone)s.") % {"zone": visit.conference.time_zone},
        columns=(_("Who"), _("Format"), _("State"), _("Day"), _("Hours"), _("Place")),
        rows=[_session_row(session, names, zone) for session in found],
        next=found[-1].id if len(found) == ROWS else None,
        empty=_("No session yet. One is made when all people of a suggestion have said yes."),
    )


def _session_row(session: Session, names: dict[UUID, str], zone: ZoneInfo) -> tuple[object, ...]:
    who = words.together([names.get(person, _(views.UNKNOWN)) for person in session.attendee_ids])
    day, hours = views.when(session.starts_at, session.ends_at, zone)
    return who, session.format, session.state, day, hours, session.place_name
