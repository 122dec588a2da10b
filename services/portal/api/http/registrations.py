"""Registrations: take them from a registration system, cancel one, record who joined."""

from collections.abc import AsyncIterator, Sequence

from fastapi import APIRouter, Request
from hallway.attendee.v1 import attendee_pb2, service_pb2

from services.kit.errors import HallwayError, Invalid, Problem
from services.portal.api.http.bodies import Join, Registrations
from services.portal.api.http.call import Call, Registrar
from services.portal.api.http.content import json_or_csv, openapi
from services.portal.domain import registrations
from services.portal.domain.registrations import Registration

router = APIRouter(prefix="/conferences/{slug}", tags=["registrations"])
PAGE = 1_000
TOGETHER = 20_000  # people who join in one transaction: the most attendee takes
SECONDS = 60.0  # 20,000 registrations in one transaction
_CSV = (
    "ticket,name,email,handles,interests,formats,budget,joined\n"
    "T-1001,Ana Ruiz,ana@example.org,irc:ana,packaging;typing,coffee;walk,4,yes\n"
)


@router.post("/registrations", openapi_extra=openapi(Registrations, _CSV))
async def register(call: Registrar, slug: str, request: Request) -> dict[str, int]:
    """Registers people, all of the request or none; known tickets are brought up to date."""
    body = await json_or_csv(request, Registrations)
    people = registrations.from_csv(body) if isinstance(body, bytes) else _of_json(body)
    client = call.deps.clients.attendee
    message = service_pb2.RegisterAttendeesRequest(
        conference_id=str(call.conference.id), registrations=map(_message, people)
    )
    try:
        reply = await call.command(client, client.stub.RegisterAttendees, message, timeout=SECONDS)
    except HallwayError as error:
        error.problems = tuple(_at_its_row(p, people) for p in error.problems)
        raise
    return {"registered": reply.registered, "updated": reply.updated, "unchanged": reply.unchanged}


def _of_json(body: Registrations) -> list[Registration]:
    people = [
        Registration(
            row, r.ticket, r.name, r.email, tuple(r.handles), tuple(r.interests), tuple(r.formats), r.budget, r.joined
        )
        for row, r in enumerate(body.registrations)
    ]
    registrations.check(people, "registration")
    return people


def _message(r: Registration) -> service_pb2.Registration:
    return service_pb2.Registration(
        ticket=r.ticket, name=r.name, email=r.email, handles=r.handles, interests=r.interests, formats=r.formats,
        attention_budget=r.budget, joined=r.joined,
    )  # fmt: skip


def _at_its_row(problem: Problem, people: Sequence[Registration]) -> Problem:
    """The service counts registrations from 0; the caller reads lines of a file."""
    if problem.row is None or problem.row >= len(people):
        return problem
    return Problem(problem.field, problem.message, people[problem.row].row)


@router.delete("/registrations/{ticket:path}", status_code=204)
async def cancel(call: Registrar, slug: str, ticket: str) -> None:
    """Cancels a registration; its sessions are freed and the others told."""
    client = call.deps.clients.attendee
    message = service_pb2.CancelRegistrationRequest(conference_id=str(call.conference.id), ticket=ticket)
    await call.command(client, client.stub.CancelRegistration, message)


@router.post("/join")
async def join(call: Registrar, slug: str, body: Join) -> dict[str, int]:
    """Records that people said yes to networking; joined counts those who had not before."""
    if body.all == bool(body.tickets):
        raise Invalid("tickets", "give either tickets or all: true")
    wanted = set(body.tickets)
    people = {a.ticket: a async for a in everybody(call) if body.all or a.ticket in wanted}
    if missing := [ticket for ticket in body.tickets if ticket not in people]:
        raise Invalid.all(
            [Problem("tickets", f"there is no ticket {t[:100]} here; register it first") for t in missing]
        )
    # Those who joined before are sent too: a retry is then the same request, and hears the first reply.
    ids = sorted(a.id for a in people.values() if a.state != attendee_pb2.ATTENDEE_STATE_CANCELLED)
    client, joined = call.deps.clients.attendee, 0
    for step, start in enumerate(range(0, len(ids), TOGETHER)):
        message = service_pb2.JoinAttendeesRequest(
            conference_id=str(call.conference.id), attendee_ids=ids[start : start + TOGETHER]
        )
        joined += (await call.command(client, client.stub.JoinAttendees, message, step=step, timeout=SECONDS)).joined
    return {"joined": joined}


async def everybody(call: Call) -> AsyncIterator[attendee_pb2.Attendee]:
    """All of the conference's people, asked of their owner: registered a moment ago counts."""
    client, after = call.deps.clients.attendee, ""
    while True:
        request = service_pb2.ListAttendeesRequest(conference_id=str(call.conference.id), after=after, limit=PAGE)
        reply = await client.call(client.stub.ListAttendees, request, timeout=30)
        for attendee in reply.attendees:
            yield attendee
        after = reply.next
        if not after:
            return
