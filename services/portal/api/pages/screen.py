"""The hall's display: how many meet, and where and when the next sessions are. It names nobody."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from zoneinfo import ZoneInfo

from fastapi import Response
from markupsafe import Markup
from sse_starlette import EventSourceResponse, ServerSentEvent

from services.kit.errors import NotFound
from services.portal.api.pages import views
from services.portal.api.pages.visit import Anybody, Visit
from services.portal.domain import words
from services.portal.domain.language import _
from services.portal.store import reads
from services.portal.store import screens as store
from services.portal.store.dashboard import change_counter, dashboard

STREAM_SECONDS = 60  # then the display connects anew: time passes too, and the address may be switched off
RETRY_MS = 1_000


async def screen(visit: Anybody, token: str) -> Response:
    """GET /screen/{token}."""
    await _open(visit, token)
    assert visit.conference
    counter = await change_counter(visit.site.deps.pool, visit.conference.id)
    return visit.page("screen.html", live=f"{visit.request.url.path}/live", content=await _content_at(visit, counter))


async def live(visit: Anybody, token: str) -> Response:
    """GET /screen/{token}/live."""
    await _open(visit, token)
    return EventSourceResponse(_changes(visit), ping=15, headers={"Cache-Control": "no-store"})


async def _open(visit: Visit, token: str) -> None:
    pool, id = visit.site.deps.pool, visit.site.deps.signer.screen_id(token)
    conference = await store.conference_of(pool, id) if id else None
    visit.conference = await reads.conference_by_id(pool, conference) if conference else None
    if visit.conference is None:
        raise NotFound("screen", "of this address")


async def _changes(visit: Visit) -> AsyncIterator[ServerSentEvent]:
    assert visit.conference
    try:
        async with asyncio.timeout(STREAM_SECONDS), aclosing(visit.site.pulse.counters(visit.conference.id)) as beats:
            yield ServerSentEvent(event="hello", data="", retry=RETRY_MS)
            async for counter in beats:
                yield ServerSentEvent(event="screen", data=await _content_at(visit, counter))
    except TimeoutError:
        return


async def _content_at(visit: Visit, counter: int) -> Markup:
    """Rendered once for all displays of a conference, for each change and each minute."""
    assert visit.conference
    minute = int(visit.site.deps.clock().timestamp()) // 60
    key = (visit.conference.id, "screen", visit.language)
    return (await visit.site.boards.get(key, hash((counter, minute)), lambda: _content(visit)))["screen"]


async def _content(visit: Visit) -> dict[str, Markup]:
    assert visit.conference
    pool, zone = visit.site.deps.pool, ZoneInfo(visit.conference.time_zone)
    board = await dashboard(pool, visit.conference.id)
    coming = []
    for session in await store.coming(pool, visit.conference.id, visit.site.deps.clock()):
        day, hours = views.when(session.starts_at, session.starts_at, zone)
        what = words.FORMAT_NAMES.get(session.format, session.format)
        coming.append({"day": day, "time": hours[:5], "place": session.place_name, "what": _(what)})
    return {"screen": Markup(visit.text("parts/screen.html", board=board, coming=coming))}
