"""The live dashboard over a real HTTP connection: changes arrive, a late browser catches up, one look serves all."""

import asyncio
from contextlib import aclosing, asynccontextmanager
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI

from services.kit.health import HttpServer
from services.portal.api.pages.pulse import Newest, Pulse
from services.portal.api.pages.router import pages_router
from tests.component.portal_stage import ADA, CONFERENCE, SESSION, raise_stage

LIVE = "/c/northcamp/dashboard/live"


@pytest.fixture
async def stage(database):
    stage, grpc_server, clients = await raise_stage((await database("portal")).pool)
    app = FastAPI()
    app.include_router(pages_router(stage.deps))
    server = HttpServer("127.0.0.1:0", app, graceful_seconds=1)
    await server.start()
    await stage.browser.aclose()
    stage.browser = httpx.AsyncClient(base_url=f"http://127.0.0.1:{server.port}", timeout=10)
    await bump(stage)
    yield stage
    await stage.browser.aclose()
    await server.stop()
    await clients.stop()
    await grpc_server.stop(None)


async def bump(stage):
    """What the read model's consumer does after a batch."""
    await stage.deps.pool.execute(
        """INSERT INTO read_change VALUES ($1, 1)
           ON CONFLICT (conference_id) DO UPDATE SET counter = read_change.counter + 1""",
        CONFERENCE,
    )


async def schedule(stage, session_id=SESSION):
    """A session of Ada's appears in the read model."""
    await stage.deps.pool.execute(
        """INSERT INTO read_session VALUES ($1, 1, $2, 'coffee', 'scheduled', NULL, 'Window table 1',
           '2026-05-14 11:00+00', '2026-05-14 11:30+00', 0, '', '2026-05-01 10:00+00')""",
        session_id, CONFERENCE,
    )  # fmt: skip
    await stage.deps.pool.execute("INSERT INTO read_session_member VALUES ($1, $2)", session_id, ADA)
    await bump(stage)


@asynccontextmanager
async def events(stage, path=LIVE):
    """(event, data) pairs of an open stream."""

    async def read(lines):
        name, data = "", []
        async for line in lines:
            if line.startswith("event: "):
                name = line.removeprefix("event: ")
            elif line.startswith("data: "):
                data.append(line.removeprefix("data: "))
            elif not line and name:
                yield name, "\n".join(data)
                name, data = "", []

    async with stage.browser.stream("GET", path) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        async with aclosing(read(answer.aiter_lines())) as pairs:
            yield pairs


async def until(pairs, name, text):
    """The next event of this name that says this."""
    async with asyncio.timeout(90):
        async for event, data in pairs:
            if event == name and text in data:
                return data
    raise AssertionError(f"the stream ended before {name} said {text}")


async def test_a_number_moves_without_asking_again(stage):
    await stage.enter("org@example.org", "owner")
    async with events(stage) as pairs:
        await until(pairs, "numbers", '<dd id="scheduled">0</dd>')
        await schedule(stage)
        await until(pairs, "numbers", '<dd id="scheduled">1</dd>')


async def test_only_what_changed_is_sent(stage):
    await stage.enter("org@example.org", "owner")
    async with events(stage) as pairs:
        await until(pairs, "sources", "None yet")
        await schedule(stage)
        await until(pairs, "latest", "Window table 1")
        await schedule(stage, UUID(int=99))
        seen = []
        async with asyncio.timeout(90):
            async for name, _ in pairs:
                seen.append(name)
                if name == "latest":
                    break
        assert "sources" not in seen


async def test_a_browser_that_was_away_catches_up(stage):
    await stage.enter("org@example.org", "owner")
    async with events(stage) as pairs:
        await until(pairs, "numbers", '<dd id="scheduled">0</dd>')
    await schedule(stage)
    async with events(stage) as pairs:
        await until(pairs, "numbers", '<dd id="scheduled">1</dd>')


async def test_a_viewers_stream_names_nobody(stage):
    await stage.enter("viewer@example.org", "viewer")
    async with events(stage) as pairs:
        assert "Ada" not in await until(pairs, "left_out", "No session yet: 3")


async def test_many_streams_look_once_and_nobody_watching_looks_never():
    looks = 0
    counter = 1

    async def read():
        nonlocal looks
        looks += 1
        return {CONFERENCE: counter}

    pulse = Pulse(read)
    async with aclosing(pulse.counters(CONFERENCE)) as one, aclosing(pulse.counters(CONFERENCE)) as two:
        assert list(await asyncio.gather(anext(one), anext(two))) == [1, 1]
        assert looks == 1
        counter = 2
        assert list(await asyncio.gather(anext(one), anext(two))) == [2, 2]
        assert looks == 2
    await asyncio.sleep(0)
    assert not [task for task in asyncio.all_tasks() if "_poll" in repr(task) and not task.cancelling()]


async def test_a_database_that_is_away_for_a_moment_ends_no_stream():
    answers = iter([OSError("gone"), {CONFERENCE: 5}])

    async def read():
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    async with aclosing(Pulse(read).counters(CONFERENCE)) as beats:
        assert await anext(beats) == 5


async def test_a_change_is_rendered_once_for_all_who_watch():
    made: list[int] = []

    async def make():
        made.append(len(made))
        await asyncio.sleep(0)
        return f"rendering {len(made)}"

    newest = Newest[str]()
    both = await asyncio.gather(newest.get("here", 1, make), newest.get("here", 1, make))
    assert list(both) == ["rendering 1", "rendering 1"]
    assert await newest.get("here", 2, make) == "rendering 2"
    assert await newest.get("elsewhere", 1, make) == "rendering 3"


async def test_a_read_model_that_was_rebuilt_is_rendered_anew():
    newest = Newest[str]()

    async def before():
        return "before"

    async def after():
        return "after"

    assert await newest.get("here", 9, before) == "before"
    assert await newest.get("here", 1, after) == "after"
