"""The organizer's dashboard as fragments, each of which can be replaced in an open page."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup

from services.portal.api.pages import views
from services.portal.api.pages.visit import Visit
from services.portal.domain.dashboard import Dashboard, Latest
from services.portal.domain.language import N_, _
from services.portal.domain.words import format_words
from services.portal.store import reads
from services.portal.store.dashboard import dashboard

STATES = {
    "unplaced": N_("waits for a slot"),
    "scheduled": N_("scheduled"),
    "cancelled": N_("cancelled"),
    "held": N_("held"),
    "missed": N_("did not happen"),
}
FRAGMENTS = ("numbers", "funnel", "left_out", "latest", "sources")


async def fragments(visit: Visit) -> dict[str, Markup]:
    """Each part of the dashboard by name, for this visit's role; none knows of an answer."""
    assert visit.conference and visit.identity
    board = await dashboard(visit.site.deps.pool, visit.conference.id)
    zone = ZoneInfo(visit.conference.time_zone)
    values: dict[str, Any] = {
        "board": board,
        "funnel": funnel(board),
        "sees_people": visit.identity.sees_people,
        "latest": [_line(session, zone) for session in board.latest],
        "sources": await reads.sources(visit.site.deps.pool, visit.conference.id),
    }
    return {name: Markup(visit.text(f"parts/board_{name}.html", **values)) for name in FRAGMENTS}


def funnel(board: Dashboard) -> list[tuple[str, int]]:
    """How many people came how far."""
    return [
        (_("Registered"), board.registered),
        (_("Joined"), board.joined),
        (_("With ties"), board.with_ties),
        (_("Suggested"), board.suggested),
        (_("Matched"), board.matched),
        (_("Reached"), board.people_reached),
    ]


def _line(session: Latest, zone: ZoneInfo) -> dict[str, str]:
    what = format_words(session.format)
    where = f"{what} · {session.place_name}" if session.place_name else what
    return {"title": where[:1].upper() + where[1:], "detail": f"{_time(session.starts_at, zone)}{_state(session)}"}


def _time(starts: datetime | None, zone: ZoneInfo) -> str:
    if starts is None:
        return ""
    day, hours = views.when(starts, starts, zone)
    return f"{day}, {hours[:5]} · "


def _state(session: Latest) -> str:
    return _(STATES.get(session.state, session.state))
