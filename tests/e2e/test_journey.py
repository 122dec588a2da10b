"""The journey in a real browser: two people say yes, both find their session, the organizer sees it without reload."""

import os
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from tests.e2e.conftest import Pair, Stack, fine

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE = {"width": 390, "height": 844}
LAPTOP = {"width": 1280, "height": 800}
PATIENCE = 60_000  # milliseconds; a bound on hanging
expect.set_options(timeout=PATIENCE)
REASON = re.compile(r"You answered each other \d+ times on the corridor channel in November 2026\.")


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip(f"the journey in a browser needs Debian's chromium ({CHROMIUM})")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        await browser.close()


@pytest.fixture
def screenshots(tmp_path: Path) -> Path:
    """Where pictures of the pages are kept."""
    folder = Path(os.environ.get("HALLWAY_SCREENSHOTS") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


async def enter(browser: Browser, link: str, size: dict[str, int], scheme: str = "light", js: bool = True) -> Page:
    """A browser of its own that went through a one-time link."""
    context = await browser.new_context(
        viewport={"width": size["width"], "height": size["height"]},
        color_scheme="dark" if scheme == "dark" else "light",
        java_script_enabled=js,
    )
    context.set_default_timeout(PATIENCE)
    page = await context.new_page()
    await page.goto(link)
    await page.get_by_role("button", name="Continue").click()
    await page.wait_for_url(re.compile("/c/"))
    return page


async def links(stack: Stack, pair: Pair) -> tuple[str, str, str]:
    """One-time links of the first, the second and the organizer."""
    at = f"/conferences/{pair.slug}"
    async with stack.api() as api:
        first = fine(await api.post(f"{at}/attendees/{pair.first}/login-link"))
        second = fine(await api.post(f"{at}/attendees/{pair.second}/login-link"))
        body = {"email": "organizer@example.org", "role": "owner"}
        organizer = fine(await api.post(f"{at}/organizers", json=body))
    return first["url"], second["url"], organizer["url"]


async def shows_session(page: Page, other: str) -> None:
    """Waits until this person's page, loaded again and again, has the scheduled session."""
    card = page.locator("article", has=page.get_by_role("heading", name=re.compile(f"with {other} Example")))
    async with page.expect_event("domcontentloaded"):
        await page.reload()
    for _ in range(100):
        if await card.get_by_text("Scheduled", exact=True).count():
            return
        await page.wait_for_timeout(200)
        await page.reload()
    raise AssertionError(await page.inner_text("main"))


async def test_two_say_yes_and_meet_while_the_organizer_watches(
    stack: Stack, pair: Pair, browser: Browser, screenshots: Path
) -> None:
    ada_link, ben_link, organizer_link = await links(stack, pair)
    organizer = await enter(browser, organizer_link, LAPTOP)
    await expect(organizer.locator("#scheduled")).to_have_text("0")
    await organizer.screenshot(path=screenshots / "1-dashboard-before.png", full_page=True)
    loads: list[str] = []
    organizer.on("framenavigated", lambda frame: loads.append(frame.url))

    ada = await enter(browser, ada_link, PHONE)
    ben = await enter(browser, ben_link, LAPTOP, scheme="dark")
    for name, page, other in (("ada", ada, "Ben"), ("ben", ben, "Ada")):
        await expect(page.get_by_role("heading", name=f"{other} Example", exact=True)).to_be_visible()
        await expect(page.get_by_text(REASON)).to_be_visible()
        await page.screenshot(path=screenshots / f"2-{name}-suggestion.png", full_page=True)
        await page.get_by_role("button", name="Yes, I would like that").click()
        await expect(page.get_by_text("You said yes. We will tell you when it is mutual.").first).to_be_visible()
        await page.screenshot(path=screenshots / f"3-{name}-yes.png", full_page=True)

    await expect(organizer.locator("#scheduled")).to_have_text("1", timeout=PATIENCE)
    await expect(organizer.locator("#people-reached")).to_have_text("2", timeout=PATIENCE)
    assert loads == []
    await organizer.screenshot(path=screenshots / "4-dashboard-after.png", full_page=True)

    for name, page, other in (("ada", ada, "Ben"), ("ben", ben, "Ada")):
        await shows_session(page, other)
        await expect(page.get_by_text(REASON)).to_be_visible()
        await page.screenshot(path=screenshots / f"5-{name}-session.png", full_page=True)


async def test_without_javascript_everything_can_be_done_too(
    stack: Stack, pair: Pair, browser: Browser, screenshots: Path
) -> None:
    ada_link, ben_link, _ = await links(stack, pair)
    ada = await enter(browser, ada_link, PHONE, js=False)
    ben = await enter(browser, ben_link, PHONE, js=False)
    for page in (ada, ben):
        await page.get_by_role("button", name="Yes, I would like that").click()
        await expect(page.locator(".notice")).to_have_text("You said yes. We will tell you when it is mutual.")
    await shows_session(ada, "Ben")

    async with ada.expect_download() as download:
        await ada.get_by_role("link", name="Add to my calendar").click()
    assert "BEGIN:VEVENT" in Path(await (await download.value).path()).read_text()
    await ada.get_by_role("link", name="Move it").click()
    await ada.get_by_role("radio").last.check()
    await ada.screenshot(path=screenshots / "6-offers.png", full_page=True)
    await ada.get_by_role("button", name="Move it").click()
    await expect(ada.locator(".notice")).to_contain_text("The session is moved")
    await ada.get_by_text("Call it off").click()
    await ada.get_by_role("button", name="Cancel this session").click()
    await expect(ada.locator(".notice")).to_contain_text("The session is cancelled")
    await ben.reload()
    await expect(ben.get_by_text("Cancelled", exact=True)).to_be_visible()
