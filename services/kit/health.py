"""/livez and /readyz, and the command that a container's health check runs."""

import asyncio
import json
import socket
import sys
import urllib.request
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from typing import Any

import uvicorn

Check = Callable[[], Awaitable[str | None]]


class Health:
    """The ASGI application: /livez says whether to start the process anew, /readyz whether to send it work."""

    def __init__(self, live: Check, ready: Check) -> None:
        self._checks = {"/livez": live, "/readyz": ready}

    def answers(self, path: str) -> bool:
        """Whether ``path`` is one of the two."""
        return path in self._checks

    async def __call__(self, scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        check = self._checks.get(scope["path"]) if scope["type"] == "http" else None
        problem = await check() if check else "no such page; there are /livez and /readyz"
        status = 404 if check is None else 503 if problem else 200
        body = json.dumps({"status": problem or "ok"}).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})


class HttpServer:
    """A Part: uvicorn serving one ASGI application on host:port, without its own signal handling."""

    def __init__(self, listen: str, app: Any, graceful_seconds: int = 5) -> None:
        host, _, port = listen.rpartition(":")
        self._host, self._port = host, int(port)
        self._server = uvicorn.Server(
            uvicorn.Config(
                app,
                log_config=None,
                access_log=False,
                lifespan="off",
                server_header=False,
                date_header=False,
                timeout_graceful_shutdown=graceful_seconds,
            )
        )
        self._task: asyncio.Task[None] | None = None
        self.port = 0

    async def start(self) -> None:
        """Listens; ``port`` is then known, also when the setting said 0. Raises OSError for a taken port."""
        listening = socket.create_server((self._host, self._port), backlog=2048)
        self.port = listening.getsockname()[1]
        self._server.config.load()
        self._server.lifespan = self._server.config.lifespan_class(self._server.config)
        # serve() would take the process's signals; the life cycle has them.
        self._task = asyncio.create_task(self._serve(listening))

    async def _serve(self, listening: socket.socket) -> None:
        await self._server.startup(sockets=[listening])
        await self._server.main_loop()
        await self._server.shutdown(sockets=[listening])

    async def stop(self) -> None:
        """Finishes requests under way within the graceful time."""
        self._server.should_exit = True
        if self._task:
            with suppress(asyncio.CancelledError):
                await self._task

    def problem(self) -> str | None:
        """Names a server that ended by itself."""
        return "the HTTP server ended" if self._task and self._task.done() else None


def main() -> int:
    """``python -m services.kit.health URL``: exit code 0 when the URL answers 200."""
    try:
        with urllib.request.urlopen(sys.argv[1], timeout=3) as answer:
            return 0 if answer.status == 200 else 1
    except OSError as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    raise SystemExit(main())
