"""Bounds how many requests are under way at once and how long one may take, so that a flood is refused, not queued."""

import asyncio
import logging
from collections import Counter
from collections.abc import MutableMapping
from contextlib import suppress
from typing import Any

from services.portal.api.http.limits import is_upload
from services.portal.api.http.problems import problem

REFUSED = "as many requests as the portal takes are under way; try again in a second"
TOO_LONG = "this took longer than the portal gives a request; look whether it took effect, then try again"
log = logging.getLogger(__name__)


class LoadLimit:
    """ASGI middleware: 503 past ``at_once`` requests, or past ``streams`` dashboards that stay open.

    A request that neither uploads files nor stays open gets ``seconds``, and 503 after them."""

    def __init__(self, app: Any, *, at_once: int, streams: int, seconds: float) -> None:
        self._app, self._seconds = app, seconds
        self._most = {"request": at_once, "stream": streams}
        self._under_way: Counter[str] = Counter()

    async def __call__(self, scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        kind = "stream" if (b"accept", b"text/event-stream") in scope["headers"] else "request"
        if self._under_way[kind] >= self._most[kind]:
            await _refuse(REFUSED, scope, receive, send)
            return
        self._under_way[kind] += 1
        try:
            seconds = None if kind == "stream" or is_upload(scope["path"]) else self._seconds
            await self._within(seconds, scope, receive, send)
        finally:
            self._under_way[kind] -= 1

    async def _within(self, seconds: float | None, scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        answered = False

        async def noticing(message: MutableMapping[str, Any]) -> None:
            nonlocal answered
            answered = True
            await send(message)

        limit = asyncio.timeout(seconds)
        try:
            async with limit:
                await self._app(scope, receive, noticing)
        except TimeoutError:
            if not limit.expired():
                raise
            log.warning("a request was given up after %g s", seconds)
            if not answered:
                await _refuse(TOO_LONG, scope, receive, send)


async def _refuse(why: str, scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
    with suppress(OSError):  # the client may be gone
        await problem(503, why, headers={"retry-after": "1", "connection": "close"})(scope, receive, send)
