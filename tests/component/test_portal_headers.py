"""Every answer of the portal carries the headers that keep a browser safe; who answers too often waits."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from services.portal.api.http.app import create_app
from services.portal.api.pages.security import HTTPS_ONLY
from tests.component.portal_stage import ADA, SUGGESTION, Stage, raise_stage
from tests.component.test_portal_roles import address, answer, routes

NEEDED = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "content-security-policy": "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
    "object-src 'none'",
}


@pytest.fixture
async def stage(database: Any) -> AsyncIterator[Stage]:
    stage, server, clients = await raise_stage((await database("portal")).pool)
    yield stage
    await stage.browser.aclose()
    await clients.stop()
    await server.stop(None)


async def test_every_answer_has_the_headers_whoever_gives_it(stage: Stage):
    https = replace(stage.deps, settings=stage.deps.settings.model_copy(update={"public_url": "https://portal.test"}))
    app = create_app(https)
    odd = ["/api/v1/a\nb", "/c/a\nb", "/api/v1/nothing", "/static/hallway.css"]  # no route takes a line break
    asked = [(method, address(path)) for method, path in routes(app)] + [("GET", path) for path in odd]
    assert len(asked) > 100
    for method, path in asked:
        _code, headers = await answer(app, method, path, {}, {})
        assert {name: headers.get(name) for name in NEEDED} == NEEDED, f"{method} {path}"
        assert headers.get("strict-transport-security") == HTTPS_ONLY["Strict-Transport-Security"], path


async def test_an_address_with_a_line_break_is_refused_as_a_problem(stage: Stage):
    code, headers = await answer(create_app(stage.deps), "GET", "/api/v1/conferences/a\nb", {}, {})
    assert (code, headers["content-type"]) == (404, "application/problem+json")


async def test_somebody_who_answers_too_often_waits_a_minute_and_others_do_not(stage: Stage):
    await stage.enter()
    me = "/c/northcamp/me"
    codes = [
        (await stage.post(f"{me}/suggestions/{SUGGESTION}/answer", me, {"answer": "not_now"})).status_code
        for _ in range(32)
    ]
    assert codes == [303] * 30 + [429, 429]
    stage.deps.answers.count("somebody else", stage.deps.clock())
    stage.deps.answers.count(str(ADA), stage.deps.clock() + timedelta(minutes=1))
