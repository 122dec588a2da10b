"""/livez and /readyz, and the server that answers them."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from typing import Any

import uvicorn
from starlette.responses import JSONResponse


class Health:
    """The ASGI application: /livez says whether to start the process anew, /readyz whether to send it work."""

    def __init__(self, live: Callable[[], Awaitable[str | None]], ready: Callable[[], Awaitable[str | None]]) -> None:
        self.checks = {"/livez": live, "/readyz": ready}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        check = self.checks.get(scope["path"])
        problem = await check() if check else "ask for /livez or /readyz"
        await JSONResponse({"status": problem or "ok"}, 503 if problem else 200)(scope, receive, send)


class HttpServer:
    """A Part: uvicorn serving one ASGI application on host:port."""

    def __init__(self, listen: str, app: Any, graceful_seconds: int = 5) -> None:
        host, _, port = listen.rpartition(":")
        self._host, self.port = host, int(port)
        config = uvicorn.Config(
            app, log_config=None, access_log=False, lifespan="off", server_header=False, date_header=False,
            timeout_graceful_shutdown=graceful_seconds,
        )  # fmt: skip
        self._server = uvicorn.Server(config)
        self._server.capture_signals = nullcontext  # type: ignore[method-assign,assignment]  # the life cycle has them

    async def start(self) -> None:
        """Listens; ``port`` is then known, also when the setting said 0. Raises OSError for a taken port."""
        listening = socket.create_server((self._host, self.port), backlog=2048)
        self.port = listening.getsockname()[1]
        self._task = asyncio.create_task(self._server.serve(sockets=[listening]))

    async def stop(self) -> None:
        self._server.should_exit = True
        await asyncio.wait([self._task])

    def problem(self) -> str | None:
        return "the HTTP server ended" if self._task.done() else None
