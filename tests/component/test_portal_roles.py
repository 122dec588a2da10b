"""Every address of the portal, asked by everybody: who may use it stands in a table, written by hand."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, Mount

from services.kit.ids import new_id
from services.portal.api.http.app import create_app
from services.portal.domain.roles import Role
from services.portal.domain.sign_in import SESSION_LASTS, Identity
from services.portal.domain.tokens import SCOPES, Token, digest
from services.portal.store.sign_in import SignInStore, appoint
from services.portal.store.tokens import TokenStore
from tests.component import portal_stage
from tests.component.portal_routes import API, PAGES
from tests.component.portal_stage import ADA, CONFERENCE, SESSION, SUGGESTION, Stage, raise_stage

ELSEWHERE = UUID("01970000-0000-7000-8000-000000000002")
ROLES = ("nobody", "attendee", "owner", "organizer", "desk", "viewer", "owner elsewhere", "attendee elsewhere")
TOKENS = ("nobody", *sorted(SCOPES), "admin elsewhere")
VALUES = {
    "slug": "northcamp", "attendee_id": str(ADA), "session_id": str(SESSION), "suggestion_id": str(SUGGESTION),
    "place_id": str(portal_stage.PLACE),
    "source_id": str(portal_stage.SOURCE), "preview_id": str(SESSION), "token_id": str(SESSION), "ticket": "T-A",
    "ticket:path": "T-A", "email": "org@example.org", "number": "1", "reason": "no_tie", "screen_id": str(SESSION),
    "token": "none", "path:path": "nothing",
}  # fmt: skip


@pytest.fixture
async def stage(database: Any) -> AsyncIterator[Stage]:
    stage, server, clients = await raise_stage((await database("portal")).pool)
    await stage.deps.pool.execute(
        "INSERT INTO read_conference VALUES ($1, 1, 'elsewhere', 'Elsewhere', 'UTC', '2026-05-14', '2026-05-15', '')",
        ELSEWHERE,
    )
    yield stage
    await stage.browser.aclose()
    await clients.stop()
    await server.stop(None)


def routes(app: FastAPI) -> Iterator[tuple[str, str]]:
    """Method and path of everything the portal answers."""

    def walk(found: list[BaseRoute], before: str) -> Iterator[tuple[str, str]]:
        for route in found:
            if isinstance(route, Mount):
                yield from walk(route.routes, before + route.path)
            elif inner := getattr(route, "original_router", None):  # how FastAPI keeps an included router
                yield from walk(inner.routes, before)
            elif isinstance(route, APIRoute):
                yield from ((method, before + route.path) for method in (route.methods or set()) - {"HEAD"})

    return walk(app.routes, "")


async def status(app: FastAPI, method: str, path: str, headers: dict[str, str], form: dict[str, str]) -> int:
    """The status of an answer."""
    return (await answer(app, method, path, headers, form))[0]


async def answer(
    app: FastAPI, method: str, path: str, headers: dict[str, str], form: dict[str, str]
) -> tuple[int, dict[str, str]]:
    """Status and headers of an answer, without waiting for the end of one that goes on."""
    started: asyncio.Future[tuple[int, dict[str, str]]] = asyncio.get_running_loop().create_future()
    body = urlencode(form).encode()

    sent = False

    async def receive() -> dict[str, Any]:
        nonlocal sent
        if sent:
            await asyncio.Event().wait()  # the client stays
        sent = True
        return {"type": "http.request", "body": body}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start" and not started.done():
            told = {name.decode(): value.decode() for name, value in message["headers"]}
            started.set_result((message["status"], told))

    pairs = [(k.encode(), v.encode()) for k, v in (headers | {"content-length": str(len(body))}).items()]
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "scheme": "http", "method": method,
        "path": path, "raw_path": path.encode(), "root_path": "", "query_string": b"", "headers": pairs,
        "client": ("127.0.0.1", 1), "server": ("portal.test", 80),
    }  # fmt: skip
    task = asyncio.create_task(app(scope, receive, send))
    begun = asyncio.ensure_future(asyncio.wait_for(asyncio.shield(started), 60))
    await asyncio.wait([task, begun], return_when=asyncio.FIRST_COMPLETED)
    begun.cancel()
    if not started.done():
        task.result()  # raises what went wrong
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    return started.result()


def address(path: str) -> str:
    """The path with this conference's own values in it."""
    for name, value in VALUES.items():
        path = path.replace(f"{{{name}}}", value)
    assert "{" not in path, f"give VALUES a value for {path}"
    return path


