"""An attendee's pages: the people suggested, the sessions, the profile."""

from datetime import UTC
from typing import Any
from uuid import UUID

from fastapi import Response
from hallway.attendee.v1 import service_pb2 as attendee_pb
from hallway.scheduling.v1 import service_pb2 as scheduling_pb

from services.kit.errors import Invalid, NotFound
from services.portal.api import calendar
from services.portal.api.pages import own, views
from services.portal.api.pages.visit import ByAttendee
from services.portal.domain.words import FORMAT_WORDS
from services.portal.store import reads

# What a form leads to, as said on the page it leads to; the query carries only the key.
NOTICES = {
    "joined": "You are in. We look for people worth meeting and write to you.",
    "paused": "You are taking a break: no new suggestions until you come back.",
    "saved": "Your profile is saved.",
    "yes": "You said yes. We will tell you when it is mutual.",
    "not_now": "Not now. It stays here in case you change your mind.",
    "no": "Taken away. Nobody is told.",
    "met": "Noted: you have met. Nobody is told.",
    "blocked": "You will not be suggested to each other. Nobody is told.",
    "moved": "The session is moved, and everybody in it is told.",
    "cancelled": "The session is cancelled, and everybody in it is told.",
    "held": "Good to hear. Thank you for telling us.",
    "missed": "Noted. Thank you for telling us.",
}


async def suggestions_and_sessions(visit: ByAttendee, done: str = "") -> Response:
    """GET /c/{slug}/me."""
    person = await own.own(visit)
    found, sessions = await own.overview(person)
    return visit.page(
        "me.html", page="me", me=person.me, suggestions=found, sessions=sessions, notice=NOTICES.get(done, "")
    )


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
    return visit.page("offers.html", session=view, offers=[_offer(person, offer) for offer in reply.offers])


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


def _offer(person: own.Own, offer: scheduling_pb.Offer) -> dict[str, str]:
    during = offer.during
    starts, ends = during.starts_at.ToJsonString(), during.ends_at.ToJsonString()
    day, hours = views.when(during.starts_at.ToDatetime(UTC), during.ends_at.ToDatetime(UTC), person.zone)
    return {"value": f"{offer.place_id} {starts} {ends}", "day": day, "hours": hours, "place": offer.place_name}


async def profile(visit: ByAttendee, done: str = "") -> Response:
    """GET /c/{slug}/me/profile."""
    person = await own.own(visit)
    shown = {
        "interests": person.me.interests,
        "formats": person.me.formats,
        "budget": person.me.attention_budget,
        "handles": person.handles,
    }
    return _profile_page(person, shown, [], NOTICES.get(done, ""))


async def save_profile(visit: ByAttendee) -> Response:
    """POST /c/{slug}/me/profile; what cannot be taken is shown again with the reason."""
    person = await own.own(visit)
    budget = visit.value("budget", 3)
    typed = {
        "interests": [word.strip().lower() for word in visit.value("interests", 1_000).split(",") if word.strip()],
        "formats": [f for f in visit.form.get("formats", []) if f in FORMAT_WORDS],
        "budget": budget,
        "handles": [line.strip() for line in visit.value("handles").splitlines() if line.strip()],
    }
    try:
        if not budget.isascii() or not budget.isdigit():
            raise Invalid("attention budget", "How many at a time: write a number, such as 3.")
        await _update(person, typed)
    except Invalid as error:
        problems = [problem.message for problem in error.problems] or [error.message]
        return _profile_page(person, typed, problems, "", status=422)
    return visit.go(f"{person.home}/profile?done=saved")


async def _update(person: own.Own, typed: dict[str, Any]) -> None:
    client = person.visit.site.deps.clients.attendee
    request = attendee_pb.UpdateProfileRequest(
        attendee_id=str(person.me.id),
        interests=typed["interests"],
        formats=typed["formats"],
        attention_budget=int(typed["budget"]),
        handles=typed["handles"],
    )
    await client.call(client.stub.UpdateProfile, request, timeout=own.TIMEOUT)


def _profile_page(
    person: own.Own, shown: dict[str, Any], problems: list[str], notice: str, status: int = 200
) -> Response:
    formats = [(value, text.removeprefix("a ").capitalize()) for value, text in FORMAT_WORDS.items()]
    return person.visit.page(
        "profile.html", status, page="me/profile", me=person.me, profile=shown, formats=formats,
        problems=problems, notice=notice,
    )  # fmt: skip
