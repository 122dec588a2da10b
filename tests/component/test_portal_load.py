"""The portal under more than it takes: refused politely and at once, well again afterwards."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from services.portal.api.http.load import LoadLimit
from tests.conftest import MakeDatabase, eventually
from tests.portal_hall import ADMIN, Hall, hall

PEOPLE = "/conferences/pycamp/registrations"
CSV = {"content-type": "text/csv"}


@pytest.fixture
async def narrow(database: MakeDatabase) -> AsyncIterator[Hall]:
    """A portal that takes two requests at once."""
    async with hall(database, requests_at_once=2, request_seconds=600) as made:
        await made.conference()
        yield made


@asynccontextmanager
async def busy(narrow: Hall, count: int) -> AsyncIterator[None]:
    """So many requests whose bodies do not end before the block does."""
    done = asyncio.Event()
    begun: set[int] = set()

    async def body(number: int) -> AsyncIterator[bytes]:
        yield b"ticket,name,email,handles,interests,formats,budget\n"
        begun.add(number)
        await done.wait()
        yield f"T-{number},Ana,ana{number}@example.org,,,,\n".encode()

    async def all_begun() -> bool:
        return len(begun) == count

    requests = [
        asyncio.create_task(narrow.api.post(PEOPLE, content=body(number), headers=CSV)) for number in range(count)
    ]
    await eventually(all_begun)
    yield
    done.set()
    assert [answer.status_code for answer in await asyncio.gather(*requests)] == [200] * count


async def test_a_request_too_many_is_refused_with_when_to_come_again_and_the_others_are_served(narrow: Hall):
    async with busy(narrow, 2):

        async def refused() -> bool:
            answer = await narrow.api.get("/conferences")
            if answer.status_code == 200:  # the two have begun here, and not yet there
                return False
            assert answer.status_code == 503
            assert answer.headers["retry-after"] == "1"
            assert answer.headers["content-type"] == "application/problem+json"
            assert "try again in a second" in answer.json()["detail"]
            return True

        await eventually(refused)
        async with httpx.AsyncClient(trust_env=False) as probe:
            assert (await probe.get(f"{narrow.url}/livez")).status_code == 200
            assert (await probe.get(f"{narrow.url}/")).status_code == 503
    assert (await narrow.api.get("/conferences")).status_code == 200


async def test_a_request_that_takes_too_long_is_given_up(database: MakeDatabase):
    async with hall(database, request_seconds=0.5) as made:
        await made.conference()

        reader, writer = await asyncio.open_connection("127.0.0.1", int(made.url.rpartition(":")[2]))
        lines = [
            f"POST /api/v1{PEOPLE} HTTP/1.1", "Host: portal", f"Authorization: Bearer {ADMIN}",
            "Content-Type: text/csv", "Content-Length: 1000", "", "and then nothing more",
        ]  # fmt: skip
        writer.write("\r\n".join(lines).encode())
        answer = (await reader.read()).decode()  # to the end: the connection is closed
        writer.close()
        assert answer.startswith("HTTP/1.1 503 ")
        assert "retry-after: 1" in answer
        assert "look whether it took effect" in answer
        assert (await made.api.get("/conferences")).status_code == 200


async def ask(app: LoadLimit, path: str, **headers: str) -> int:
    """The status of one request to an ASGI application."""
    statuses: list[int] = []

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    pairs = [(name.encode(), value.encode()) for name, value in headers.items()]
    await app({"type": "http", "method": "GET", "path": path, "headers": pairs}, None, send)
    return statuses[0]


async def test_dashboards_have_a_bound_of_their_own_and_no_end():
    opened = asyncio.Semaphore(0)
    leave = asyncio.Event()

    async def stays(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        opened.release()
        await leave.wait()

    app = LoadLimit(stays, at_once=1, streams=1, seconds=0.01)
    watching = asyncio.create_task(ask(app, "/", accept="text/event-stream"))
    await opened.acquire()
    assert await ask(app, "/", accept="text/event-stream") == 503
    uploading = asyncio.create_task(ask(app, "/api/v1/conferences/x/sources"))
    await opened.acquire()
    assert await ask(app, "/") == 503
    leave.set()
    assert await watching == await uploading == 200
    assert app._under_way.total() == 0


async def test_an_application_that_fails_gives_its_place_back():
    async def fails(scope: Any, receive: Any, send: Any) -> None:
        raise TimeoutError("its own")

    app = LoadLimit(fails, at_once=1, streams=1, seconds=10)
    for _ in range(3):
        with pytest.raises(TimeoutError, match="its own"):
            await ask(app, "/")
