"""Puts the JSON API and the pages into one ASGI application."""

from collections.abc import MutableMapping
from typing import Any

from fastapi import FastAPI
from starlette.middleware import Middleware

from services.portal.api.deps import Deps
from services.portal.api.headers import SafeHeaders
from services.portal.api.http import (
    acting,
    attendees,
    conferences,
    matching,
    on_site,
    openapi,
    organizers,
    problems,
    registrations,
    sessions,
    sources,
    tokens,
)
from services.portal.api.http.call import Authentication
from services.portal.api.http.limits import BodyLimit
from services.portal.api.http.load import LoadLimit
from services.portal.api.log import CommandLog
from services.portal.api.pages.router import pages_router

_ABOUT = """Connects Hallway to a registration system and to where a community talks.
Every request carries `Authorization: Bearer <token>`. Errors are application/problem+json and name the field, the row
and what to do. Commands take an `Idempotency-Key` header: repeating a request with the same key changes nothing and
hears the first reply. Answers to suggestions cannot be read by anybody."""


def create_api(deps: Deps) -> FastAPI:
    """The JSON API, to be mounted at /api/v1."""
    # The interactive pages of FastAPI load scripts from a CDN; /openapi.json is what tools read.
    api = FastAPI(
        title="Hallway", version="1", description=_ABOUT, docs_url=None, redoc_url=None,
        middleware=[Middleware(Authentication, deps=deps)],
    )  # fmt: skip
    for module in (
        conferences,
        organizers,
        acting,
        registrations,
        sources,
        attendees,
        on_site,
        sessions,
        matching,
        tokens,
    ):
        api.include_router(module.router)
    problems.install(api)
    openapi.install(api)
    return api


def create_app(deps: Deps) -> FastAPI:
    """Everything the portal serves over HTTP but its health."""
    settings = deps.settings
    load = Middleware(
        LoadLimit,
        at_once=settings.requests_at_once,
        streams=settings.streams_at_once,
        seconds=settings.request_seconds,
    )
    limits = Middleware(BodyLimit, body=settings.body_max_bytes, upload=settings.upload_max_bytes)
    safe = Middleware(SafeHeaders, is_https=settings.public_url.startswith("https://"))
    middleware = [safe, load, limits, Middleware(CommandLog, deps=deps)]
    app = FastAPI(openapi_url=None, middleware=middleware, telemetry={"exclude": _is_event_stream})
    app.mount("/api/v1", create_api(deps))
    app.include_router(pages_router(deps))
    problems.install(app)  # for an address no route takes, such as one with a line break in it
    return app


def _is_event_stream(scope: MutableMapping[str, Any]) -> bool:
    # It lasts as long as its page: a span would tell nothing.
    return (b"accept", b"text/event-stream") in scope.get("headers", ())
