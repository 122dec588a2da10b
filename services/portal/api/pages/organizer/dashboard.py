"""The organizer's dashboard, and the stream that keeps an open one up to date."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

from fastapi import Response
from markupsafe import Markup
from sse_starlette import EventSourceResponse, ServerSentEvent

from services.kit.errors import Unavailable
from services.portal.api.pages.organizer.board import fragments
from services.portal.api.pages.organizer.charts import CHARTS
from services.portal.api.pages.organizer.health import sentences
from services.portal.api.pages.visit import ByOrganizer, Visit
from services.portal.api.worked import what_worked
from services.portal.domain.worked import Worked
from services.portal.store.dashboard import change_counter

STREAM_SECONDS = 600  # then the browser connects anew, and its role is looked at again
RETRY_MS = 1_000
WORKED_SECONDS = 30


async def dashboard(visit: ByOrganizer) -> Response:
    """GET /c/{slug}/dashboard."""
    assert visit.conference
    counter = await change_counter(visit.site.deps.pool, visit.conference.id)
    return visit.page(
        "dashboard.html", page="dashboard", fragments=await _fragments_at(visit, counter), charts=CHARTS,
        worked=await _worked(visit), health=await sentences(visit),
    )  # fmt: skip


async def _worked(visit: Visit) -> Worked | None:
    """Asked anew after a while; None: it cannot be had now, and the rest of the page needs no other service."""
    assert visit.conference
    clients, here = visit.site.deps.clients, visit.conference.id
    turn = int(visit.site.deps.clock().timestamp()) // WORKED_SECONDS
    try:
        return await visit.site.worked.get(here, turn, lambda: what_worked(clients, here))
    except Unavailable:
        return None


async def live(visit: ByOrganizer) -> Response:
    """GET /c/{slug}/dashboard/live: the dashboard's fragments as server-sent events, those that changed."""
    return EventSourceResponse(_changes(visit), ping=15, headers={"Cache-Control": "no-store"})


async def _changes(visit: Visit) -> AsyncIterator[ServerSentEvent]:
    """All fragments at once, which is how a browser that was away catches up; then what changes."""
    assert visit.conference
    shown: dict[str, str] = {}
    try:
        async with asyncio.timeout(STREAM_SECONDS), aclosing(visit.site.pulse.counters(visit.conference.id)) as beats:
            yield ServerSentEvent(event="hello", data="", retry=RETRY_MS)
            async for counter in beats:
                for name, text in (await _fragments_at(visit, counter)).items():
                    if shown.get(name) != text:
                        shown[name] = text
                        yield ServerSentEvent(event=name, data=text)
    except TimeoutError:
        return


async def _fragments_at(visit: Visit, counter: int) -> dict[str, Markup]:
    assert visit.conference and visit.identity
    key = (visit.conference.id, visit.identity.sees_people, visit.language)  # all that the fragments depend on
    return await visit.site.boards.get(key, counter, lambda: fragments(visit))
