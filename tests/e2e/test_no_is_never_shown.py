"""Promise 2 from outside, on the real stack: a no changes nothing that anybody else can fetch or is sent."""

import re
from contextlib import AsyncExitStack

import asyncpg
import httpx
import pytest

from tests.conftest import eventually
from tests.e2e.conftest import Pair, Stack, fine
from tests.portal_hall import submit

CALENDAR = re.compile(r'href="[^"]*(/calendar/[^"]+\.ics)"')
Seen = dict[str, tuple[int, str]]


async def enter(stack: Stack, pair: Pair, attendee: str) -> httpx.AsyncClient:
    """A browser signed in as this person."""
    async with stack.api() as api:
        link = fine(await api.post(f"/conferences/{pair.slug}/attendees/{attendee}/login-link"))["url"]
    browser = httpx.AsyncClient(base_url=stack.url, timeout=60, follow_redirects=True)
    await submit(browser, link, link)
    return browser


async def everything(stack: Stack, browser: httpx.AsyncClient, pair: Pair, attendee: str) -> Seen:
    """All that this person's browser and calendar can fetch, and all that the API tells anybody, as it comes."""
    me, seen = f"/c/{pair.slug}/me", Seen()
    home = await browser.get(me)
    feed = CALENDAR.search(home.text)
    for path in (
        me, f"{me}/profile", f"{me}/data", f"{me}/data.json", f"{me}/now", f"{me}/sessions/{pair.suggestion}/offers",
        f"{me}/sessions/{pair.suggestion}.ics", f"/c/{pair.slug}/dashboard", *([feed[1]] if feed else []),
    ):  # fmt: skip
        answer = await browser.get(path)
        seen[path] = (answer.status_code, answer.text)
    async with stack.api() as api:
        at = f"/conferences/{pair.slug}"
        own = [f"{at}/attendees/{who}/{what}" for who in (pair.first, pair.second)
               for what in ("suggestions", "calendar.ics", "availability")]  # fmt: skip
        for path in (*own, f"{at}/attendees", f"{at}/sessions", f"{at}/dashboard", f"{at}/ties", f"{at}/sources"):
            answer = await api.get(path)
            seen[path] = (answer.status_code, answer.text)
    assert all(status in (200, 401, 404) for status, _ in seen.values()), {p: s for p, (s, _) in seen.items()}
    return seen


class Databases:
    """What the services keep: only to wait until they are quiet, to hurry mails, and to see what was told."""

    def __init__(self, portal: asyncpg.Connection, matchmaking: asyncpg.Connection) -> None:
        self.portal, self.matchmaking = portal, matchmaking

    async def quiet(self) -> bool:
        """Whether nothing is left to be solved, told, or sent; mails that are held back are sent now."""
        await self.portal.execute("UPDATE mail SET next_try_at = now() WHERE next_try_at > now()")
        waiting = "SELECT count(*) FROM mail WHERE sent_at IS NULL AND dropped_at IS NULL"
        told = "SELECT count(*) FROM outbox WHERE sent_at IS NULL"
        asked = "SELECT count(*) FROM solve_request"
        left = [await self.portal.fetchval(waiting)]
        left += [await self.matchmaking.fetchval(query) for query in (told, asked)]
        return not any(left)

    async def mails(self, pair: Pair) -> list[asyncpg.Record]:
        """Every mail the other person was sent, and what became of it."""
        return await self.portal.fetch(
            "SELECT id, kind, sent_at, dropped_at FROM mail WHERE recipient = $1 ORDER BY id", pair.second
        )

    async def events(self, pair: Pair) -> list[asyncpg.Record]:
        """Everything matchmaking told of the suggestion, as it stands in the topics."""
        return await self.matchmaking.fetch(
            "SELECT topic, key, type, sequence, payload FROM outbox WHERE key = $1 ORDER BY position", pair.suggestion
        )


@pytest.mark.parametrize("answer", ["no", "not_now", "blocked", "met"])
async def test_what_can_be_fetched_and_is_sent_is_the_same_to_the_byte_before_and_after(
    stack: Stack, pair: Pair, answer: str
) -> None:
    async with AsyncExitStack() as closing:
        opened = [await asyncpg.connect(stack.databases[name]) for name in ("portal", "matchmaking")]
        for connection in opened:
            closing.push_async_callback(connection.close)
        databases = Databases(*opened)
        ada, ben = await enter(stack, pair, pair.first), await enter(stack, pair, pair.second)
        for browser in (ada, ben):
            closing.push_async_callback(browser.aclose)
        me = f"/c/{pair.slug}/me"

        await eventually(databases.quiet)
        before, hers = [await everything(stack, b, pair, who) for b, who in ((ben, pair.second), (ada, pair.first))]
        told, sent = await databases.events(pair), await databases.mails(pair)
        assert "Ada Example" in before[me][1] and told
        assert "suggestions" in {mail["kind"] for mail in sent}

        await submit(ada, f"{me}/suggestions/{pair.suggestion}/answer", me, answer=answer)
        await eventually(databases.quiet)
        after = await everything(stack, ada, pair, pair.first)
        assert {path for path in after if after[path] != hers[path]} == {me, f"{me}/data.json"}  # hers alone changed
        for _ in range(3):
            now = await everything(stack, ben, pair, pair.second)
            assert {path: now[path] for path in now if now[path] != before[path]} == {}
        assert await databases.events(pair) == told
        assert await databases.mails(pair) == sent