async def cookie_of(stage: Stage, role: str) -> str:
    """A signed-in browser's cookie: fresh each time, since signing out is one of the addresses."""
    kind, _, elsewhere = role.partition(" ")
    conference = ELSEWHERE if elsewhere else CONFERENCE
    subject = str(ADA) if kind == "attendee" else f"{kind}@example.org"
    cookie = str(new_id())
    async with stage.deps.pool.acquire() as tx:
        if kind != "attendee":
            await appoint(tx, conference, subject, Role(kind))
        identity = Identity(subject, Role(kind), conference)
        await SignInStore(tx, stage.deps.signer).open(cookie, identity, SESSION_LASTS)
    return cookie


async def ask_page(stage: Stage, app: FastAPI, role: str, method: str, path: str) -> int:
    """The answer for a browser signed in as this role, under both cookie names, with the right form token."""
    cookies, form = {"hallway_visit": "v"}, {}
    if role != "nobody":
        cookie = await cookie_of(stage, role)
        cookies |= {"hallway_attendee": cookie, "hallway_organizer": cookie}
        form["form_token"] = stage.deps.signer.keyed_hash("form", f"v\0{cookie}").hex()
    headers = {
        "cookie": "; ".join(f"{k}={v}" for k, v in cookies.items()),
        "content-type": "application/x-www-form-urlencoded",
    }
    return await status(app, method, address(path), headers, form)


@pytest.mark.parametrize("role", ROLES)
async def test_each_page_opens_to_the_roles_of_the_table_and_to_nobody_else(stage: Stage, role: str):
    app = create_app(stage.deps)
    found: dict[tuple[str, str], bool] = {}
    for method, path in routes(app):
        if path.startswith("/c/{slug}/"):
            code = await ask_page(stage, app, role, method, path)
            assert code in (401, 403) or role in PAGES[method, path], f"{role} got {code} of {method} {path}"
            found[method, path] = code not in (401, 403)
    assert found == {key: role in allowed for key, allowed in PAGES.items()}


@pytest.mark.parametrize("scope", TOKENS)
async def test_each_call_of_the_api_is_open_to_the_scopes_of_the_table_and_to_no_other(stage: Stage, scope: str):
    app = create_app(stage.deps)
    name, _, elsewhere = scope.partition(" ")
    headers = {"content-type": "application/json"}
    if scope != "nobody":
        bound = ELSEWHERE if elsewhere else CONFERENCE
        await TokenStore(stage.deps.pool).add(
            Token(new_id(), scope, frozenset({name}), bound), digest(scope), stage.deps.clock()
        )
        headers["authorization"] = f"Bearer {scope}"
    found = {}
    for method, path in routes(app):
        if path.startswith("/api/v1/"):
            code = await status(app, method, address(path), headers, {})
            found[method, path.removeprefix("/api/v1")] = code not in (401, 403)
    assert found == {key: bool({scope, "anybody"} & allowed) for key, allowed in API.items()}


async def test_no_address_is_missing_in_the_table_and_none_too_many(stage: Stage):
    served = set(routes(create_app(stage.deps)))
    written = {*PAGES, *((method, f"/api/v1{path}") for method, path in API)}
    open_to_all = {(method, path) for method, path in served if not path.startswith(("/c/{slug}/", "/api/v1/"))}
    assert served - open_to_all == written
    assert open_to_all == {
        ("GET", "/"), ("GET", "/static/{path:path}"), ("GET", "/design"), ("POST", "/language"),
        ("GET", "/calendar/{token}.ics"), ("POST", "/sign-in"), ("GET", "/sign-in/{token}"),
        ("POST", "/sign-in/{token}"), ("GET", "/c/{slug}"), ("GET", "/screen/{token}"),
        ("GET", "/screen/{token}/live"), ("GET", "/unsubscribe/{token}"), ("POST", "/unsubscribe/{token}"),
        ("POST", "/unsubscribe/{token}/back"),
        *((method, "/{path:path}") for method in ("GET", "POST", "PUT", "PATCH", "DELETE")),
    }  # fmt: skip
