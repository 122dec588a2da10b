"""Conferences: make one, list them, their venue, talks and dashboard."""

from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from hallway.attendee.v1 import service_pb2 as attendee_pb
from hallway.scheduling.v1 import scheduling_pb2, service_pb2

from services.kit.errors import Invalid, Problem
from services.portal.api import events as convert
from services.portal.api import venue
from services.portal.api.http import bodies, views
from services.portal.api.http.bodies import Formats, NewConference, Plan, Talks, Venue
from services.portal.api.http.call import AdminEverywhere, Programmer, Reader, all_conferences
from services.portal.api.http.content import json_or_csv, openapi
from services.portal.api.http.registrations import everybody
from services.portal.api.http.sessions import interval, shown
from services.portal.domain import programme
from services.portal.domain.programme import Talk
from services.portal.domain.read_model import Conference
from services.portal.store import dashboard

router = APIRouter(prefix="/conferences", tags=["conferences"])
PREVIEW = 1  # a step of its own, so that the change itself may carry the same Idempotency-Key
_VENUE_CSV = "name,capacity,seats,formats,opens,closes\nCorner A,4,2,coffee;table,09:00,18:00\n"
_TALKS_CSV = (
    "id,title,room,starts,ends,speaker_emails\ntalk-7,Wheels,Main,2027-05-14 09:30,2027-05-14 10:00,ana@example.org\n"
)


@router.post("", status_code=201)
async def create_conference(call: AdminEverywhere, body: NewConference) -> dict[str, Any]:
    """Creates a conference."""
    client = call.deps.clients.attendee
    request = attendee_pb.CreateConferenceRequest(
        slug=body.slug, name=body.name, time_zone=body.time_zone, series=body.series,
        starts_on=body.starts_on.isoformat(), ends_on=body.ends_on.isoformat(),
    )  # fmt: skip
    reply = await call.command(client, client.stub.CreateConference, request)
    return views.conference(convert.conference(reply, 0))


@router.get("")
async def list_conferences(call: Reader) -> dict[str, Any]:
    """The conferences this token may see, the latest first; one made a moment ago is among them."""
    mine = call.token.conference_id
    found = sorted(await all_conferences(call.deps), key=lambda c: (c.starts_on, c.slug), reverse=True)
    return {"conferences": [views.conference(c) for c in found if mine in (None, c.id)]}


@router.get("/{slug}")
async def get_conference(call: Reader, slug: str) -> dict[str, Any]:
    """One conference."""
    return views.conference(call.conference)


@router.get("/{slug}/dashboard")
async def get_dashboard(call: Reader, slug: str) -> dict[str, Any]:
    """The organizers' numbers: who is connected, who is left out. No answer of anybody."""
    return views.dashboard(await dashboard.dashboard(call.deps.pool, call.conference.id))


@router.put("/{slug}/venue", openapi_extra=openapi(Venue, _VENUE_CSV))
async def set_venue(
    call: Programmer, slug: str, request: Request, rehome: bool = False, preview: bool = False
) -> dict[str, Any]:
    """Replaces the places, from JSON or a venue.csv.

    Refused while sessions would lose their place, unless rehome: then their people are asked to choose another time.
    With preview nothing is changed: sessions lists those whose people would be asked.
    """
    body = await json_or_csv(request, Venue)
    client = call.deps.clients.scheduling
    message = service_pb2.SetVenueRequest(conference_id=str(call.conference.id), rehome=rehome, preview=preview)
    if isinstance(body, bytes):
        zone = ZoneInfo(call.conference.time_zone)
        message.places.extend(map(venue.place, programme.venue_from_csv(body, zone)))
    else:
        message.places.extend(_described(call.conference, p, f"places[{row}]") for row, p in enumerate(body.places))
        message.travel.extend(scheduling_pb2.Travel(a=t.a, b=t.b, minutes=t.minutes) for t in body.travel)
    reply = await call.command(client, client.stub.SetVenue, message, step=PREVIEW * preview, timeout=30)
    places = [{"id": p.id, "name": p.name, "capacity": p.capacity, "seats": p.seats} for p in reply.places]
    return {"places": places, "rehomed": reply.rehomed, "sessions": await shown(call, reply.sessions)}


def _described(conference: Conference, p: bodies.Place, field: str) -> scheduling_pb2.Place:
    there = replace(conference, time_zone=p.time_zone or conference.time_zone)
    closed = [interval(there, f"{field}.closed[{n}]", away.starts_at, away.ends_at) for n, away in enumerate(p.closed)]
    return scheduling_pb2.Place(**p.model_dump(exclude={"closed"}), closed=closed)


@router.get("/{slug}/venue")
async def get_venue(call: Reader, slug: str) -> dict[str, Any]:
    """The places as they are, and whether the plan is frozen."""
    found = await venue.read(call.deps.clients, call.conference.id)
    return {"places": list(map(_told, found.places)), "frozen": found.frozen}


