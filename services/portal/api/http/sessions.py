"""Sessions: lists, calendar entries, offers, and what people do with them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Response
from google.protobuf.timestamp_pb2 import Timestamp
from hallway.scheduling.v1 import scheduling_pb2, service_pb2

from services.kit.errors import Invalid, NotFound
from services.kit.ids import parse_id
from services.portal.api import calendar
from services.portal.api import events as convert
from services.portal.api.http import views
from services.portal.api.http.bodies import Cancel, Move, Outcome
from services.portal.api.http.call import Actor, Call, Reader, ReaderOrActor
from services.portal.domain.read_model import Conference
from services.portal.store import reads

router = APIRouter(prefix="/conferences/{slug}/sessions", tags=["sessions"])
OFFERS = 20


def interval(conference: Conference, field: str, starts: datetime, ends: datetime) -> scheduling_pb2.Interval:
    """Two moments as the services take them; without an offset they are local in the conference's zone."""
    zone = ZoneInfo(conference.time_zone)
    stamps = []
    for moment in (starts, ends):
        stamp = Timestamp()
        try:
            stamp.FromDatetime(moment if moment.tzinfo else moment.replace(tzinfo=zone))
        except (ValueError, OverflowError):
            raise Invalid(field, f"{field} is not a time of this conference") from None
        stamps.append(stamp)
    if starts.tzinfo == ends.tzinfo and ends <= starts:
        raise Invalid(field, f"{field} ends before it starts; give the later time as ends_at")
    return scheduling_pb2.Interval(starts_at=stamps[0], ends_at=stamps[1])


@router.get("")
async def list_sessions(
    call: Reader,
    slug: str,
    attendee: str = "",
    after: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=1_000)] = 100,
) -> dict[str, Any]:
    """The sessions of the conference, or of one person, a page at a time."""
    person = (await call.attendee(attendee)).id if attendee else None
    found = await reads.sessions(call.deps.pool, call.conference.id, person, after, limit)
    names = await reads.names(call.deps.pool, {i for s in found for i in s.attendee_ids})
    return views.page("sessions", found, [views.session(s, names) for s in found], limit)


@router.get("/{session_id}.ics", response_class=Response)
async def get_calendar_entry(call: Reader, slug: str, session_id: str) -> Response:
    """One session as iCalendar."""
    session = await call.session(session_id)
    if session.starts_at is None:
        raise NotFound("time yet for session", session.id)
    names = await reads.names(call.deps.pool, session.attendee_ids)
    return calendar.response(calendar.of_sessions(call.conference, [session], names))


@router.get("/{session_id}/history")
async def list_versions(call: Reader, slug: str, session_id: str) -> dict[str, Any]:
    """Every version of a session, the first one first."""
    session = await call.session(session_id)
    client = call.deps.clients.scheduling
    reply = await client.call(client.stub.ListVersions, service_pb2.ListVersionsRequest(session_id=str(session.id)))
    return {"versions": [_version(version) for version in reply.versions]}


def _version(v: service_pb2.SessionVersion) -> dict[str, Any]:
    state = convert.name_of(scheduling_pb2.SessionState, v.state)
    starts_at, ends_at = convert.moment(v.during, "starts_at"), convert.moment(v.during, "ends_at")
    told = {"version": v.version, "state": state, "place_name": v.place_name, "reason": v.reason}
    return told | {"starts_at": starts_at, "ends_at": ends_at, "saved_at": convert.moment(v, "saved_at")}


@router.get("/{session_id}/offers")
async def list_offers(call: ReaderOrActor, slug: str, session_id: str) -> dict[str, Any]:
    """The best other times and places at which everybody of the session is free."""
    session = await call.session(session_id)
    client = call.deps.clients.scheduling
    request = service_pb2.OfferSlotsRequest(session_id=str(session.id), limit=OFFERS)
    reply = await client.call(client.stub.OfferSlots, request)
    return {"offers": [offer(o) for o in reply.offers]}


def offer(o: service_pb2.Offer) -> dict[str, Any]:
    """A time and place that could be chosen."""
    starts_at, ends_at = convert.moment(o.during, "starts_at"), convert.moment(o.during, "ends_at")
    return {"place": {"id": o.place_id, "name": o.place_name}, "starts_at": starts_at, "ends_at": ends_at}


@router.post("/{session_id}/move")
async def move(call: Actor, slug: str, session_id: str, body: Move) -> dict[str, Any]:
    """Moves a session to one of its offers; the others are told."""
    session = await call.session(session_id)
    request = service_pb2.MoveSessionRequest(
        session_id=str(session.id),
        attendee_id=str((await call.attendee(body.attendee)).id),
        offer=service_pb2.Offer(
            place_id=str(parse_id(body.place, "place")),
            during=interval(call.conference, "ends_at", body.starts_at, body.ends_at),
        ),
    )
    client = call.deps.clients.scheduling
    return await _shown(call, await call.command(client, client.stub.MoveSession, request))


@router.post("/{session_id}/cancel")
async def cancel(call: Actor, slug: str, session_id: str, body: Cancel) -> dict[str, Any]:
    """Calls a session off; everybody's time is free again."""
    session = await call.session(session_id)
    person = str((await call.attendee(body.attendee)).id) if body.attendee else ""
    request = service_pb2.CancelSessionRequest(session_id=str(session.id), attendee_id=person, reason=body.reason)
    client = call.deps.clients.scheduling
    return await _shown(call, await call.command(client, client.stub.CancelSession, request))


@router.post("/{session_id}/outcome")
async def record_outcome(call: Actor, slug: str, session_id: str, body: Outcome) -> dict[str, Any]:
    """Says whether the session was held."""
    session = await call.session(session_id)
    request = service_pb2.RecordOutcomeRequest(
        session_id=str(session.id),
        attendee_id=str((await call.attendee(body.attendee)).id),
        outcome=service_pb2.Outcome.Value(f"OUTCOME_{body.outcome.upper()}"),
    )
    client = call.deps.clients.scheduling
    return await _shown(call, await call.command(client, client.stub.RecordOutcome, request))


async def _shown(call: Call, reply: scheduling_pb2.Session) -> dict[str, Any]:
    (one,) = await shown(call, [reply])
    return one


async def shown(call: Call, replies: Sequence[scheduling_pb2.Session]) -> list[dict[str, Any]]:
    """Sessions as scheduling answered them, with the names of their people."""
    sessions = [convert.session(reply, 0, call.deps.clock()) for reply in replies]
    names = await reads.names(call.deps.pool, {i for s in sessions for i in s.attendee_ids})
    return [views.session(s, names) for s in sessions]
