"""Writes the log of commands, for the pages and the API alike: the one place that does."""

import asyncio
import logging
from collections.abc import MutableMapping
from typing import Any
from urllib.parse import parse_qs

from services.portal.api.deps import Deps
from services.portal.domain.log import NAMELESS, ON_BEHALF
from services.portal.store.log import Entry, add

SAFE = ("GET", "HEAD", "OPTIONS")
log = logging.getLogger(__name__)


class CommandLog:
    """ASGI middleware: adds an entry for every changing request of an organizer or a token, before it is answered.

    What an attendee does on their own pages is not in it, nor what a token answers or excludes on a person's behalf:
    that somebody answered, and no match came of it, would tell what they said."""

    def __init__(self, app: Any, deps: Deps) -> None:
        self._app, self._deps = app, deps

    async def __call__(self, scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http" or scope["method"] in SAFE:
            await self._app(scope, receive, send)
            return
        scope.setdefault("state", {})
        answered = False

        async def noticing(message: MutableMapping[str, Any]) -> None:
            nonlocal answered
            if message["type"] == "http.response.start":
                answered = True
                await self._add(scope, _outcome(scope, message["status"]))
            await send(message)

        try:
            await self._app(scope, receive, noticing)
        finally:  # given up on the way, it may have had its effect
            if not answered:
                await asyncio.shield(self._add(scope, "failed"))

    async def _add(self, scope: MutableMapping[str, Any], outcome: str) -> None:
        entry = self._entry(scope, outcome)
        if entry is None or not entry.action or entry.action in ON_BEHALF:
            return
        try:
            await add(self._deps.pool, entry)
        except Exception as error:
            log.error("the log of commands misses an entry: %s", type(error).__name__)

    def _entry(self, scope: MutableMapping[str, Any], outcome: str) -> Entry | None:
        state, visit = scope["state"], scope["state"].get("seen")
        if token := state.get("token"):
            kind, who, about = "token", token.name, state.get("about")
        elif visit and visit.identity and visit.identity.is_organizer:
            kind, who, about = "organizer", visit.identity.subject, visit.conference.id
        else:
            return None
        action = action_of(scope.get("endpoint"))
        target = "" if action in NAMELESS else state.get("target") or _ids(scope.get("path_params", {}))
        return Entry(about, self._deps.clock(), who, kind, action, target, outcome)


def action_of(endpoint: Any) -> str:
    """A command's name in the log; empty for an address that is none."""
    return f"{endpoint.__module__.rpartition('.')[2]}.{endpoint.__name__}" if endpoint else ""


def _ids(params: MutableMapping[str, Any]) -> str:
    return " ".join(str(value)[:100] for name, value in params.items() if name not in ("slug", "path"))


def _outcome(scope: MutableMapping[str, Any], status: int) -> str:
    if status >= 500:
        return "failed"
    if status >= 400:
        return "refused"
    preview = parse_qs(scope["query_string"].decode("latin-1")).get("preview", ["false"])[-1]
    return "done" if preview.lower() in ("false", "0", "no", "off") else "tried"
