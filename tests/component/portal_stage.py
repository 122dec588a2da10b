"""A portal's pages on a real database, before services that answer by gRPC what a test tells them to."""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import grpc
import httpx
from fastapi import FastAPI
from google.protobuf.timestamp_pb2 import Timestamp
from hallway.attendee.v1 import attendee_pb2
from hallway.attendee.v1 import service_pb2 as attendee_rpc
from hallway.attendee.v1.service_pb2_grpc import AttendeeServiceServicer, add_AttendeeServiceServicer_to_server
from hallway.matchmaking.v1 import matchmaking_pb2
from hallway.matchmaking.v1 import service_pb2 as matchmaking_rpc
from hallway.matchmaking.v1.service_pb2_grpc import MatchmakingServiceServicer, add_MatchmakingServiceServicer_to_server
from hallway.scheduling.v1 import scheduling_pb2
from hallway.scheduling.v1 import service_pb2 as scheduling_rpc
from hallway.scheduling.v1.service_pb2_grpc import SchedulingServiceServicer, add_SchedulingServiceServicer_to_server

from services.kit.db import Pool
from services.portal.api.clients import Clients, connect
from services.portal.api.deps import Deps
from services.portal.api.pages.router import pages_router
from services.portal.domain.roles import Role
from services.portal.settings import Settings
from services.portal.store.sign_in import Signer, appoint, issue_link

NOW = datetime(2026, 5, 14, 9, 0, tzinfo=UTC)
CONFERENCE = UUID("01970000-0000-7000-8000-000000000001")
ADA = UUID("01970000-0000-7000-8000-0000000000a1")
BO = UUID("01970000-0000-7000-8000-0000000000b1")
CY = UUID("01970000-0000-7000-8000-0000000000c1")
SUGGESTION = UUID("01970000-0000-7000-8000-0000000000f1")
TABLE = UUID("01970000-0000-7000-8000-0000000000f2")
SESSION = UUID("01970000-0000-7000-8000-0000000000f3")
SOURCE = UUID("01970000-0000-7000-8000-0000000000e1")
PLACE = UUID("01970000-0000-7000-8000-0000000000d1")
NAMES = {ADA: "Ada Lind", BO: "Bo Ferreira", CY: "Cy Okafor"}


def stamp(moment: datetime) -> Timestamp:
    """A protobuf time."""
    result = Timestamp()
    result.FromDatetime(moment)
    return result


def interval(hours: float) -> scheduling_pb2.Interval:
    """Half an hour, so many hours from NOW."""
    starts = NOW + timedelta(hours=hours)
    return scheduling_pb2.Interval(starts_at=stamp(starts), ends_at=stamp(starts + timedelta(minutes=30)))


