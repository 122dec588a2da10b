"""People: lists, their ties, suggestions, answers, exclusions, availability, calendar, login links and badges."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from io import BytesIO
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

import segno
from fastapi import APIRouter, Query, Response
from hallway.attendee.v1 import attendee_pb2, service_pb2
from hallway.matchmaking.v1 import matchmaking_pb2
from hallway.matchmaking.v1 import service_pb2 as matchmaking_pb
from hallway.scheduling.v1 import scheduling_pb2
from hallway.scheduling.v1 import service_pb2 as scheduling_pb

from services.kit.errors import Conflict
from services.kit.ids import parse_id
from services.portal.api import calendar
from services.portal.api import events as convert
from services.portal.api.http import views
from services.portal.api.http.bodies import Answer, Availability, Exclusion
from services.portal.api.http.call import Actor, Call, Reader, ReaderOrActor, Registrar
from services.portal.api.http.sessions import interval
from services.portal.domain.read_model import Attendee
from services.portal.store import reads, words
from services.portal.store.sign_in import issue_link

router = APIRouter(prefix="/conferences/{slug}", tags=["people"])
LOGIN_LINK_LASTS = timedelta(days=7)
Limit = Annotated[int, Query(ge=1, le=1_000)]


@router.get("/attendees")
async def list_attendees(call: Reader, slug: str, after: UUID | None = None, limit: Limit = 100) -> dict[str, Any]:
    """The registered people, a page at a time; those registered a moment ago are among them."""
    client = call.deps.clients.attendee
    request = service_pb2.ListAttendeesRequest(
        conference_id=str(call.conference.id), after=str(after or ""), limit=limit
    )
    reply = await client.call(client.stub.ListAttendees, request)
    people = [views.attendee(convert.attendee(a, 0)) for a in reply.attendees]
    return {"attendees": people, "next": reply.next or None}


@router.get("/ties")
async def list_ties(call: Reader, slug: str, attendee: str = "", after: str = "", limit: Limit = 100) -> dict[str, Any]:
    """Who talks with whom online: counts by source, kind and month, in both directions."""
    if attendee:
        attendee = str((await call.attendee(attendee)).id)
    client = call.deps.clients.attendee
    request = service_pb2.ListTiesRequest(
        conference_id=str(call.conference.id),
        attendee_id=attendee,
        after=str(parse_id(after, "after")) if after else "",
        limit=limit,
    )
    reply = await client.call(client.stub.ListTies, request)
    names = await _names(call, (UUID(i) for tie in reply.ties for i in (tie.a, tie.b)))
    return {"ties": [_tie(tie, names) for tie in reply.ties], "next": reply.next or None}


def _tie(tie: attendee_pb2.Tie, names: dict[UUID, str]) -> dict[str, Any]:
    counts = [
        {"source_id": c.source_id, "kind": c.kind, "month": c.month, "a_to_b": c.a_to_b, "b_to_a": c.b_to_a}
        for c in tie.counts
    ]
    a, b = UUID(tie.a), UUID(tie.b)
    return {"id": tie.id, "a": a, "b": b, "counts": counts} | views.people((a, b), names)


async def _names(call: Call, ids: Iterable[UUID]) -> dict[UUID, str]:
    return await reads.names(call.deps.pool, set(ids))


@router.get("/attendees/{attendee_id}/suggestions")
async def list_suggestions(call: ReaderOrActor, slug: str, attendee_id: str) -> dict[str, Any]:
    """A person's open suggestions. The list is the same whatever anybody answered, this person too."""
    person = await call.attendee(attendee_id)
    found = await reads.open_suggestions(call.deps.pool, person.id)
    names = await _names(call, (i for s in found for i in s.attendee_ids))
    return {"suggestions": [views.suggestion(s, person.id, names) for s in found]}


@router.post("/attendees/{attendee_id}/suggestions/{suggestion_id}/answer")
async def answer(call: Actor, slug: str, attendee_id: str, suggestion_id: str, body: Answer) -> dict[str, bool]:
    """Answers for a person; matched tells whether everybody has now said yes, and nothing else."""
    person = await call.attendee(attendee_id)
    call.deps.answers.count(str(person.id), call.deps.clock())
    client, suggestion = call.deps.clients.matchmaking, parse_id(suggestion_id, "suggestion")
    if body.answer != "yes":
        await words.drop(call.deps.pool, suggestion, person.id)
    request = matchmaking_pb.AnswerSuggestionRequest(
        suggestion_id=str(suggestion),
        attendee_id=str(person.id),
        answer=matchmaking_pb.Answer.Value(f"ANSWER_{body.answer.upper()}"),
    )
    reply = await call.command(client, client.stub.AnswerSuggestion, request)
    return {"matched": reply.suggestion.state == matchmaking_pb2.SUGGESTION_STATE_MATCHED}


