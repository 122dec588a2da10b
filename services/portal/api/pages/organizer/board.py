"""The organizer's dashboard as fragments, each of which can be replaced in an open page."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup

from services.portal.api.pages import views
from services.portal.api.pages.organizer.charts import charts
from services.portal.api.pages.visit import Visit
from services.portal.domain.dashboard import Dashboard, Latest
from services.portal.domain.language import N_, _
from services.portal.domain.words import format_words
from services.portal.store import community, reads
from services.portal.store.dashboard import dashboard

STATES = {
    "unplaced": N_("waits for a slot"),
    "scheduled": N_("scheduled"),
    "cancelled": N_("cancelled"),
    "held": N_("held"),
    "missed": N_("did not happen"),
}
# Whom a figure counts, by the group of store/dashboard.py.
GROUP_WORDS = {
    "registered": N_("Registered"),
    "joined": N_("Joined"),
    "with_ties": N_("With ties"),
    "suggested": N_("Suggested"),
    "matched": N_("Both said yes"),
    "people_reached": N_("Have a session"),
    "people_met": N_("Have met"),
    "missed_by": N_("Missed a session"),
    "recovered": N_("Got another session after that"),
}
FUNNEL = ("registered", "joined", "with_ties", "suggested", "matched", "people_reached", "people_met")
FRAGMENTS = ("numbers", "funnel", "left_out", "latest", "sources", "community")


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
        "community": await community.counts(visit.site.deps.pool, visit.conference.id),
    }
    parts = {name: Markup(visit.text(f"parts/board_{name}.html", **values)) for name in FRAGMENTS}
    drawn = {chart.name: Markup(visit.text("parts/chart.html", chart=chart)) for chart in await charts(visit)}
    return parts | drawn


@dataclass(frozen=True)
class Step:
    """A step of the funnel; ``lost``: per cent of the step before that did not come so far, None: not lower."""

    text: str
    group: str  # empty: no list is behind it
    count: int | None  # None: too few to be shown
    lost: int | None


def funnel(board: Dashboard) -> list[Step]:
    """How many people came how far."""
    steps, before = [], 0
    counts = [(_(GROUP_WORDS[group]), group, getattr(board, group)) for group in FUNNEL]
    for text, group, count in [*counts, (_("Would meet again"), "", board.would_meet_again)]:
        fewer = group != "" and before > count
        steps.append(Step(text, group, count, round(100 * (before - count) / before) if fewer else None))
        before = count or 0
    return steps


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
