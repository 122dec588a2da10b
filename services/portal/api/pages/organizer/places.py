"""The venue's places: all of them as a table one can change, and one of them closed for a while."""

from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import Response
from hallway.scheduling.v1 import scheduling_pb2
from hallway.scheduling.v1 import service_pb2 as scheduling_pb

from services.kit.errors import Conflict, Invalid, NotFound
from services.portal.api import events as convert
from services.portal.api import venue
from services.portal.api.pages.organizer import people
from services.portal.api.pages.organizer.people import SessionLine
from services.portal.api.pages.visit import BySetUp, Visit
from services.portal.domain import programme
from services.portal.domain.language import N_, _

TABLE_CHARACTERS = 200_000
DONE = {
    "saved": N_("The places are changed. Whose session lost its place is asked to choose another one."),
    "closed": N_("The place is closed then. Whose session was there is asked to choose another one."),
    "undone": N_("The last change is taken back."),
}


async def places(visit: BySetUp, done: str = "") -> Response:
    """GET /c/{slug}/setup/places."""
    return await _places(visit, notice=_(DONE.get(done, "")))


async def save_places(visit: BySetUp, preview: bool = False) -> Response:
    """POST /c/{slug}/setup/places: all places out of the table; with ?preview nothing is changed."""
    assert visit.conference
    table = visit.value("table", TABLE_CHARACTERS)
    try:
        rows = programme.venue_from_csv(table.encode(), ZoneInfo(visit.conference.time_zone))
        reply = await venue.replace(
            visit.site.deps.clients, visit.conference.id, list(map(venue.place, rows)), preview, _rehome(visit)
        )
    except Invalid as error:
        return await _places(visit, table, [problem.message for problem in error.problems] or [error.message])
    except Conflict as error:
        return await _places(visit, table, [_(error.message)])
    if preview:
        return await _places(visit, table, would=await _sessions(visit, reply))
    return visit.go(f"{_home(visit)}?done=saved")


def _rehome(visit: Visit) -> bool:
    return visit.value("rehome") == "yes"


def _home(visit: Visit) -> str:
    assert visit.conference
    return f"/c/{visit.conference.slug}/setup/places"


async def _sessions(visit: Visit, reply: scheduling_pb.SetVenueResponse) -> list[SessionLine]:
    now = visit.site.deps.clock()
    return await people.lines(visit, [convert.session(s, 0, now) for s in reply.sessions])


async def _places(
    visit: Visit,
    table: str | None = None,
    problems: list[str] | None = None,
    notice: str = "",
    would: list[SessionLine] | None = None,
) -> Response:
    assert visit.conference
    now = await venue.read(visit.site.deps.clients, visit.conference.id)
    zone = ZoneInfo(visit.conference.time_zone)
    return visit.page(
        "organizer/places.html", 422 if problems else 200, page="setup", places=now.places, notice=notice, would=would,
        table=venue.as_table(now.places, zone) if table is None else table, problems=problems or [],
        rehome=_rehome(visit), example=venue.EXAMPLE,
    )  # fmt: skip


async def close_form(visit: BySetUp, place_id: UUID) -> Response:
    """GET /c/{slug}/setup/places/{place_id}/close: from now to the end of the day, unless one says otherwise."""
    assert visit.conference
    now = visit.site.deps.clock().astimezone(ZoneInfo(visit.conference.time_zone)).replace(second=0, microsecond=0)
    night = (now + timedelta(days=1)).replace(hour=0, minute=0)
    return await _close_page(visit, place_id, f"{now:%Y-%m-%dT%H:%M}", f"{night:%Y-%m-%dT%H:%M}")


async def close(visit: BySetUp, place_id: UUID, preview: bool = False) -> Response:
    """POST /c/{slug}/setup/places/{place_id}/close; with ?preview it says whose sessions would be asked to move."""
    assert visit.conference
    now = await venue.read(visit.site.deps.clients, visit.conference.id)
    wanted = _find(now.places, place_id)
    starts, ends = visit.value("from", 16), visit.value("to", 16)
    zone = ZoneInfo(wanted.time_zone or visit.conference.time_zone)
    first, last = programme.local(starts, zone), programme.local(ends, zone)
    problems = {}
    if first is None:
        problems["from"] = _("Write a date and a time, such as 2027-05-14 12:00.")
    if last is None or (first and last <= first):
        problems["to"] = _("Write a date and a time after the first.")
    if first is None or last is None or problems:
        return await _close_page(visit, place_id, starts, ends, problems)
    wanted.closed.append(venue.interval(first, last))
    try:
        reply = await venue.replace(visit.site.deps.clients, visit.conference.id, now.places, preview, rehome=True)
    except (Invalid, Conflict) as error:
        return await _close_page(visit, place_id, starts, ends, {"to": _(error.message)})
    if preview:
        return await _close_page(visit, place_id, starts, ends, would=await _sessions(visit, reply))
    return visit.go(f"{_home(visit)}?done=closed")


def _find(places: list[scheduling_pb2.Place], place_id: UUID) -> scheduling_pb2.Place:
    for one in places:
        if one.id == str(place_id):
            return one
    raise NotFound("place", place_id)


async def _close_page(
    visit: Visit,
    place_id: UUID,
    starts: str,
    ends: str,
    problems: dict[str, str] | None = None,
    would: list[SessionLine] | None = None,
) -> Response:
    assert visit.conference
    now = await venue.read(visit.site.deps.clients, visit.conference.id)
    return visit.page(
        "organizer/close.html", 422 if problems else 200, page="setup", place=_find(now.places, place_id),
        starts=starts, ends=ends, problems=problems or {}, would=would,
    )  # fmt: skip


async def undo(visit: BySetUp) -> Response:
    """POST /c/{slug}/setup/undo: takes back the last change of places, formats or talks."""
    assert visit.conference
    try:
        await venue.undo(visit.site.deps.clients, visit.conference.id)
    except (Conflict, NotFound) as error:
        return await _places(visit, problems=[_(error.message)])
    return visit.go(f"{_home(visit)}?done=undone")