def _told(p: scheduling_pb2.Place) -> dict[str, Any]:
    names = ("id", "name", "capacity", "seats", "opens", "closes", "building", "quiet", "step_free", "time_zone")
    closed = [{"starts_at": convert.moment(i, "starts_at"), "ends_at": convert.moment(i, "ends_at")} for i in p.closed]
    return {name: getattr(p, name) for name in names} | {"formats": list(p.formats), "closed": closed}


@router.get("/{slug}/formats")
async def get_formats(call: Reader, slug: str) -> dict[str, Any]:
    """How sessions of each format are held here."""
    client = call.deps.clients.scheduling
    request = service_pb2.GetFormatsRequest(conference_id=str(call.conference.id))
    reply = await client.call(client.stub.GetFormats, request)
    return {"formats": list(map(_format, reply.formats))}


@router.put("/{slug}/formats")
async def set_formats(call: Programmer, slug: str, body: Formats, preview: bool = False) -> dict[str, Any]:
    """Replaces what formats are like where they are not to be as usual; the answer has all of them.

    Agreed sessions stay where they are; sessions lists those outside of the new hours. With preview nothing is changed.
    """
    client = call.deps.clients.scheduling
    formats = [scheduling_pb2.Format(**format.model_dump()) for format in body.formats]
    message = service_pb2.SetFormatsRequest(conference_id=str(call.conference.id), formats=formats, preview=preview)
    reply = await call.command(client, client.stub.SetFormats, message, step=PREVIEW * preview, timeout=30)
    return {"formats": list(map(_format, reply.formats)), "sessions": await shown(call, reply.sessions)}


def _format(message: scheduling_pb2.Format) -> dict[str, Any]:
    told = {name: getattr(message, name) for name in ("name", "opens", "closes", "minutes", "notice", "people")}
    return told | {"best": list(message.best)}


@router.put("/{slug}/talks", openapi_extra=openapi(Talks, _TALKS_CSV))
async def set_talks(call: Programmer, slug: str, request: Request, preview: bool = False) -> dict[str, Any]:
    """Replaces the talks, from JSON or a talks.csv; speakers who are registered are busy during theirs.

    With preview nothing is changed: sessions lists those whose people would be asked, or would not be any more.
    """
    body = await json_or_csv(request, Talks)
    zone = ZoneInfo(call.conference.time_zone)
    talks = programme.talks_from_csv(body, zone) if isinstance(body, bytes) else _talks(body, zone)
    ids = {a.email.lower(): a.id async for a in everybody(call)} if any(t.speaker_emails for t in talks) else {}
    message = service_pb2.SetTalksRequest(
        conference_id=str(call.conference.id), talks=[_talk(talk, ids) for talk in talks], preview=preview
    )
    client = call.deps.clients.scheduling
    reply = await call.command(client, client.stub.SetTalks, message, step=PREVIEW * preview, timeout=30)
    unknown = {email for talk in talks for email in talk.speaker_emails if email.lower() not in ids}
    sessions = await shown(call, reply.sessions)
    return {"talks": reply.talks, "speakers_not_registered": sorted(unknown), "sessions": sessions}


@router.post("/{slug}/undo")
async def undo_change(call: Programmer, slug: str, rehome: bool = False) -> dict[str, Any]:
    """Takes back the last change of venue, talks or formats.

    Sessions that lost their spot by it and got no other have it back; rehome as in the change of a venue.
    """
    client = call.deps.clients.scheduling
    message = service_pb2.UndoChangeRequest(conference_id=str(call.conference.id), rehome=rehome)
    reply = await call.command(client, client.stub.UndoChange, message, timeout=30)
    return {"undone": reply.kind, "sessions": await shown(call, reply.sessions)}


@router.put("/{slug}/plan")
async def freeze_plan(call: Programmer, slug: str, body: Plan) -> dict[str, Any]:
    """Freezes the plan, or lets it go on: while frozen nothing new is placed and only organizers move sessions."""
    client = call.deps.clients.scheduling
    message = service_pb2.FreezePlanRequest(conference_id=str(call.conference.id), frozen=body.frozen)
    await call.command(client, client.stub.FreezePlan, message)
    return {"frozen": body.frozen}


def _talks(body: Talks, zone: ZoneInfo) -> list[Talk]:
    talks, problems = [], []
    for row, t in enumerate(body.talks):
        starts, ends = programme.local(t.starts, zone), programme.local(t.ends, zone)
        if starts is None or ends is None:
            field = f"talks[{row}].{'starts' if starts is None else 'ends'}"
            problems.append(Problem(field, f"{field} is a local time like 2027-05-14 09:30", row))
        else:
            talks.append(Talk(row, t.id, t.title, t.room, starts, ends, tuple(t.speaker_emails)))
    if problems:
        raise Invalid.all(problems)
    return talks


def _talk(talk: Talk, ids: dict[str, str]) -> scheduling_pb2.Talk:
    speakers = [ids[email.lower()] for email in talk.speaker_emails if email.lower() in ids]
    during = venue.interval(talk.starts_at, talk.ends_at)
    return scheduling_pb2.Talk(id=talk.id, title=talk.title, room=talk.room, during=during, speaker_ids=speakers)