@router.post("/attendees/{attendee_id}/exclusions", status_code=204)
async def exclude(call: Actor, slug: str, attendee_id: str, body: Exclusion) -> None:
    """Never suggests the two to each other: they have met, or one blocks the other. The other is not told."""
    person, other = await call.attendee(attendee_id), await call.attendee(body.other)
    client = call.deps.clients.matchmaking
    request = matchmaking_pb.ExcludePairRequest(
        conference_id=str(call.conference.id),
        attendee_id=str(person.id),
        other_id=str(other.id),
        reason=matchmaking_pb.ExclusionReason.Value(f"EXCLUSION_REASON_{body.reason.upper()}"),
    )
    await call.command(client, client.stub.ExcludePair, request)


@router.delete("/attendees/{attendee_id}", status_code=204)
async def erase(call: Registrar, slug: str, attendee_id: str) -> None:
    """Erases a person: cancels the registration, and removes everything that is kept about them."""
    person = await call.attendee(attendee_id)
    client = call.deps.clients.attendee
    request = service_pb2.EraseAttendeeRequest(attendee_id=str(person.id))
    await call.command(client, client.stub.EraseAttendee, request)


@router.delete("/attendees/{attendee_id}/sources/{source_id}", status_code=204)
async def refuse_source(call: Actor, slug: str, attendee_id: str, source_id: str) -> None:
    """Takes a person out of a source, now and in later imports; what rests on it goes. Nobody is told."""
    person = await call.attendee(attendee_id)
    client = call.deps.clients.attendee
    request = service_pb2.RefuseSourceRequest(source_id=str(parse_id(source_id, "source")), attendee_id=str(person.id))
    await call.command(client, client.stub.RefuseSource, request)


@router.put("/attendees/{attendee_id}/availability", status_code=204)
async def set_availability(call: Actor, slug: str, attendee_id: str, body: Availability) -> None:
    """When a person can meet; times without an offset are local in the conference's zone."""
    person = await call.attendee(attendee_id)
    client = call.deps.clients.scheduling
    free = [interval(call.conference, f"free[{row}]", i.starts_at, i.ends_at) for row, i in enumerate(body.free)]
    request = scheduling_pb.SetAvailabilityRequest(
        conference_id=str(call.conference.id),
        attendee_id=str(person.id),
        free=free,
        wishes=scheduling_pb2.Wishes(**body.wishes.model_dump()) if body.wishes else None,
    )
    await call.command(client, client.stub.SetAvailability, request)


@router.get("/attendees/{attendee_id}/availability")
async def get_availability(call: ReaderOrActor, slug: str, attendee_id: str) -> dict[str, Any]:
    """When a person said they can meet (none: whenever the conference is open), and what they want of their days."""
    person = await call.attendee(attendee_id)
    client = call.deps.clients.scheduling
    request = scheduling_pb.GetAvailabilityRequest(conference_id=str(call.conference.id), attendee_id=str(person.id))
    reply = await client.call(client.stub.GetAvailability, request)
    w = reply.wishes
    return {
        "free": [
            {"starts_at": convert.moment(i, "starts_at"), "ends_at": convert.moment(i, "ends_at")} for i in reply.free
        ],
        "wishes": {
            "break_minutes": w.break_minutes, "most_a_day": w.most_a_day, "quiet": w.quiet,
            "step_free": w.step_free, "starred": list(w.starred),
        },
    }  # fmt: skip


@router.get("/attendees/{attendee_id}/calendar.ics", response_class=Response)
async def get_calendar(call: ReaderOrActor, slug: str, attendee_id: str) -> Response:
    """A person's sessions as iCalendar, called-off ones as such."""
    person = await call.attendee(attendee_id)
    return calendar.response(await calendar.of_person(call.deps.pool, call.conference, person.id))


@router.post("/attendees/{attendee_id}/login-link")
async def make_login_link(call: Actor, slug: str, attendee_id: str) -> dict[str, str]:
    """A one-time link that signs this person in."""
    return {"url": await _link(call, await call.attendee(attendee_id), LOGIN_LINK_LASTS)}


@router.post("/attendees/{attendee_id}/badge.svg", response_class=Response)
async def make_badge(call: Actor, slug: str, attendee_id: str) -> Response:
    """A QR code to print on a person's badge (SVG): a one-time link that signs them in, good until the day after the
    conference."""
    person, conference = await call.attendee(attendee_id), call.conference
    ends = datetime.combine(conference.ends_on + timedelta(days=2), time(), ZoneInfo(conference.time_zone))
    left = ends - call.deps.clock()
    if left <= timedelta():
        raise Conflict("slug", f"{conference.name} is over; its badges sign nobody in any more")
    drawn = BytesIO()
    segno.make_qr(await _link(call, person, left), error="m").save(drawn, kind="svg", scale=4)
    return Response(drawn.getvalue(), media_type="image/svg+xml")


async def _link(call: Call, person: Attendee, lasts: timedelta) -> str:
    deps = call.deps
    async with deps.pool.acquire() as tx, tx.transaction():
        path = await issue_link(
            tx, deps.signer, subject=str(person.id), role="attendee", conference_id=call.conference.id, ttl=lasts
        )
    return deps.settings.public_url + path
