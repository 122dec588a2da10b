"""The organizer's pages: the live dashboard, and the lists of attendees and sessions."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import Response
from markupsafe import Markup
from sse_starlette import EventSourceResponse, ServerSentEvent

from services.kit.errors import Unavailable
from services.portal.api.pages import views
from services.portal.api.pages.board import fragments
from services.portal.api.pages.visit import ByOrganizer, ByPeopleOrganizer, Visit
from services.portal.api.worked import what_worked
from services.portal.domain import words
from services.portal.domain.language import _
from services.portal.domain.read_model import Attendee, Session
from services.portal.store import reads

ROWS = 200
STREAM_SECONDS = 600  # then the browser connects anew, and its role is looked at again
RETRY_MS = 1_000


async def dashboard(visit: ByOrganizer) -> Response:
    """GET /c/{slug}/dashboard."""
    assert visit.conference
    try:
        worked = await what_worked(visit.site.deps.clients, visit.conference.id)
    except Unavailable:
        worked = None  # the rest of the page needs no other service
    return visit.page("dashboard.html", page="dashboard", fragments=await fragments(visit), worked=worked)


async def live(visit: ByOrganizer) -> Response:
    """GET /c/{slug}/dashboard/live: the dashboard's fragments as server-sent events, those that changed."""
    return EventSourceResponse(_changes(visit), ping=15, headers={"Cache-Control": "no-store"})


async def _changes(visit: Visit) -> AsyncIterator[ServerSentEvent]:
    """All fragments at once, which is how a browser that was away catches up; then what changes."""
    assert visit.conference
    shown: dict[str, str] = {}
    try:
        async with asyncio.timeout(STREAM_SECONDS), aclosing(visit.site.pulse.counters(visit.conference.id)) as beats:
            yield ServerSentEvent(event="hello", data="", retry=RETRY_MS)
            async for counter in beats:
                for name, text in (await _fragments_at(visit, counter)).items():
                    if shown.get(name) != text:
                        shown[name] = text
                        yield ServerSentEvent(event=name, data=text)
    except TimeoutError:
        return


async def _fragments_at(visit: Visit, counter: int) -> dict[str, Markup]:
    assert visit.conference and visit.identity
    key = (visit.conference.id, visit.identity.sees_people, visit.language)  # all that the fragments depend on
    return await visit.site.boards.get(key, counter, lambda: fragments(visit))


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
