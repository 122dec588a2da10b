"""A word with a yes: nobody reads it before the session, and it goes with any other answer and with the suggestion."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from hallway.matchmaking.v1 import service_pb2 as matchmaking_rpc

from services.kit.health import Health
from services.kit.ids import new_id
from services.kit.lifecycle import Loop, Resources
from services.portal.api.http.app import create_app
from services.portal.app import parts
from services.portal.domain.tokens import Token, digest
from services.portal.store import words
from services.portal.store.tokens import TokenStore
from tests.component.portal_stage import (
    ADA,
    BO,
    CONFERENCE,
    CY,
    NOW,
    SESSION,
    SUGGESTION,
    Stage,
    raise_stage,
    session,
    suggestion,
)
from tests.conftest import eventually

ME = "/c/northcamp/me"
ANSWER = f"{ME}/suggestions/{SUGGESTION}/answer"
PATHS = (ME, f"{ME}/data", f"{ME}/data.json", f"{ME}/now", f"{ME}/sessions/{SUGGESTION}.ics", f"{ME}/profile")
WORD = "zqword <b>about</b> \u00e9"


@pytest.fixture
async def stage(database: Any) -> AsyncIterator[Stage]:
    stage, server, clients = await raise_stage((await database("portal")).pool)
    yield stage
    await stage.browser.aclose()
    await clients.stop()
    await server.stop(None)


@pytest.fixture
async def bo(stage: Stage) -> AsyncIterator[httpx.AsyncClient]:
    """Bo's browser; the stage's own is Ada's."""
    mine, stage.browser = (
        stage.browser,
        httpx.AsyncClient(transport=httpx.ASGITransport(stage.app), base_url="http://portal.test"),
    )
    await stage.enter(str(BO))
    bos, stage.browser = stage.browser, mine
    await stage.enter()
    yield bos
    await bos.aclose()


async def kept(stage: Stage) -> list[tuple[UUID, str]]:
    """Whose words are there, and what they say."""
    return [
        (r["attendee_id"], r["said"]) for r in await stage.deps.pool.fetch("SELECT * FROM word ORDER BY attendee_id")
    ]


async def everything(browser: httpx.AsyncClient) -> dict[str, tuple[int, bytes, dict[str, str]]]:
    """All a person's browser can fetch, to the byte."""
    answers = {path: await browser.get(path) for path in PATHS}
    return {path: (a.status_code, a.content, dict(a.headers)) for path, a in answers.items()}


def matched() -> Any:
    """The session that Ada's and Bo's suggestion has become."""
    made = session()
    made.id = str(SUGGESTION)
    made.attendee_ids[:] = [str(ADA), str(BO)]
    return made


async def test_before_there_is_a_session_the_others_pages_are_the_same_to_the_byte(stage: Stage, bo: httpx.AsyncClient):
    before, hers = await everything(bo), await everything(stage.browser)
    for answer, word in (("yes", WORD), ("yes", "zqother"), ("not_now", WORD), ("yes", WORD)):
        await stage.post(ANSWER, ME, {"answer": answer, "word": word})
        assert await everything(bo) == before
    assert await everything(stage.browser) != hers  # it took effect, and a change would be seen
    assert "zqword" in (await stage.browser.get(ME)).text
    stage.matchmaking.suggestions, stage.scheduling.sessions = [], [matched()]
    page = (await bo.get(ME)).text
    assert "Ada Lind said with their yes" in page and "zqword &lt;b&gt;about&lt;/b&gt; \u00e9" in page
    assert "said with their yes" not in (await stage.browser.get(ME)).text


@pytest.mark.parametrize("answer", ["not_now", "no", "met", "blocked"])
async def test_any_other_answer_removes_it_and_keeps_none(stage: Stage, bo: httpx.AsyncClient, answer: str):
    await stage.post(ANSWER, ME, {"answer": "yes", "word": f"  {WORD}\n "})
    assert await kept(stage) == [(ADA, WORD)]
    await stage.post(ANSWER, ME, {"answer": answer, "word": WORD})
    assert await kept(stage) == []


async def test_it_is_bounded_changed_and_taken_away_with_a_yes(stage: Stage, bo: httpx.AsyncClient):
    for word, left in (("x" * 5_000, [(ADA, "x" * 280)]), ("short", [(ADA, "short")]), ("  ", [])):
        await stage.post(ANSWER, ME, {"answer": "yes", "word": word})
        assert await kept(stage) == left


