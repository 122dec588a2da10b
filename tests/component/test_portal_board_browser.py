"""The dashboard in a real browser: drawn within the strict policy, accessible, live, and of use without JavaScript."""

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Page, expect

from tests.component.portal_stage import ADA, PLACE, SESSION, raise_stage
from tests.component.test_portal_browser import House, findings
from tests.component.test_portal_lists import HERE, people_it
from tests.component.test_portal_pages_live import schedule
from tests.portal_browser import CHROMIUM, LAPTOP, PATIENCE, PHONE, chromium, served, window

pytestmark = pytest.mark.timeout(600)  # a bound on hanging
expect.set_options(timeout=PATIENCE)


@pytest.fixture
async def house(database) -> AsyncIterator[House]:
    if not CHROMIUM.exists():
        pytest.skip(f"pages in a browser need Debian's chromium ({CHROMIUM})")
    stage, server, clients = await raise_stage((await database("portal")).pool)
    await people_it(stage.deps.pool)
    async with served(stage.app) as url, chromium() as browser:
        yield House(stage, browser, url)
    await stage.browser.aclose()
    await clients.stop()
    await server.stop(None)


async def organizer(house: House, size: dict[str, int], scheme: str, **more: Any) -> tuple[Page, list[str]]:
    """An owner's browser before the dashboard, and what its console complains of."""
    context = await window(house.browser, size, scheme, **more)
    page = await context.new_page()
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    await page.goto(house.url + await house.stage.link("org@example.org", "owner"))
    await page.locator("main button.main").click()
    await page.wait_for_url("**/dashboard")
    return page, problems


ORGANIZER_PAGES = (
    "act", f"act/people/{ADA}", f"act/pair?person={ADA}", f"act/sessions/{SESSION}", "desk", f"desk/people/{ADA}",
    "setup", "setup/places", f"setup/places/{PLACE}/close", "setup/formats", "setup/weights", "team", "log", "screens",
)  # fmt: skip


@pytest.mark.parametrize(("size", "scheme"), [(PHONE, "dark"), (LAPTOP, "light")])
async def test_axe_finds_nothing_serious_where_organizers_act_and_set_up(
    house: House, size: dict[str, int], scheme: str
):
    page, problems = await organizer(house, size, scheme)
    found = []
    for path in ORGANIZER_PAGES:
        answer = await page.goto(f"{house.url}{HERE}/{path}")
        assert answer and answer.status == 200, path
        found += await findings(page)
        sideways = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        found += [f"{path} is wider than the screen"] * (sideways > 0)
    await page.locator("form[action$='/screens'] button").first.click()
    address = str(await page.locator("a[href*='/screen/']").first.get_attribute("href"))
    await page.goto(house.url + urlsplit(address).path)
    found += await findings(page)
    assert found == []
    assert problems == []


@pytest.mark.parametrize(("size", "scheme"), [(PHONE, "light"), (LAPTOP, "dark")])
async def test_charts_are_drawn_and_nothing_is_wrong_with_the_pages(house: House, size: dict[str, int], scheme: str):
    page, problems = await organizer(house, size, scheme)
    await expect(page.locator("figure.chart .plot:has(canvas)")).to_have_count(4)
    found = await findings(page)
    for path in ("left-out?reason=not_joined", "attendees?group=people_reached", "sessions?state=held"):
        await page.goto(f"{house.url}{HERE}/{path}")
        found += await findings(page)
    assert found == []
    assert problems == []


async def test_a_chart_and_its_table_follow_without_a_reload_and_the_table_stays_open(house: House):
    page, problems = await organizer(house, LAPTOP, "light")
    fair = page.locator("figure", has=page.get_by_role("heading", name="Is it fair?"))
    await fair.get_by_text("As a table").click()
    none = fair.locator("tbody tr", has=page.locator("th", has_text="0")).first.locator("td")
    before = int(await none.inner_text())
    drawn = await fair.locator("canvas").first.evaluate("c => c.toDataURL()")
    await schedule(house.stage)
    await expect(none).to_have_text(str(before - 1))
    await expect(none).to_be_visible()
    await page.wait_for_function(
        "([c, old]) => c.toDataURL() !== old", arg=[await fair.locator("canvas").first.element_handle(), drawn]
    )
    assert problems == []


async def test_without_javascript_every_chart_is_a_table(house: House):
    page, _ = await organizer(house, LAPTOP, "light", java_script_enabled=False)
    for summary in await page.locator("figure.chart summary").all():
        await summary.click()
    await expect(page.locator("figure.chart table:visible")).to_have_count(4)
    await expect(page.locator("figure.chart .plot:visible")).to_have_count(0)
