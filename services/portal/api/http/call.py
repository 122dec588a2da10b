"""Who calls the API, about which conference, and how their commands reach the services."""

import hashlib
from collections.abc import MutableMapping
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Request
from hallway.attendee.v1 import service_pb2 as attendee_pb
from hallway.scheduling.v1 import service_pb2 as scheduling_pb
from starlette.datastructures import State

from services.kit.errors import Invalid, NotFound
from services.kit.ids import new_id, parse_id
from services.portal.api import events as convert
from services.portal.api.clients import Client
from services.portal.api.deps import Deps
from services.portal.api.http.problems import problem
from services.portal.domain.read_model import Attendee, Conference, Session
from services.portal.domain.tokens import Token
from services.portal.handlers.authenticate import authenticate
from services.portal.store import reads
from services.portal.store.tokens import TokenStore

OPEN_PATHS = ("/api/v1/openapi.json",)
_KEY_CHARACTERS = 200


class Authentication:
    """ASGI middleware: 401 before a body is read; the token goes into the request's state."""

    def __init__(self, app: Any, deps: Deps) -> None:
        self._app, self._deps = app, deps

    async def __call__(self, scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] == "http" and scope["path"] not in OPEN_PATHS:
            header = next((v.decode("latin-1") for k, v in scope["headers"] if k == b"authorization"), "")
            token = await self._token(header)
            if token is None:
                detail = "give a valid token: the header 'Authorization: Bearer <token>'"
                await problem(401, detail, headers={"www-authenticate": "Bearer"})(scope, receive, send)
                return
            scope.setdefault("state", {}).update(token=token, deps=self._deps)
        await self._app(scope, receive, send)

    async def _token(self, header: str) -> Token | None:
        kind, _, secret = header.partition(" ")
        if kind.lower() != "bearer" or not 0 < len(secret := secret.strip()) <= 500:
            return None
        bootstrap = self._deps.settings.bootstrap_token
        known = bootstrap.get_secret_value() if bootstrap else None
        return await authenticate(TokenStore(self._deps.pool), known, secret, self._deps.clock())


@dataclass(frozen=True)
class Call:
    """One request of somebody who may make it."""

    deps: Deps
    token: Token
    about: Conference | None
    key: str | None
    state: State

    @property
    def conference(self) -> Conference:
        """The conference in the path."""
        assert self.about is not None  # only routes below /conferences/{slug} ask
        return self.about

    def target(self, what: str) -> None:
        """What the log of commands says this was about, where the address does not tell."""
        self.state.target = what[:200]

    async def command(self, client: Client[Any], method: Any, request: Any, *, step: int = 0, **options: Any) -> Any:
        """Sends a command once, however often the caller repeats it with the same Idempotency-Key."""
        return await client.call(method, request, request_id=self.request_id(step), **options)

    def request_id(self, step: int = 0) -> str:
        """What names a command, so that a repeated one is heard once."""
        return f"{self.key}-{step}" if self.key else str(new_id())

    async def attendee(self, attendee_id: str) -> Attendee:
        """A person of this conference; raises NotFound for everybody else's."""
        person_id = parse_id(attendee_id, "attendee")
        person = await reads.attendee(self.deps.pool, person_id)
        if person is None:  # registered a moment ago: the event is on its way
            client = self.deps.clients.attendee
            reply = await client.call(
                client.stub.GetAttendee, attendee_pb.GetAttendeeRequest(attendee_id=str(person_id))
            )
            person = convert.attendee(reply.attendee, 0)
        if person.conference_id != self.conference.id:
            raise NotFound("attendee", person_id)
        return person

    async def session(self, session_id: str) -> Session:
        """A session of this conference; raises NotFound for everybody else's."""
        wanted = parse_id(session_id, "session")
        session = await reads.session(self.deps.pool, wanted)
        if session is None:
            client = self.deps.clients.scheduling
            reply = await client.call(client.stub.GetSession, scheduling_pb.GetSessionRequest(session_id=str(wanted)))
            session = convert.session(reply, 0, self.deps.clock())
        if session.conference_id != self.conference.id:
            raise NotFound("session", wanted)
        return session


async def find_conference(deps: Deps, slug: str) -> Conference:
    """By slug, also one created a moment ago; raises NotFound."""
    if known := await reads.conference(deps.pool, slug):
        return known
    for conference in await all_conferences(deps):
        if conference.slug == slug:
            return conference
    raise NotFound("conference", slug[:100])


async def all_conferences(deps: Deps) -> list[Conference]:
    """Every conference, asked of the owner: the read model may not know one created a moment ago."""
    client = deps.clients.attendee
    reply = await client.call(client.stub.ListConferences, attendee_pb.ListConferencesRequest())
    return [convert.conference(conference, 0) for conference in reply.conferences]


def _needs(*scopes: str, everywhere: bool = False) -> Any:
    """The Call of a route, refused unless the token has one of the scopes for this conference, or for all."""

    async def caller(request: Request) -> Call:
        token: Token = request.state.token
        if not token.scopes.intersection(scopes):
            token.require(scopes[0])
        if everywhere:
            token.require_conference(None)
        if "\0" in request.scope["path"] or b"%00" in request.scope["query_string"]:
            raise Invalid("path", "the address holds a NUL character; remove it")
        slug = request.path_params.get("slug")
        conference = await find_conference(request.state.deps, slug) if slug is not None else None
        if conference is not None:
            request.state.about = conference.id
            token.require_conference(conference.id)
        return Call(request.state.deps, token, conference, _key(request, token.id), request.state)

    return Depends(caller)


def _key(request: Request, token_id: UUID) -> str | None:
    """A request id out of the Idempotency-Key: of this token and path, so that nobody hears another's reply."""
    key = request.headers.get("idempotency-key")
    if key is None:
        return None
    if not (0 < len(key) <= _KEY_CHARACTERS and key.isascii() and key.isprintable()):
        raise Invalid("Idempotency-Key", f"Idempotency-Key is 1 to {_KEY_CHARACTERS} printable ASCII characters")
    text = "\n".join([str(token_id), request.method, request.url.path, key])
    return hashlib.sha256(text.encode()).hexdigest()


# What a route takes as its Call: the scope it needs.
AdminEverywhere = Annotated[Call, _needs("admin", everywhere=True)]
Admin = Annotated[Call, _needs("admin")]
Reader = Annotated[Call, _needs("read")]
Registrar = Annotated[Call, _needs("registrations:write")]
Programmer = Annotated[Call, _needs("programme:write")]
Importer = Annotated[Call, _needs("sources:write")]
Actor = Annotated[Call, _needs("attendees:act")]
ReaderOrActor = Annotated[Call, _needs("read", "attendees:act")]
