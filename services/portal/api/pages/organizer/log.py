"""Who did what: the log of commands as a page and as CSV."""

from collections.abc import Iterable, Sequence
from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import Response

from services.portal.api.pages.organizer.listing import Listing, Row, export, show
from services.portal.api.pages.visit import ByLogReader, Visit
from services.portal.domain.language import _
from services.portal.domain.log import ACTIONS, OUTCOMES
from services.portal.store import log as store
from services.portal.store import reads
from services.portal.store.log import Entry


async def log(visit: ByLogReader, after: UUID | None = None) -> Response:
    """GET /c/{slug}/log."""
    return await show(visit, _listing(visit), after)


async def log_file(visit: ByLogReader) -> Response:
    """GET /c/{slug}/log.csv."""
    return await export(visit, _listing(visit))


def _listing(visit: Visit) -> Listing:
    assert visit.conference
    return Listing(
        name="log",
        heading=_("Who did what"),
        caption=_(
            "Every command of organizers and of systems that use the API, the newest first. What attendees do "
            "themselves is not in it. Times are local in %(zone)s."
        )
        % {"zone": visit.conference.time_zone},
        columns=(_("When"), _("Who"), _("What"), _("About"), _("Outcome")),
        empty=_("Nothing yet."),
        read=partial(_rows, visit),
    )


async def _rows(visit: Visit, after: UUID | None, limit: int) -> Sequence[Row]:
    assert visit.conference
    found = await store.entries(visit.site.deps.pool, visit.conference.id, after, limit)
    names, zone = await _names(visit, found), ZoneInfo(visit.conference.time_zone)
    return [
        (
            e.id,
            (
                e.at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S"),
                e.who,
                _(ACTIONS.get(e.action, e.action)),
                names.get(e.target, e.target),
                _(OUTCOMES[e.outcome]),
            ),
        )
        for e in found
    ]


async def _names(visit: Visit, entries: Iterable[Entry]) -> dict[str, str]:
    """The names of the people entries are about, by what the entry says; the log itself keeps nobody's name."""
    people: dict[str, list[UUID]] = {}
    for entry in entries:
        try:
            people[entry.target] = [UUID(part) for part in entry.target.split()]
        except ValueError:
            continue
    names = await reads.names(visit.site.deps.pool, {i for ids in people.values() for i in ids})
    return {
        target: ", ".join(names[i] for i in ids) for target, ids in people.items() if ids and names.keys() >= set(ids)
    }
