"""Pictures of every page, in both themes, on phone and laptop: `python -m tests.screenshots FOLDER`."""

import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from hallway.attendee.v1 import attendee_pb2
from hallway.matchmaking.v1 import matchmaking_pb2
from playwright.async_api import Browser

from embedded.postgres import Postgres
from services.kit import db
from services.kit.migrate import migrate
from services.portal.app import MIGRATIONS
from services.portal.store.sign_in import Signer
from tests.component.portal_stage import (
    ADA,
    BO,
    CONFERENCE,
    CY,
    PLACE,
    SESSION,
    SOURCE,
    Stage,
    raise_stage,
    session,
    suggestion,
)
from tests.component.test_portal_lists import people_it
from tests.portal_browser import LAPTOP, PHONE, chromium, served, window

ME = "/c/northcamp/me"
PAGES = {
    "front": "/", "design": "/design", "me": ME, "step-1": f"{ME}/steps/1", "step-2": f"{ME}/steps/2",
    "step-3": f"{ME}/steps/3", "profile": f"{ME}/profile", "data": f"{ME}/data",
    "withdraw": f"{ME}/data/sources/{SOURCE}", "erase": f"{ME}/erase", "erased": "/c/northcamp/erased",
    "unsubscribe": f"/unsubscribe/{Signer('s' * 40).unsubscribe_token(ADA)}",
    "now": f"{ME}/now",
    "offers": f"{ME}/sessions/{SESSION}/offers", "not-there": "/nothing",
}  # fmt: skip


ORGANIZERS = "/c/northcamp"
ORGANIZER_PAGES = {
    "dashboard": "dashboard", "attendees": "attendees", "sessions": "sessions", "left-out": "left-out", "act": "act",
    "person": f"act/people/{ADA}", "pair": f"act/pair?person={ADA}", "session": f"act/sessions/{SESSION}",
    "desk": "desk", "at-desk": f"desk/people/{ADA}", "setup": "setup", "places": "setup/places",
    "close": f"setup/places/{PLACE}/close",
    "formats": "setup/formats", "weights": "setup/weights", "team": "team", "log": "log", "screens": "screens",
}  # fmt: skip


@asynccontextmanager
async def stage() -> AsyncIterator[Stage]:
    """A portal with a suggestion, a table, and a session in half an hour."""
    with tempfile.TemporaryDirectory() as folder:
        postgres = Postgres(Path(folder), durable=False)
        postgres.start()
        postgres.create_database("portal", "hallway_portal")
        url = postgres.service_url("portal", "hallway_portal")
        await migrate(url, MIGRATIONS)
        pool = await db.create_pool(url, 5)
        made, server, clients = await raise_stage(pool)
        made.matchmaking.suggestions = [suggestion(), table()]
        made.scheduling.sessions = [session(0.5)]
        made.scheduling.here = True
        await people_it(pool)
        yield made
        await made.browser.aclose()
        await clients.stop()
        await server.stop(None)
        pool.terminate()
        postgres.destroy()


def table() -> object:
    """An open table of three."""
    own = suggestion()
    own.suggestion.id = "01970000-0000-7000-8000-0000000000f9"
    own.suggestion.attendee_ids[:] = [str(ADA), str(BO), str(CY)]
    own.suggestion.route = matchmaking_pb2.ROUTE_OPEN_TABLE
    own.suggestion.format = "table"
    del own.suggestion.evidence[:]
    return own


async def take(browser: Browser, made: Stage, url: str, folder: Path) -> None:
    """Every page in both themes on both screens."""
    for screen, size in (("phone", PHONE), ("laptop", LAPTOP)):
        for theme in ("light", "dark"):
            context = await window(browser, size, theme)
            page = await context.new_page()
            await page.goto(url + await made.link())
            await page.get_by_role("button", name="Continue").click()
            await page.wait_for_url("**/me")
            for name, path in PAGES.items():
                await page.goto(url + path)
                await page.screenshot(path=folder / f"{name}-{screen}-{theme}.png", full_page=True)
            made.attendees.state = attendee_pb2.ATTENDEE_STATE_REGISTERED
            await page.goto(url + ME)
            await page.screenshot(path=folder / f"join-{screen}-{theme}.png", full_page=True)
            made.attendees.state = attendee_pb2.ATTENDEE_STATE_JOINED
            await page.goto(url + await made.link("org@example.org", "owner"))
            await page.get_by_role("button", name="Continue").click()
            await page.wait_for_url("**/dashboard")
            for name, path in ORGANIZER_PAGES.items():
                await page.goto(f"{url}{ORGANIZERS}/{path}")
                await page.screenshot(path=folder / f"{name}-{screen}-{theme}.png", full_page=True)
            await context.close()


async def main(folder: Path) -> None:
    """Takes them all."""
    folder.mkdir(parents=True, exist_ok=True)
    async with stage() as made, served(made.app) as url, chromium() as browser:
        await take(browser, made, url, folder)
    print(f"{len(list(folder.glob('*.png')))} pictures in {folder}, of {CONFERENCE}")


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1] if len(sys.argv) > 1 else "screenshots")))