@dataclass
class Attendees(AttendeeServiceServicer):
    """The attendee service's part."""

    state: Any = attendee_pb2.ATTENDEE_STATE_JOINED
    calls: list[Any] = field(default_factory=list)
    refuse: str = ""
    conference: UUID = CONFERENCE

    async def GetAttendee(self, request: Any, context: Any) -> Any:
        name = NAMES[UUID(request.attendee_id)]
        attendee = attendee_pb2.Attendee(
            id=request.attendee_id, conference_id=str(self.conference), ticket="T-1", name=name,
            email="ada@example.org", state=self.state, attention_budget=3, interests=["packaging"], formats=["coffee"],
        )  # fmt: skip
        return attendee_rpc.GetAttendeeResponse(attendee=attendee, handles=["irc:ada"])

    async def JoinAttendees(self, request: Any, context: Any) -> Any:
        self.calls.append(request)
        self.state = attendee_pb2.ATTENDEE_STATE_JOINED
        return attendee_rpc.JoinAttendeesResponse(joined=1)

    async def PauseAttendee(self, request: Any, context: Any) -> Any:
        self.calls.append(request)
        self.state = attendee_pb2.ATTENDEE_STATE_PAUSED
        return attendee_pb2.Attendee()

    async def ListSources(self, request: Any, context: Any) -> Any:
        public = attendee_pb2.VISIBILITY_PUBLIC
        known = [
            attendee_pb2.Source(id=str(SOURCE), name="the packaging list", network="mbox", visibility=public),
            attendee_pb2.Source(id=str(UUID(int=5)), name="a list without Ada", network="irc", visibility=public),
        ]
        return attendee_rpc.ListSourcesResponse(sources=known)

    async def ListTies(self, request: Any, context: Any) -> Any:
        count = attendee_pb2.TieCount(source_id=str(SOURCE), kind="reply", month="2026-03", a_to_b=5, b_to_a=4)
        tie = attendee_pb2.Tie(id=str(UUID(int=6)), a=request.attendee_id, b=str(BO), counts=[count])
        return attendee_rpc.ListTiesResponse(ties=[tie])

    async def RefuseSource(self, request: Any, context: Any) -> Any:
        self.calls.append(request)
        return attendee_rpc.RefuseSourceResponse(ties_changed=1)

    async def EraseAttendee(self, request: Any, context: Any) -> Any:
        self.calls.append(request)
        return attendee_rpc.EraseAttendeeResponse()

    async def RegisterAttendees(self, request: Any, context: Any) -> Any:
        self.calls.append(request)
        return attendee_rpc.RegisterAttendeesResponse(registered=1, attendee_ids=[str(CY)])

    async def UpdateProfile(self, request: Any, context: Any) -> Any:
        if self.refuse:
            await context.abort(grpc.StatusCode.INVALID_ARGUMENT, self.refuse)
        self.calls.append(request)
        return attendee_pb2.Attendee()


@dataclass
class Matchmaking(MatchmakingServiceServicer):
    """The matchmaking service's part; replies holds what an answer comes back with."""

    suggestions: list[Any] = field(default_factory=list)
    calls: list[Any] = field(default_factory=list)
    made_match: bool = False
    worked: list[Any] = field(default_factory=list)
    paused: bool = False

    async def ListSuggestions(self, request: Any, context: Any) -> Any:
        return matchmaking_rpc.ListSuggestionsResponse(suggestions=self.suggestions)

    async def AnswerSuggestion(self, request: Any, context: Any) -> Any:
        self.calls.append(request)
        own = matchmaking_rpc.OwnSuggestion(answer=request.answer)
        if self.made_match:
            own.suggestion.state = matchmaking_pb2.SUGGESTION_STATE_MATCHED
        return own

    async def ExcludePair(self, request: Any, context: Any) -> Any:
        self.calls.append(request)
        return matchmaking_rpc.ExcludePairResponse()

    async def RequestSolve(self, request: Any, context: Any) -> Any:
        self.calls.append(request)
        return matchmaking_rpc.RequestSolveResponse()

    async def SuggestPair(self, request: Any, context: Any) -> Any:
        self.calls.append(request)
        return matchmaking_rpc.SuggestPairResponse()

    async def SeekCompany(self, request: Any, context: Any) -> Any:
        self.calls.append(request)
        return matchmaking_rpc.SeekCompanyResponse()

    async def PauseMatching(self, request: Any, context: Any) -> Any:
        self.calls.append(request)
        self.paused = request.paused
        return matchmaking_rpc.Matching(paused=self.paused)

    async def GetMatching(self, request: Any, context: Any) -> Any:
        return matchmaking_rpc.Matching(paused=self.paused)

    async def ListOfferable(self, request: Any, context: Any) -> Any:
        return matchmaking_rpc.ListOfferableResponse(attendee_ids=request.candidates)

    async def GetWhatWorked(self, request: Any, context: Any) -> Any:
        if not self.worked:
            await context.abort(grpc.StatusCode.UNAVAILABLE, "away")
        return matchmaking_rpc.WhatWorked(signals=self.worked, outcomes_needed=50, group_size=20)


