"""The hall's display, the community's picture and the strip of health: live, in words, and naming nobody."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import httpx
import pytest

from services.kit.health import HttpServer
from services.portal.api.pages.router import pages_router
from tests.component.portal_stage import CONFERENCE, NAMES, NOW, Stage, raise_stage
from tests.component.test_portal_lists import HERE, people_it
from tests.component.test_portal_pages_live import bump, events, schedule, until

SCREENS = f"{HERE}/screens"


@pytest.fixture
async def stage(database) -> AsyncIterator[Stage]:
    stage, server, clients = await raise_stage((await database("portal")).pool)
    http = HttpServer("127.0.0.1:0", stage.app, graceful_seconds=1)
    await http.start()
    await stage.browser.aclose()
    stage.browser = httpx.AsyncClient(base_url=f"http://127.0.0.1:{http.port}", timeout=30)
    await bump(stage)
    yield stage
    await stage.browser.aclose()
    await http.stop()
    await clients.stop()
    await server.stop(None)


async def make(stage: Stage) -> str:
    """The path of a screen made by an organizer."""
    await stage.enter("org@example.org", "organizer")
    await stage.post(SCREENS, SCREENS, {"name": "Foyer"})
    page = (await stage.browser.get(SCREENS)).text
    (url,) = re.findall(r'<a href="http://portal.test(/screen/[^"]+)">', page)
    return str(url)


async def test_a_screen_needs_no_signing_in_and_names_nobody(stage: Stage):
    await people_it(stage.deps.pool)
    path = await make(stage)
    stage.browser.cookies.clear()
    page = await stage.browser.get(path)
    assert page.status_code == 200
    assert '<noscript><meta http-equiv="refresh" content="30"></noscript>' in page.text
    names = {r["name"] for r in await stage.deps.pool.fetch("SELECT name FROM read_attendee")} | set(NAMES.values())
    assert len(names) > 50
    assert [name for name in names if name in page.text] == []
    assert "example.org" not in page.text
    people = await stage.deps.pool.fetch("SELECT id, ticket FROM read_attendee")
    assert [p for p in people if str(p["id"]) in page.text or p["ticket"] in page.text] == []


async def test_a_screen_shows_the_next_sessions_in_local_time_and_follows(stage: Stage):
    path = await make(stage)
    stage.browser.cookies.clear()
    assert "Nothing is planned" in (await stage.browser.get(path)).text
    async with events(stage, f"{path}/live") as pairs:
        await until(pairs, "screen", "Nothing is planned")
        await schedule(stage)  # at 11:00 UTC
        text = await until(pairs, "screen", "Window table 1")
    assert "<b>13:00</b>" in text
    assert "<dd>1</dd>" in text
    await stage.deps.pool.execute("UPDATE read_session SET starts_at = $1", NOW - timedelta(minutes=1))
    await bump(stage)
    assert "Window table 1" not in (await stage.browser.get(path)).text  # begun already


async def test_an_address_that_was_switched_off_or_made_up_opens_nothing(stage: Stage):
    path = await make(stage)
    (off,) = re.findall(r'action="(/c/northcamp/screens/[^"]+/off)"', (await stage.browser.get(SCREENS)).text)
    other = stage.deps.signer.screen_token(UUID(int=5))
    for wrong in (f"/screen/{other}", f"{path}x", f"/screen/{UUID(int=5).hex}", f"{path}x/live"):
        assert (await stage.browser.get(wrong)).status_code == 404, wrong
    await stage.post(off, SCREENS, {})
    assert (await stage.browser.get(path)).status_code == 404
    assert (await stage.browser.get(f"{path}/live")).status_code == 404


async def test_another_conferences_organizer_switches_nothing_off_and_there_is_an_end_of_screens(stage: Stage):
    path = await make(stage)
    await stage.deps.pool.execute("UPDATE screen SET conference_id = $1", UUID(int=3))
    screen = await stage.deps.pool.fetchval("SELECT id FROM screen")
    await stage.post(f"{SCREENS}/{screen}/off", SCREENS, {})
    assert await stage.deps.pool.fetchval("SELECT revoked_at FROM screen") is None
    assert (await stage.browser.get(path)).status_code == 404  # no such conference here
    for _ in range(20):
        assert (await stage.post(SCREENS, SCREENS, {"name": "x"})).status_code == 303
    assert (await stage.post(SCREENS, SCREENS, {"name": "x"})).status_code == 409


async def test_the_communitys_picture_has_positions_and_nobodys_name_or_id(stage: Stage):
    await stage.enter("viewer@example.org", "viewer")
    path = f"{HERE}/dashboard/community.json"
    assert (await stage.browser.get(path)).json() == {"people": [], "ties": [], "met": []}
    await people_it(stage.deps.pool, 9)
    assert (await stage.browser.get(path)).json()["people"] == []  # among nine a dot is somebody
    await stage.deps.pool.execute("TRUNCATE read_tie, read_attendee")
    await people_it(stage.deps.pool)
    told = (await stage.browser.get(path)).json()
    counts = await stage.deps.pool.fetch("SELECT a, b FROM read_tie WHERE total > 0")
    assert len(told["ties"]) == len(counts)
    assert len(told["people"]) == len({end for pair in counts for end in pair})
    held = "SELECT count(*) FROM read_session WHERE state = 'held'"
    assert len(told["met"]) == await stage.deps.pool.fetchval(held)
    assert all(0 <= number <= 1000 for spot in told["people"] for number in spot)
    assert told["people"] == sorted(told["people"])  # an order that tells of nothing but the place
    assert set(told) == {"people", "ties", "met"}
    assert {type(x) for rows in told.values() for row in rows for x in row} == {int}


async def test_people_who_talk_are_near_each_other(stage: Stage):
    await people_it(stage.deps.pool)
    await stage.enter("viewer@example.org", "viewer")
    told = (await stage.browser.get(f"{HERE}/dashboard/community.json")).json()

    def apart(pairs: list[tuple[int, int]]) -> float:
        spots = [(told["people"][a], told["people"][b]) for a, b in pairs]
        return sum(((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2) ** 0.5 for a, b in spots) / len(spots)

    everybody = range(len(told["people"]))
    assert apart(told["ties"]) < 0.5 * apart([(a, b) for a in everybody for b in everybody if a < b])


async def strip(stage: Stage) -> str:
    return (await stage.browser.get(f"{HERE}/dashboard/health")).text


async def test_the_strip_says_in_words_how_mails_and_news_are(stage: Stage):
    waiting = 0

    async def behind() -> int:
        return waiting

    stage.app.router.routes.clear()
    stage.app.include_router(pages_router(replace(stage.deps, behind=behind)))
    await stage.enter("viewer@example.org", "viewer")
    assert await strip(stage) == (
        '<p class="">Everything is up to date.</p><p class="">0 mails were sent within the last day, none waits.</p>'
    )
    add = """INSERT INTO mail (id, event_id, kind, conference_id, recipient, created_at, next_try_at, {0})
             VALUES (gen_random_uuid(), gen_random_uuid(), 'welcome', $1, 'x', now(), now() - interval '1 s', {1})"""
    for columns, values in (
        ("sent_at", "now()"), ("tries, problem", "2, 'refused'"), ("dropped_at, problem", "now(), 'given up after 9'"),
        ("dropped_at, problem", "now(), 'the session is over'"), ("sent_at", "now() - interval '2 days'"),
    ):  # fmt: skip
        await stage.deps.pool.execute(add.format(columns, values), CONFERENCE)
    waiting = 2_000
    told = await strip(stage)
    assert "Everything is up to date" not in told
    assert re.findall(r'<p class="trouble">([^<]+)</p>', told) == [
        "2000 changes are still being read; the numbers catch up.",
        "1 mail was not taken by the mail server, and is tried again.",
        "1 mail was given up within the last day.",
    ]
    assert "1 mail was sent within the last day, 1 waits." in told
