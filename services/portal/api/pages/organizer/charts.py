"""The dashboard's charts as tables in words, from which a browser with JavaScript draws them."""

from uuid import UUID
from zoneinfo import ZoneInfo

from services.kit.db import Connection
from services.portal.api.pages.visit import Visit
from services.portal.domain import words
from services.portal.domain.charts import Cell, Chart
from services.portal.domain.language import N_, _
from services.portal.store import charts as store

# Title, and what is counted.
CHARTS = {
    "fair": (N_("Is it fair?"), N_("Those who joined, by how many sessions they have.")),
    "heat": (N_("When and where"), N_("Sessions by the hour they begin in, at the twelve busiest places.")),
    "ranks": (
        N_("Were the best first?"),
        N_(
            "Suggestions whose time is over, by their place on people's lists: how many were agreed on. Shown of "
            "twenty suggestions and people at least, so that it tells of nobody's answer."
        ),
    ),
    "evidence": (
        N_("What led to meetings"),
        N_("Sessions that were held, by what their people have in common."),
    ),
}
KINDS = {
    "reply": N_("answers"),
    "mention": N_("mentions"),
    "review": N_("reviews"),
    "comment": N_("comments"),
    "message": N_("messages"),
    "thread": N_("the same thread"),
}


async def charts(visit: Visit) -> list[Chart]:
    """All of them, in the order of the page, from one picture of the read model."""
    assert visit.conference
    here, now = visit.conference.id, visit.site.deps.clock()
    async with visit.site.deps.pool.acquire() as tx, tx.transaction(isolation="repeatable_read", readonly=True):
        return [
            await _fair(tx, here),
            await _heat(tx, here, visit.conference.time_zone),
            _ranks(await store.matched_by_rank(tx, here, now)),
            await _evidence(tx, here),
        ]


async def _fair(tx: Connection, conference: UUID) -> Chart:
    rows = tuple(await store.sessions_of_people(tx, conference))
    return Chart("fair", "bars", (_("Sessions"), _("People")), rows, _("Nobody has joined yet."))


async def _heat(tx: Connection, conference: UUID, zone: str) -> Chart:
    found = await store.hours_and_places(tx, conference, str(ZoneInfo(zone)))
    places = sorted({place for hour in found.values() for place in hour})
    rows: list[tuple[Cell, ...]] = [
        (f"{_(words.WEEKDAYS[hour.weekday()])[:2]} {hour:%H:%M}", *(sessions.get(place, 0) for place in places))
        for hour, sessions in sorted(found.items())
    ]
    return Chart("heat", "heat", (_("Hour"), *places), tuple(rows), _("No session has a place yet."))


def _ranks(found: list[tuple[int, int, int]]) -> Chart:
    columns = (_("Place on the list"), _("Suggestions"), _("Agreed on"), _("Share in per cent"))
    rows = tuple((str(r) if r < 5 else _("5 or later"), n, m, round(100 * m / n)) for r, n, m in found)
    return Chart("ranks", "bars", columns, rows, _("Too few suggestions are over yet."), "%")


async def _evidence(tx: Connection, conference: UUID) -> Chart:
    found = await store.evidence_of_held(tx, conference)
    rows = tuple((_source(source, kind), held) for source, kind, held in found)
    return Chart("evidence", "bars", (_("Source and kind"), _("Held sessions")), rows, _("No session was held yet."))


def _source(source: str, kind: str) -> str:
    if not source:
        return _("A shared interest")
    return f"{source}: {_(KINDS.get(kind, kind))}" if kind else source
