"""Attendee pages in a real browser: accessible, light, usable by keyboard, the same without JavaScript."""

import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from hallway.attendee.v1 import attendee_pb2
from hallway.scheduling.v1 import scheduling_pb2
from playwright.async_api import Browser, Page, expect

from services.portal.domain.contact import Details
from services.portal.store import contacts
from tests.component.portal_stage import CY, NOW, SESSION, SUGGESTION, Stage, raise_stage, session, suggestion
from tests.conftest import eventually
from tests.portal_browser import AXE, CHROMIUM, LAPTOP, PATIENCE, PHONE, chromium, served, window

pytestmark = pytest.mark.timeout(600)  # a bound on hanging
expect.set_options(timeout=PATIENCE)
ME = "/c/northcamp/me"
ATTENDEE_PAGES = (
    ME, f"{ME}/steps/1", f"{ME}/steps/2", f"{ME}/steps/3", f"{ME}/profile", f"{ME}/data", f"{ME}/now",
    f"{ME}/sessions/{SESSION}/offers",
)  # fmt: skip
OPEN_PAGES = ("/", "/design", "/c/northcamp", "/sign-in/none", "/nothing")
MOST_BYTES = 100_000
SETTLING = ".htmx-request, .htmx-swapping, .htmx-settling, .htmx-added"


@dataclass
class House:
    """The pages, served, and a browser before them."""

    stage: Stage
    browser: Browser
    url: str

    async def enter(self, size: dict[str, int], scheme: str = "light", **more: Any) -> Page:
        """Ada's browser, signed in."""
        context = await window(self.browser, size, scheme, **more)
        page = await context.new_page()
        await page.goto(self.url + await self.stage.link())
        await page.locator("main button.main").click()
        await page.wait_for_url("**/me")
        return page


@pytest.fixture
async def house(database) -> AsyncIterator[House]:
    if not CHROMIUM.exists():
        pytest.skip(f"pages in a browser need Debian's chromium ({CHROMIUM})")
    stage, server, clients = await raise_stage((await database("portal")).pool)
    stage.scheduling.sessions = [session(0.5)]
    stage.scheduling.here = True
    async with served(stage.app) as url, chromium() as browser:
        yield House(stage, browser, url)
    await stage.browser.aclose()
    await clients.stop()
    await server.stop(None)


async def findings(page: Page) -> list[str]:
    """What axe finds of weight, with the element it is about."""
    if not await page.evaluate("typeof axe !== 'undefined'"):
        await page.evaluate(AXE.read_text())  # as the debugger does: the page's policy lets no script in
    result = await page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{page.url}: {found['id']}: {node['html'][:150]}"
        for found in result["violations"]
        if found["impact"] in ("serious", "critical")
        for node in found["nodes"]
    ]


@pytest.mark.parametrize(("size", "scheme"), [(PHONE, "light"), (PHONE, "dark"), (LAPTOP, "light"), (LAPTOP, "dark")])
async def test_axe_finds_nothing_serious_on_any_page(house: House, size: dict[str, int], scheme: str):
    page = await house.enter(size, scheme)
    found = []
    for path in (*ATTENDEE_PAGES, *OPEN_PAGES):
        await page.goto(house.url + path)
        found += await findings(page)
        sideways = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert sideways <= 0, f"{path} is wider than the screen"
    house.stage.attendees.state = attendee_pb2.ATTENDEE_STATE_REGISTERED
    await page.goto(house.url + ME)
    found += await findings(page)
    assert "\n".join(found) == ""


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_contact_details_are_exchanged_on_accessible_pages_as_wide_as_a_phone(house: House, scheme: str):
    house.stage.scheduling.sessions = [session(-2)]
    deps = house.stage.deps
    long = Details(f"{'a' * 60}@mail.example", "+34 600 000 000", f"https://cy.example/{'a' * 150}")
    await contacts.give(deps.pool, SESSION, CY, long, NOW, NOW + timedelta(days=1))
    page = await house.enter(PHONE, scheme)
    found = await findings(page)
    await page.get_by_role("link", name="Exchange contact details").click()
    await page.get_by_label("Phone").fill("call me")
    found += await findings(page)
    for number, shows in (("call me", "That is not a phone number"), ("+34 611 111 111", "You both gave your details")):
        await page.get_by_label("Phone").fill(number)
        await page.get_by_role("button", name="Give these details").click()
        await expect(page.get_by_text(shows)).to_be_visible()
        found += await findings(page)
    sideways = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert (found, sideways) == ([], 0)
    async with page.expect_download() as download:
        await page.get_by_role("link", name="Add to my contacts").click()
    assert (await download.value).suggested_filename == "contact.vcf"


async def test_axe_sees_what_it_is_there_for(house: House):
    page = await house.enter(PHONE)
    await page.evaluate("document.querySelector('h1').after(document.createElement('button'))")
    assert any("button-name" in line for line in await findings(page))