@dataclass
class Scheduling(SchedulingServiceServicer):
    """The scheduling service's part."""

    sessions: list[Any] = field(default_factory=list)
    calls: list[Any] = field(default_factory=list)
    here: bool = False
    away: bool = False  # GetAvailability does not answer
    free: list[Any] = field(default_factory=list)
    wishes: Any = field(default_factory=scheduling_pb2.Wishes)

    async def CheckIn(self, request: Any, context: Any) -> Any:
        self.calls.append(request)
        self.here = not request.gone
        return scheduling_rpc.CheckInResponse()

    async def ListHere(self, request: Any, context: Any) -> Any:
        return scheduling_rpc.ListHereResponse(attendee_ids=[str(BO)])

    async def OfferNow(self, request: Any, context: Any) -> Any:
        if not self.here:
            await context.abort(grpc.StatusCode.FAILED_PRECONDITION, "check in")
        self.calls.append(request)
        spot = scheduling_rpc.Offer(place_id=str(PLACE), place_name="Window table 1", during=interval(0.25))
        people = [(str(SESSION), str(CY)), *(("", candidate) for candidate in request.candidates)]
        offers = [
            scheduling_rpc.NowOffer(session_id=session_id, attendee_ids=[request.attendee_id, other], offer=spot)
            for session_id, other in people
        ]
        return scheduling_rpc.OfferNowResponse(offers=offers)

    async def GetVenue(self, request: Any, context: Any) -> Any:
        window = scheduling_pb2.Place(
            id=str(PLACE), name="Window table 1", capacity=1, seats=4, formats=["coffee"], opens="09:00", closes="18:00"
        )
        return scheduling_rpc.GetVenueResponse(places=[window])

    async def GetFormats(self, request: Any, context: Any) -> Any:
        coffee = scheduling_pb2.Format(name="coffee", opens="09:00", closes="18:00", minutes=30, notice=30, people=4)
        return scheduling_rpc.GetFormatsResponse(formats=[coffee])

    async def GetAvailability(self, request: Any, context: Any) -> Any:
        if self.away:
            await context.abort(grpc.StatusCode.UNAVAILABLE, "away")
        talk = scheduling_pb2.Talk(id="t1", title="Typing at scale", room="Main hall", during=interval(3))
        return scheduling_rpc.GetAvailabilityResponse(free=self.free, wishes=self.wishes, talks=[talk])

    async def SetAvailability(self, request: Any, context: Any) -> Any:
        self.calls.append(request)
        del self.free[:]
        self.free += request.free
        self.wishes = request.wishes
        return scheduling_rpc.SetAvailabilityResponse()

    async def ListSessions(self, request: Any, context: Any) -> Any:
        return scheduling_rpc.ListSessionsResponse(sessions=self.sessions)

    async def GetSession(self, request: Any, context: Any) -> Any:
        for session in self.sessions:
            if session.id == request.session_id:
                return session
        await context.abort(grpc.StatusCode.NOT_FOUND, "there is no such session")

    async def OfferSlots(self, request: Any, context: Any) -> Any:
        offer = scheduling_rpc.Offer(place_id=str(PLACE), place_name="Garden table 2", during=interval(5))
        return scheduling_rpc.OfferSlotsResponse(offers=[offer])

    async def _take(self, request: Any, context: Any) -> Any:
        self.calls.append(request)
        return self.sessions[0]

    MoveSession = CancelSession = RecordOutcome = _take


@dataclass
class Stage:
    """The three services, the pages before them, and a browser that keeps cookies."""

    attendees: Attendees
    matchmaking: Matchmaking
    scheduling: Scheduling
    deps: Deps
    browser: httpx.AsyncClient
    app: FastAPI

    async def link(self, subject: str = str(ADA), role: str = "attendee", ttl: timedelta = timedelta(hours=1)) -> str:
        """A one-time link."""
        async with self.deps.pool.acquire() as tx:
            if role != "attendee":
                await appoint(tx, CONFERENCE, subject, Role(role))
            return await issue_link(tx, self.deps.signer, subject=subject, role=role, conference_id=CONFERENCE, ttl=ttl)

    async def post(self, path: str, form_page: str, fields: dict[str, str], **more: Any) -> httpx.Response:
        """Posts a form as the page it stands on would."""
        page = await self.browser.get(form_page)
        return await self.browser.post(path, data={"form_token": form_token(page.text)} | fields, **more)

    async def enter(self, subject: str = str(ADA), role: str = "attendee") -> httpx.Response:
        """Signs the browser in."""
        link = await self.link(subject, role)
        return await self.post(link, link, {})


