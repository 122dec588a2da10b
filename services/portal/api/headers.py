"""Puts the headers that keep a browser safe on every answer, whoever gives it: pages, API, files, refusals."""

from collections.abc import MutableMapping
from typing import Any

from starlette.datastructures import MutableHeaders

from services.portal.api.pages.security import HEADERS, HTTPS_ONLY


class SafeHeaders:
    """ASGI middleware, the outermost: adds what is not there already."""

    def __init__(self, app: Any, *, is_https: bool) -> None:
        self._app = app
        self._headers = HEADERS | {"Cache-Control": "no-store"} | (HTTPS_ONLY if is_https else {})

    async def __call__(self, scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        async def with_headers(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, with_headers if scope["type"] == "http" else send)