async def test_an_attendee_page_with_all_it_loads_is_below_100_kilobytes(house: House):
    entered = await house.enter(PHONE)
    cookies = await entered.context.storage_state()
    for path in ATTENDEE_PAGES:
        context = await window(house.browser, PHONE, storage_state=cookies)
        page = await context.new_page()
        sizes = await counted(page)
        await page.goto(house.url + path, wait_until="networkidle")
        await eventually(partial(has_all, sizes))
        assert sum(sizes.values()) < MOST_BYTES, json.dumps(sizes, indent=1)
        await context.close()


async def has_all(sizes: dict[str, int]) -> bool:
    """Whether the page, its stylesheets, its script and its font have come."""
    return len(sizes) >= 5 and any(".woff2" in address for address in sizes)


async def counted(page: Page) -> dict[str, int]:
    """Bytes over the wire by address, filled while the page loads."""
    wire = await page.context.new_cdp_session(page)
    addresses: dict[str, str] = {}
    sizes: dict[str, int] = {}
    wire.on("Network.responseReceived", lambda event: addresses.update({event["requestId"]: event["response"]["url"]}))
    wire.on(
        "Network.loadingFinished",
        lambda event: sizes.update({addresses[event["requestId"]]: int(event["encodedDataLength"])}),
    )
    await wire.send("Network.enable")
    return sizes


async def test_a_suggestion_is_answered_by_keyboard_alone_without_a_reload(house: House):
    page = await house.enter(LAPTOP)
    loads: list[str] = []
    page.on("framenavigated", lambda frame: loads.append(frame.url))
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    yes = page.get_by_role("button", name="Yes, I would like that")
    for _ in range(40):
        await page.keyboard.press("Tab")
        if await yes.evaluate("button => button === document.activeElement"):
            break
    await page.keyboard.press("Enter")
    card = page.locator(f"#suggestion-{SUGGESTION}")
    await expect(card.get_by_text("You said yes. We will tell you when it is mutual.")).to_be_focused()
    await expect(page.locator(SETTLING)).to_have_count(0)  # htmx is at it for 20 ms more; nobody types so fast
    await page.keyboard.press("Tab")
    await expect(card.get_by_role("button", name="Change to not now")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(card.get_by_text("You said not now.")).to_be_focused()
    assert loads == []
    assert problems == []
    assert len(house.stage.matchmaking.calls) == 2


async def test_joining_takes_three_steps_each_of_which_can_be_skipped_without_javascript(house: House):
    house.stage.attendees.state = attendee_pb2.ATTENDEE_STATE_REGISTERED
    page = await house.enter(PHONE, java_script_enabled=False)
    await page.get_by_role("button", name="Yes, introduce me").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Where you talk")
    await page.get_by_label("Your names elsewhere").fill("irc:ada\nirc:al")
    await page.get_by_role("button", name="Save and go on").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("What you come for")
    await page.get_by_role("link", name="Skip", exact=True).click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("How many, and when")
    await page.get_by_label("How many at a time").fill("5")
    await page.get_by_role("button", name="Save and see my suggestions").click()
    await expect(page.get_by_role("heading", name="My suggestions")).to_be_visible()
    _, handles, budget = house.stage.attendees.calls
    assert (list(handles.handles), handles.attention_budget, list(handles.interests)) == (
        ["irc:ada", "irc:al"], 3, ["packaging"]
    )  # fmt: skip
    assert (list(budget.handles), budget.attention_budget, list(budget.formats)) == (["irc:ada"], 5, ["coffee"])


async def test_the_language_is_the_browsers_until_another_is_chosen(house: House):
    page = await house.enter(PHONE, locale="de-CH")
    await expect(page.locator("html")).to_have_attribute("lang", "de")
    await expect(page.get_by_role("heading", name="Meine Vorschläge")).to_be_visible()
    await expect(page.get_by_text("Ihr habt einander 9 Mal geantwortet")).to_be_visible()
    assert await house.stage.deps.pool.fetchval("SELECT language FROM person_language") == "de"
    await page.get_by_role("button", name="English").click()
    await expect(page.get_by_role("heading", name="My suggestions")).to_be_visible()
    assert page.url == house.url + ME
    assert await house.stage.deps.pool.fetchval("SELECT language FROM person_language") == "en"


async def test_how_it_was_is_kept_in_place_and_for_oneself_alone(house: House):
    held = session(-2)
    held.state = scheduling_pb2.SESSION_STATE_HELD
    house.stage.scheduling.sessions = [held]
    page = await house.enter(PHONE)
    await page.get_by_label("It was useful").check()
    await page.get_by_label("A note to myself").fill("send the slides")
    await page.get_by_role("button", name="Keep it").click()
    await expect(page.get_by_text("Kept", exact=True)).to_be_visible()
    await page.reload()
    await expect(page.get_by_label("A note to myself")).to_have_value("send the slides")
    await expect(page.get_by_label("It was useful")).to_be_checked()


async def test_without_javascript_a_suggestion_is_answered_too(house: House):
    house.stage.matchmaking.suggestions = [suggestion()]
    page = await house.enter(PHONE, java_script_enabled=False)
    await page.get_by_text("Something else").click()
    await page.get_by_role("button", name="We have met").click()
    await expect(page.get_by_role("status").first).to_have_text(re.compile("Noted: you have met"))
