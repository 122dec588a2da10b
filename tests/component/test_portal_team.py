"""An owner's page of who may do what: invitations by mail, other roles, roles taken away."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.component.portal_stage import CONFERENCE, Stage, raise_stage

TEAM = "/c/northcamp/team"


@pytest.fixture
async def stage(database: Any) -> AsyncIterator[Stage]:
    stage, server, clients = await raise_stage((await database("portal")).pool)
    await stage.enter("olga@example.org", "owner")
    yield stage
    await stage.browser.aclose()
    await clients.stop()
    await server.stop(None)


async def roles(stage: Stage) -> dict[str, str]:
    rows = await stage.deps.pool.fetch("SELECT email, role FROM organizer WHERE conference_id = $1", CONFERENCE)
    return {row["email"]: row["role"] for row in rows}


async def test_an_owner_invites_somebody_by_mail_and_changes_their_role(stage: Stage):
    for role in ("desk", "viewer"):
        sent = await stage.post(f"{TEAM}/invite", TEAM, {"email": " Dora@Example.org ", "role": role})
        assert sent.headers["location"] == f"{TEAM}?done=invited"
        assert await roles(stage) == {"olga@example.org": "owner", "dora@example.org": role}
    waiting = await stage.deps.pool.fetch("SELECT kind, recipient, role FROM mail ORDER BY id")
    assert [tuple(mail) for mail in waiting] == [
        ("invitation", "dora@example.org", "desk"),
        ("invitation", "dora@example.org", "viewer"),
    ]
    assert "dora@example.org" in (await stage.browser.get(TEAM)).text


async def test_a_form_with_mistakes_comes_back_with_each_beside_its_field_and_nothing_lost(stage: Stage):
    wrong = await stage.post(f"{TEAM}/invite", TEAM, {"email": "dora", "role": "king"})
    assert wrong.status_code == 422
    assert 'value="dora"' in wrong.text
    assert 'id="email-problem">That is not a mail address.' in wrong.text
    assert 'id="role-problem">Choose what they may do.' in wrong.text
    assert await roles(stage) == {"olga@example.org": "owner"}


async def test_somebody_removed_is_out_at_once_and_their_links_and_mails_with_them(stage: Stage):
    link = await stage.link("dora@example.org", "organizer")
    await stage.post(f"{TEAM}/invite", TEAM, {"email": "dora@example.org", "role": "organizer"})
    async with httpx.AsyncClient(transport=httpx.ASGITransport(stage.app), base_url="http://portal.test") as browser:
        hers = Stage(stage.attendees, stage.matchmaking, stage.scheduling, stage.deps, browser, stage.app)
        await hers.enter("dora@example.org", "organizer")
        assert (await browser.get("/c/northcamp/attendees")).status_code == 200
        gone = await stage.post(f"{TEAM}/remove", TEAM, {"email": "dora@example.org"})
        assert gone.headers["location"] == f"{TEAM}?done=removed"
        assert (await browser.get("/c/northcamp/attendees")).status_code == 401
        assert (await browser.get(link)).status_code == 410
    assert await stage.deps.pool.fetchval("SELECT problem FROM mail") == "no organizer any more"


async def test_the_last_owner_stays_one(stage: Stage):
    refused = await stage.post(f"{TEAM}/remove", TEAM, {"email": "olga@example.org"})
    assert (refused.status_code, "needs an owner" in refused.text) == (409, True)
    lesser = await stage.post(f"{TEAM}/invite", TEAM, {"email": "olga@example.org", "role": "viewer"})
    assert (lesser.status_code, "needs an owner" in lesser.text) == (422, True)
    assert await roles(stage) == {"olga@example.org": "owner"}


async def test_nobody_is_shown_the_way_to_a_page_their_role_does_not_open(stage: Stage):
    stage.browser.cookies.clear()
    await stage.enter("dora@example.org", "viewer")
    page = (await stage.browser.get("/c/northcamp/dashboard")).text
    assert '/c/northcamp/attendees"' not in page  # a page that would refuse them is not offered
    assert '/c/northcamp/team"' not in page
