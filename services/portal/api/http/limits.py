"""Bounds what a request body may weigh, whoever reads it, and lets refused clients finish talking."""

import asyncio
import re
from collections.abc import MutableMapping
from typing import Any

from fastapi import HTTPException

from services.portal.api.http.problems import problem

_UPLOAD = re.compile(r"^/api/v1/conferences/[^/]+/sources$")
_MIB = 1024 * 1024
DISCARDED = 64 * _MIB  # of what a refused client still sends; more of it and it gets the line cut
DISCARD_SECONDS = 30
SILENCE_SECONDS = 60  # in the middle of a body; nobody may hold a connection open for ever


def is_upload(path: str) -> bool:
    """Whether files are sent to this path, which may be large and take their time."""
    return _UPLOAD.match(path) is not None


class BodyLimit:
    """ASGI middleware: 413 by Content-Length before anything is read, or as soon as a stream passes the bound."""

    def __init__(self, app: Any, *, body: int, upload: int) -> None:
        self._app, self._body, self._upload = app, body, upload

    async def __call__(self, scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most = self._upload if is_upload(scope["path"]) else self._body
        refusal = f"the body is larger than {most / _MIB:g} MiB, which is the most here; send it in parts"
        exchange = _Exchange(scope, receive, send, most, refusal)
        announced = exchange.headers.get(b"content-length", b"0")
        if announced.isdigit() and int(announced) <= most:
            await self._app(scope, exchange.receive, exchange.send)
        else:
            await problem(413, refusal)(scope, exchange.receive, exchange.send)


class _Exchange:
    """One request and its response. A client that still sends when the response comes would never read it."""

    def __init__(self, scope: MutableMapping[str, Any], receive: Any, send: Any, most: int, refusal: str) -> None:
        self.headers = dict(scope["headers"])
        self._receive, self._send = receive, send
        self._most, self._refusal = most, refusal
        self._read = 0
        self._unread = self.headers.get(b"content-length", b"0") != b"0" or b"transfer-encoding" in self.headers

    async def receive(self) -> Any:
        """The next part of the body; raises 413 past the bound, 408 when it does not come."""
        try:
            # After the body this waits for the client to leave, which may take as long as the response.
            async with asyncio.timeout(SILENCE_SECONDS if self._unread else None):
                message = await self._next()
        except TimeoutError:
            self._unread = False  # there is nothing to wait for
            raise HTTPException(408, f"nothing came for {SILENCE_SECONDS} s; send the request again") from None
        if self._read > self._most:
            raise HTTPException(413, self._refusal)
        return message

    async def send(self, message: MutableMapping[str, Any]) -> None:
        """Passes the response on, once the client is done sending."""
        waits_for_leave = b"expect" in self.headers and self._read == 0
        if message["type"] == "http.response.start" and self._unread and not waits_for_leave:
            await self._discard()
        await self._send(message)

    async def _next(self) -> Any:
        message = await self._receive()
        self._read += len(message.get("body", b""))
        self._unread = self._unread and message.get("more_body", False)
        return message

    async def _discard(self) -> None:
        most = self._read + DISCARDED
        try:
            async with asyncio.timeout(DISCARD_SECONDS):
                while self._unread and self._read < most:
                    await self._next()
        except TimeoutError:
            return
