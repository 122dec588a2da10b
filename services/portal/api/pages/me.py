"""An attendee's page of suggestions and sessions, other times for one, and one for a calendar."""

from datetime import UTC
from uuid import UUID

from fastapi import Response
from hallway.scheduling.v1 import service_pb2 as scheduling_pb

from services.kit.errors import NotFound
from services.portal.api import calendar
from services.portal.api.pages import own, views
from services.portal.api.pages.visit import Anybody, ByAttendee
from services.portal.domain.language import N_, _
from services.portal.store import announcements, reads

# What a form leads to, as said on the page it leads to; the query carries only the key.
NOTICES = {
    "joined": N_("You are in. We look for people worth meeting and write to you."),
    "back": N_("You are back. We look for people worth meeting."),
    "paused": N_("You are taking a break: no new suggestions until you come back."),
    "saved": N_("Your profile is saved."),
    "yes": N_("You said yes. We will tell you when it is mutual."),
    "not_now": N_("Not now. It stays here in case you change your mind."),
    "no": N_("Taken away. Nobody is told."),
    "met": N_("Noted: you have met. Nobody is told."),
    "blocked": N_("You will not be suggested to each other. Nobody is told."),
    "moved": N_("The session is moved, and everybody in it is told."),
    "cancelled": N_("The session is cancelled, and everybody in it is told."),
    "held": N_("Good to hear. Thank you for telling us."),
    "missed": N_("Noted. Thank you for telling us."),
    "here": N_("You are here. The people of your sessions can meet you earlier."),
    "seeking": N_("We look for half an hour. If somebody here looks, too, they are among your suggestions."),
    "gone": N_("You have left. Nobody waits for you."),
    "late": N_("Noted. The others see it on their page."),
    "kept": N_("Kept. Only you see it."),
}


async def suggestions_and_sessions(visit: ByAttendee, done: str = "") -> Response:
    """GET /c/{slug}/me."""
    person = await own.own(visit)
    found, sessions = await own.overview(person)
    return visit.page(
        "me.html", page="me", me=person.me, suggestions=found, sessions=sessions, notice=_(NOTICES.get(done, "")),
        today=person.is_today, announcements=await announcements.latest(
            visit.site.deps.pool, person.me.conference_id, visit.site.deps.clock()
        ), calendar_url=_calendar_url(person),
    )  # fmt: skip


def _calendar_url(person: own.Own) -> str:
    deps = person.visit.site.deps
    return f"{deps.settings.public_url}/calendar/{deps.signer.calendar_token(person.me.id)}.ics"


async def offers(visit: ByAttendee, session_id: UUID) -> Response:
    """GET /c/{slug}/me/sessions/{session_id}/offers: when else everybody is free."""
    person = await own.own(visit)
    session = await own.session(person, session_id)
    if session.state not in ("scheduled", "unplaced"):
        raise NotFound("scheduled session", session_id)
    client = visit.site.deps.clients.scheduling
    request = scheduling_pb.OfferSlotsRequest(session_id=str(session_id), limit=10)
    reply = await client.call(client.stub.OfferSlots, request, timeout=own.TIMEOUT)
    view = (await own.session_views(person, [session]))[0]
    return visit.page("offers.html", session=view, offers=[offer_view(person, offer) for offer in reply.offers])


async def session_calendar(visit: ByAttendee, session_id: UUID) -> Response:
    """GET /c/{slug}/me/sessions/{session_id}.ics: one session for a calendar."""
    assert visit.conference and visit.identity
    pool, me = visit.site.deps.pool, UUID(visit.identity.subject)
    session = await reads.session(pool, session_id)
    if session is None or me not in session.attendee_ids:
        raise NotFound("session", session_id)
    names = await reads.names(pool, [person for person in session.attendee_ids if person != me])
    response = calendar.response(calendar.of_sessions(visit.conference, [session], names))
    response.headers["Content-Disposition"] = 'attachment; filename="hallway.ics"'
    return response


async def feed(visit: Anybody, token: str) -> Response:
    """GET /calendar/{token}.ics: one person's sessions, for a calendar that asks again and again."""
    deps = visit.site.deps
    attendee_id = deps.signer.calendar_owner(token)
    me = await reads.attendee(deps.pool, attendee_id) if attendee_id else None
    conference = await reads.conference_by_id(deps.pool, me.conference_id) if me and me.state != "cancelled" else None
    if me is None or conference is None:
        raise NotFound("calendar", token[:20])
    return calendar.response(await calendar.of_person(deps.pool, conference, me.id))


def offer_view(person: own.Own, offer: scheduling_pb.Offer) -> dict[str, str]:
    """A time and place to choose; ``value`` is what its form sends."""
    during = offer.during
    starts, ends = during.starts_at.ToJsonString(), during.ends_at.ToJsonString()
    day, hours = views.when(during.starts_at.ToDatetime(UTC), during.ends_at.ToDatetime(UTC), person.zone)
    return {"value": f"{offer.place_id} {starts} {ends}", "day": day, "hours": hours, "place": offer.place_name}