async def test_another_answer_by_the_api_removes_it_too(stage: Stage, bo: httpx.AsyncClient):
    await stage.post(ANSWER, ME, {"answer": "yes", "word": WORD})
    token = Token(new_id(), "shop", frozenset({"admin"}), None)
    await TokenStore(stage.deps.pool).add(token, digest("secret"), NOW)
    transport = httpx.ASGITransport(create_app(stage.deps))
    headers = {"authorization": "Bearer secret"}
    path = f"/conferences/northcamp/attendees/{ADA}/suggestions/{SUGGESTION}/answer"
    async with httpx.AsyncClient(transport=transport, base_url="http://portal.test/api/v1", headers=headers) as api:
        assert (await api.post(path, json={"answer": "yes"})).status_code == 200
        assert await kept(stage) == [(ADA, WORD)]
        assert (await api.post(path, json={"answer": "not_now"})).status_code == 200
    assert await kept(stage) == []


async def test_a_yes_that_is_not_taken_keeps_no_word(stage: Stage, bo: httpx.AsyncClient):
    stage.matchmaking.suggestions = []
    assert (await stage.post(ANSWER, ME, {"answer": "yes", "word": WORD})).status_code == 404
    assert await kept(stage) == []


async def test_only_people_of_the_session_are_read_and_only_by_them(stage: Stage, bo: httpx.AsyncClient):
    pool, later = stage.deps.pool, NOW + timedelta(days=1)
    await words.keep(pool, SUGGESTION, CY, "zqleft out", later)  # said yes to the table, and is not at it
    await words.keep(pool, SESSION, CY, "zqof theirs", later)
    stage.scheduling.sessions = [matched()]
    assert "zq" not in (await bo.get(ME)).text
    people = {SESSION: [ADA, CY]}
    assert await words.of_sessions(pool, people, NOW) == {SESSION: {CY: "zqof theirs"}}
    assert await words.of_sessions(pool, people, later) == {}


async def test_it_is_in_ones_own_data_and_goes_with_the_person(stage: Stage, bo: httpx.AsyncClient):
    await stage.post(ANSWER, ME, {"answer": "yes", "word": WORD})
    mine = json.loads((await stage.browser.get(f"{ME}/data.json")).text)["words_with_a_yes"]
    assert mine == [{"suggestion_id": str(SUGGESTION), "said": WORD}]
    assert "zqword" not in (await bo.get(f"{ME}/data.json")).text
    await stage.post(f"{ME}/erase", f"{ME}/erase", {})
    assert await kept(stage) == []


async def test_a_running_portal_removes_the_words_of_what_ended_without_a_match(stage: Stage):
    async def fine() -> None:
        return None

    pool = stage.deps.pool
    states = {"open": 1, "matched": 2, "withdrawn": 3, "expired": 4}
    for state, number in states.items():
        await pool.execute(
            "INSERT INTO read_suggestion VALUES ($1, 1, $2, 'tie', 'coffee', $3, NULL, '[]')", UUID(int=number),
            CONFERENCE, state,
        )  # fmt: skip
        await words.keep(pool, UUID(int=number), ADA, state, NOW + timedelta(days=1))
    await words.keep(pool, UUID(int=5), ADA, "not told of yet", NOW + timedelta(days=1))
    await words.keep(pool, UUID(int=6), ADA, "too old", NOW)
    resources = Resources(stage.deps.settings, pool, Health(fine, fine), lambda: NOW)
    (purge,) = [p for p in parts(resources) if isinstance(p, Loop) and vars(p)["_name"] == "words"]
    await purge.start()

    async def three_left() -> bool:
        return {said for _, said in await kept(stage)} == {"open", "matched", "not told of yet"}

    await eventually(three_left)
    await purge.stop()


async def test_a_yes_shows_the_word_and_lets_it_be_changed(stage: Stage, bo: httpx.AsyncClient):
    stage.matchmaking.suggestions = [suggestion(answer=matchmaking_rpc.ANSWER_YES)]
    await stage.post(ANSWER, ME, {"answer": "yes", "word": WORD})
    page = (await stage.browser.get(ME)).text
    assert "zqword &lt;b&gt;" in page and "Keep this word" in page
