"""How a client sends a command until it is told something: by gRPC or HTTP, again and again under one request id."""

import asyncio
import random
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import httpx

from services.kit.errors import HallwayError, Unavailable
from services.portal.api.channel import Channel
from tests.chaos.hall import OWNERS, Hall
from tests.chaos.journal import Journal, Op

TRY_SECONDS = 4.0
EMPTY: Mapping[str, str] = {}
AGAIN = (429, 502, 503, 504)
BROKEN = ("UNKNOWN", "INTERNAL", "DATA_LOSS", "UNIMPLEMENTED")


class Refused(Exception):
    """The answer was a definite no."""


class Transport:
    """Connections to every instance of every service; a retry may go to another instance."""

    def __init__(self, hall: Hall, journal: Journal) -> None:
        self.journal = journal
        self.patient_until = float("inf")
        self.channels = {name: [Channel(address) for address in hall.grpc(name)] for name in OWNERS}
        headers = {"Authorization": f"Bearer {hall.token}"}
        self.http = [
            httpx.AsyncClient(base_url=f"{url}/api/v1", headers=headers, timeout=TRY_SECONDS * 2) for url in hall.urls()
        ]

    async def close(self) -> None:
        """Closes all connections."""
        for channels in self.channels.values():
            for channel in channels:
                await channel.close()
        for client in self.http:
            await client.aclose()

    async def ask(self, service: str, stub: type[Any], method: str, request: Any, rng: random.Random) -> Any:
        """A question; Unavailable after one try."""
        channel = rng.choice(self.channels[service])
        return await channel.call(getattr(stub(channel.grpc), method), request, timeout=TRY_SECONDS, tries=1)

    async def grpc(self, service: str, stub: type[Any], method: str, request: Any, rng: random.Random) -> Op:
        """A command by gRPC; returns it acknowledged or refused."""

        async def send(op: Op) -> Any:
            channel = rng.choice(self.channels[service])
            call = getattr(stub(channel.grpc), method)
            return await channel.call(call, request, timeout=TRY_SECONDS, request_id=op.request_id, tries=1)

        return await self._until_told(method, send, rng, repeatable=True)

    async def call(
        self, kind: str, method: str, path: str, rng: random.Random, more: Mapping[str, str] = EMPTY, **content: Any
    ) -> Op:
        """A command by HTTP; returns it acknowledged or refused."""

        async def send(op: Op) -> Any:
            headers = {"Idempotency-Key": op.request_id, **more}
            response = await rng.choice(self.http).request(method, path, headers=headers, **content)
            if response.status_code in AGAIN:
                raise Unavailable(f"{response.status_code} {response.text[:200]}")
            if response.status_code >= 500:
                self.journal.found("wrong", f"{kind}: HTTP {response.status_code} {response.text[:300]}")
                raise Unavailable(str(response.status_code))
            if not response.is_success:
                raise Refused(response.text[:300])
            return response.json() if response.content else None

        return await self._until_told(kind, send, rng, repeatable=kind in ("register", "join", "cancel", "answer"))

    async def _until_told(
        self, kind: str, send: Callable[[Op], Awaitable[Any]], rng: random.Random, repeatable: bool
    ) -> Op:
        op = self.journal.op(kind, str(uuid.UUID(int=rng.getrandbits(128))))
        while True:
            op.tries += 1
            try:
                op.reply = await send(op)
                op.answer = "acknowledged"
                break
            except (Unavailable, httpx.TransportError) as error:
                self._note(op, error)
            except (Refused, HallwayError) as error:
                op.answer, op.why = "refused", str(error)[:300]
                return op
            if time.monotonic() > self.patient_until:
                return op
            await asyncio.sleep(rng.uniform(0.05, 0.5))
        if repeatable and rng.random() < 0.08:
            await self._repeat(op, send)
        return op

    def _note(self, op: Op, error: Exception) -> None:
        op.why = f"{type(error).__name__}: {error}"[:300]
        if any(name in op.why for name in BROKEN):
            self.journal.found("wrong", f"{op.kind}: {op.why}")

    async def _repeat(self, op: Op, send: Callable[[Op], Awaitable[Any]]) -> None:
        """As a client does that did not hear the answer: the same request again has to get the same answer."""
        try:
            again = await send(op)
        except (Unavailable, httpx.TransportError):
            return
        except (Refused, HallwayError) as error:
            self.journal.found("wrong", f"{op.kind} {op.request_id}: acknowledged, but a retry was refused: {error}")
            return
        if again != op.reply:
            self.journal.found("doubled", f"{op.kind} {op.request_id}: a retry got another reply: {again!r}"[:400])
