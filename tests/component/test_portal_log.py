"""The log of commands: every changing address writes one entry, and it keeps no secret and no answer."""

from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import httpx
import pytest

from services.kit.ids import new_id
from services.portal.api.http.app import create_app
from services.portal.domain.log import ACTIONS, ON_BEHALF
from services.portal.domain.tokens import Token, digest
from services.portal.store.forget import forget_people
from services.portal.store.tokens import TokenStore
from tests.component.portal_routes import API, PAGES
from tests.component.portal_stage import ADA, BO, CONFERENCE, SUGGESTION, Stage, raise_stage
from tests.component.test_portal_roles import address, ask_page, routes, status

NOT_LOGGED = {"attendees.answer", "attendees.exclude"}


@pytest.fixture
async def stage(database: Any) -> AsyncIterator[Stage]:
    stage, server, clients = await raise_stage((await database("portal")).pool)
    await TokenStore(stage.deps.pool).add(
        Token(new_id(), "ticket shop", frozenset({"admin"}), None), digest("secret"), stage.deps.clock()
    )
    yield stage
    await stage.browser.aclose()
    await clients.stop()
    await server.stop(None)


async def logged(stage: Stage) -> list[tuple[Any, ...]]:
    rows = await stage.deps.pool.fetch("SELECT kind, who, action, target, outcome FROM command_log ORDER BY id")
    return [tuple(row) for row in rows]


async def test_every_changing_address_of_the_organizers_writes_one_entry_with_words_for_it(stage: Stage):
    app = create_app(stage.deps)
    for method, path in routes(app):
        if method == "GET" or not path.startswith("/c/{slug}/") or "owner" not in PAGES[method, path]:
            continue
        before = len(await logged(stage))
        await ask_page(stage, app, "owner", method, path)
        entries = (await logged(stage))[before:]
        assert [entry[:2] for entry in entries] == [("organizer", "owner@example.org")], f"{method} {path}"
        assert entries[0][2] in ACTIONS, entries[0][2]


async def test_every_changing_call_of_a_token_writes_one_entry_but_what_people_say_through_it(stage: Stage):
    app = create_app(stage.deps)
    headers = {"authorization": "Bearer secret", "content-type": "application/json"}
    silent = set()
    for method, path in API:
        if method == "GET":
            continue
        before = len(await logged(stage))
        await status(app, method, address(f"/api/v1{path}"), headers, {})
        entries = (await logged(stage))[before:]
        if not entries:
            silent.add(path.rpartition("/")[2])
            continue
        assert [entry[:2] for entry in entries] == [("token", "ticket shop")], f"{method} {path}"
        assert entries[0][2] in ACTIONS, entries[0][2]
    assert silent == {"answer", "exclusions"}
    assert ON_BEHALF == NOT_LOGGED


async def test_what_attendees_do_themselves_is_not_in_the_log(stage: Stage):
    app = create_app(stage.deps)
    for method, path in PAGES:
        if method == "POST" and PAGES[method, path] == {"attendee"}:
            await ask_page(stage, app, "attendee", method, path)
    assert await logged(stage) == []


async def test_an_entry_says_who_did_what_to_whom_and_how_it_ended_and_no_secret(stage: Stage):
    transport = httpx.ASGITransport(create_app(stage.deps))
    async with httpx.AsyncClient(transport=transport, base_url="http://portal.test/api/v1") as api:
        api.headers["authorization"] = "Bearer secret"
        here = f"/conferences/northcamp/attendees/{ADA}"
        assert (await api.post(f"{here}/check-in", json={})).status_code == 204
        assert (await api.post(f"{here}/check-in", json={"gone": "perhaps"})).status_code == 422
        assert (await api.post(f"{here}/suggestions/{SUGGESTION}/answer", json={"answer": "no"})).status_code == 200
        assert (await api.post(f"{here}/exclusions", json={"other": str(BO), "reason": "blocked"})).status_code == 204
        made = await api.post(f"{here}/login-link")
        new = await api.post("/tokens", json={"name": "other", "scopes": ["read"]})
        organizer = {"email": "Olga@example.org", "role": "desk"}
        assert (await api.post("/conferences/northcamp/organizers", json=organizer)).status_code == 200
    shop = ("token", "ticket shop")
    assert await logged(stage) == [
        (*shop, "on_site.check_in", str(ADA), "done"),
        (*shop, "on_site.check_in", str(ADA), "refused"),
        (*shop, "attendees.make_login_link", str(ADA), "done"),
        (*shop, "tokens.create_token", "", "done"),
        (*shop, "organizers.add_organizer", "Olga@example.org desk", "done"),
    ]
    everything = str(await stage.deps.pool.fetch("SELECT * FROM command_log"))
    assert made.json()["url"].rpartition("/")[2] not in everything
    assert new.json()["token"] not in everything


async def test_the_log_of_one_conference_shows_nothing_of_another_and_cannot_be_rewritten(stage: Stage):
    pool = stage.deps.pool
    for conference, action in ((CONFERENCE, "team.invite"), (new_id(), "team.remove")):
        await pool.execute(
            """INSERT INTO command_log VALUES ($1, $2, now(), '=olga@example.org', 'organizer', $3, $4, 'done')""",
            new_id(), conference, action, str(ADA),
        )  # fmt: skip
    await stage.enter("org@example.org", "organizer")
    page = (await stage.browser.get("/c/northcamp/log")).text
    assert "Invited somebody, or changed a role" in page
    assert "Ada Lind" in page
    assert "Took somebody" not in page
    file = (await stage.browser.get("/c/northcamp/log.csv")).text
    assert file.splitlines()[0].endswith("When,Who,What,About,Outcome")
    assert ',\'=olga@example.org,"Invited somebody, or changed a role",Ada Lind,done' in file
    assert "Took somebody" not in file
    async with pool.acquire() as tx:
        await forget_people(tx, [ADA])  # the one change it takes: an erased person's id is taken out
    assert [entry[3] for entry in await logged(stage)] == ["", str(ADA)]  # another conference's person is another
    for change in ("UPDATE command_log SET who = 'nobody'", "DELETE FROM command_log", "TRUNCATE command_log"):
        with pytest.raises(asyncpg.RaiseError, match="only added to"):
            await pool.execute(change)
