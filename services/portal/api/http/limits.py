"""Bounds what a request body may weigh, whoever reads it."""

import re
from collections.abc import MutableMapping
from typing import Any

from fastapi import HTTPException

from services.portal.api.http.problems import problem

_UPLOAD = re.compile(r"^/api/v1/conferences/[^/]+/sources$")
_MIB = 1024 * 1024


class BodyLimit:
    """ASGI middleware: 413 by Content-Length before anything is read, or as soon as a stream passes the bound."""

    def __init__(self, app: Any, *, body: int, upload: int) -> None:
        self._app, self._body, self._upload = app, body, upload

    async def __call__(self, scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most = self._upload if _UPLOAD.match(scope["path"]) else self._body
        refusal = f"the body is larger than {most / _MIB:g} MiB, which is the most here; send it in parts"
        announced = next((v for k, v in scope["headers"] if k == b"content-length"), b"0")
        if not announced.isdigit() or int(announced) > most:
            await problem(413, refusal, headers={"connection": "close"})(scope, receive, send)
            return
        read = 0

        async def bounded() -> Any:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > most:
                raise HTTPException(413, refusal)
            return message

        await self._app(scope, bounded, send)
