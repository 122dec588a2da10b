"""The organizer's lists of attendees and sessions: all of them, or those behind a figure of the dashboard."""

from collections.abc import Sequence
from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import Response

from services.kit.errors import NotFound
from services.portal.api.pages import views
from services.portal.api.pages.organizer.board import GROUP_WORDS, STATES
from services.portal.api.pages.organizer.listing import Choice, Listing, Row, export, show
from services.portal.api.pages.visit import ByPeopleOrganizer, Visit
from services.portal.domain import words
from services.portal.domain.language import N_, _
from services.portal.domain.read_model import Attendee, Session
from services.portal.store import lists, reads

ATTENDEE_STATES = {
    "registered": N_("has a ticket"),
    "joined": N_("takes part"),
    "paused": N_("has paused"),
    "cancelled": N_("cancelled"),
}


async def attendees(visit: ByPeopleOrganizer, group: str = "", after: UUID | None = None) -> Response:
    """GET /c/{slug}/attendees, of a figure with ?group=."""
    return await show(visit, _attendees(visit, group), after)


async def attendees_file(visit: ByPeopleOrganizer, group: str = "") -> Response:
    """GET /c/{slug}/attendees.csv."""
    return await export(visit, _attendees(visit, group))


def _attendees(visit: Visit, group: str) -> Listing:
    if group and group not in GROUP_WORDS:
        raise NotFound("group", group)
    columns = (_("Name"), _("Ticket"), _("State"))
    everybody = (_("Interests"), _("Formats"), _("At a time"))
    return Listing(
        name="attendees",
        heading=_(GROUP_WORDS[group]) if group else _("Attendees"),
        caption=_("In the order of registration. Nobody's answers are kept here."),
        columns=(*columns, _("Sessions")) if group else columns + everybody,
        empty=_("Nobody yet.")
        if group
        else _("Nobody is registered yet. Registrations come by the API, a webhook or a CSV file."),
        read=partial(_people, visit, group) if group else partial(_everybody, visit),
        choice_name="group",
        chosen=group,
        choices=(Choice("", _("Everybody")), *(Choice(key, _(text)) for key, text in GROUP_WORDS.items())),
    )


async def _everybody(visit: Visit, after: UUID | None, limit: int) -> Sequence[Row]:
    assert visit.conference
    found = await reads.attendees(visit.site.deps.pool, visit.conference.id, after, limit)
    return [(attendee.id, _attendee_row(attendee)) for attendee in found]


async def _people(visit: Visit, group: str, after: UUID | None, limit: int) -> Sequence[Row]:
    assert visit.conference
    found = await lists.people(visit.site.deps.pool, visit.conference.id, group, after, limit)
    return [(p.id, (p.name, p.ticket, _(ATTENDEE_STATES[p.state]), p.sessions)) for p in found]


def _attendee_row(attendee: Attendee) -> tuple[object, ...]:
    return (
        attendee.name,
        attendee.ticket,
        _(ATTENDEE_STATES[attendee.state]),
        ", ".join(attendee.interests),
        ", ".join(attendee.formats) or _("any"),
        attendee.attention_budget,
    )


async def sessions(visit: ByPeopleOrganizer, state: str = "", after: UUID | None = None) -> Response:
    """GET /c/{slug}/sessions, of one state with ?state=."""
    return await show(visit, _sessions(visit, state), after)


async def sessions_file(visit: ByPeopleOrganizer, state: str = "") -> Response:
    """GET /c/{slug}/sessions.csv."""
    return await export(visit, _sessions(visit, state))


def _sessions(visit: Visit, state: str) -> Listing:
    assert visit.conference
    if state and state not in STATES:
        raise NotFound("state", state)
    return Listing(
        name="sessions",
        heading=_("Sessions"),
        caption=_("Times are local in %(zone)s.") % {"zone": visit.conference.time_zone},
        columns=(_("Who"), _("Format"), _("State"), _("Day"), _("Hours"), _("Place")),
        empty=_("No session yet. One is made when all people of a suggestion have said yes."),
        read=partial(_session_rows, visit, state),
        choice_name="state",
        chosen=state,
        choices=(Choice("", _("All")), *(Choice(key, _(text)) for key, text in STATES.items())),
    )


async def _session_rows(visit: Visit, state: str, after: UUID | None, limit: int) -> Sequence[Row]:
    assert visit.conference
    pool, zone = visit.site.deps.pool, ZoneInfo(visit.conference.time_zone)
    found = await reads.sessions(pool, visit.conference.id, None, after, limit, state)
    names = await reads.names(pool, {person for session in found for person in session.attendee_ids})
    return [(session.id, _session_row(session, names, zone)) for session in found]


def _session_row(session: Session, names: dict[UUID, str], zone: ZoneInfo) -> tuple[object, ...]:
    who = words.together([names.get(person, _(views.UNKNOWN)) for person in session.attendee_ids])
    day, hours = views.when(session.starts_at, session.ends_at, zone)
    what = _(words.FORMAT_NAMES.get(session.format, session.format))
    return who, what, _(STATES[session.state]), day, hours, session.place_name