def form_token(html: str) -> str:
    """The token in a page's first form."""
    found = re.search(r'name="form_token" value="([0-9a-f]+)"', html)
    assert found, html
    return found[1]


def settings(port: int) -> Settings:
    """Settings of a portal whose services listen on one port."""
    address = f"127.0.0.1:{port}"
    return Settings(
        database_url="unused", kafka_bootstrap="unused", public_url="http://portal.test", attendee_grpc=address,
        matchmaking_grpc=address, scheduling_grpc=address, secret_key="s" * 40, smtp_host="unused",
        mail_from="hallway@example.org",
    )  # fmt: skip


async def raise_stage(pool: Pool) -> tuple[Stage, grpc.aio.Server, Clients]:
    """Starts all of it; the caller stops the server and the clients."""
    attendees = Attendees()  # type: ignore[abstract]  # what no page calls is left unanswered
    matchmaking = Matchmaking([suggestion()])  # type: ignore[abstract]
    scheduling = Scheduling([session()])  # type: ignore[abstract]
    server = grpc.aio.server()
    add_AttendeeServiceServicer_to_server(attendees, server)
    add_MatchmakingServiceServicer_to_server(matchmaking, server)
    add_SchedulingServiceServicer_to_server(scheduling, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    address = f"127.0.0.1:{port}"
    clients = connect(address, address, address)
    deps = Deps(settings(port), pool, clients, lambda: NOW, Signer("s" * 40))
    app = FastAPI()
    app.include_router(pages_router(deps))
    browser = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://portal.test")
    await fill(pool)
    return Stage(attendees, matchmaking, scheduling, deps, browser, app), server, clients


async def fill(pool: Pool) -> None:
    """The read model of a small conference."""
    await pool.execute(
        """INSERT INTO read_conference VALUES ($1, 1, 'northcamp', 'Northcamp 2026', 'Europe/Madrid',
           '2026-05-14', '2026-05-15', '')""",
        CONFERENCE,
    )
    for person, name in NAMES.items():
        email = f"{name.split()[0].lower()}@example.org"
        await pool.execute(
            """INSERT INTO read_attendee VALUES ($1, 1, $2, $3, $4, $5, 'joined', 3, '{packaging}', '{coffee}')""",
            person, CONFERENCE, f"T-{name[0]}", name, email,
        )  # fmt: skip


def suggestion(answer: Any = matchmaking_rpc.ANSWER_UNSPECIFIED) -> matchmaking_rpc.OwnSuggestion:
    """Ada and Bo, who answered each other on a list."""
    evidence = matchmaking_pb2.Evidence(
        source_name="the packaging list", kind="reply", first_to_second=5, second_to_first=4, first_month="2026-03",
        last_month="2026-05",
    )  # fmt: skip
    made = matchmaking_pb2.Suggestion(
        id=str(SUGGESTION), conference_id=str(CONFERENCE), attendee_ids=[str(ADA), str(BO)],
        route=matchmaking_pb2.ROUTE_TIE, evidence=[evidence], format="coffee",
        state=matchmaking_pb2.SUGGESTION_STATE_OPEN,
    )  # fmt: skip
    return matchmaking_rpc.OwnSuggestion(suggestion=made, answer=answer, rank=1)


def session(hours: float = 2) -> scheduling_pb2.Session:
    """Ada and Cy over a coffee, so many hours from NOW."""
    return scheduling_pb2.Session(
        id=str(SESSION), conference_id=str(CONFERENCE), attendee_ids=[str(ADA), str(CY)], format="coffee",
        state=scheduling_pb2.SESSION_STATE_SCHEDULED, place_id=str(PLACE), place_name="Window table 1",
        during=interval(hours),
    )  # fmt: skip
