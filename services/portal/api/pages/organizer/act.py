"""Where organizers act: find people and look at them, pair two by hand, pause matching, tell everybody something."""

from typing import Any
from uuid import UUID

from fastapi import Response

from services.kit.errors import Conflict, Unavailable
from services.kit.ids import parse_id
from services.portal.api import acting
from services.portal.api.pages.organizer import people
from services.portal.api.pages.organizer.lists import ATTENDEE_STATES
from services.portal.api.pages.visit import ByActor, Visit
from services.portal.domain.language import N_, _
from services.portal.domain.read_model import Attendee
from services.portal.store import announcements
from services.portal.store import people as store

ANNOUNCEMENT_CHARACTERS = 500
DONE = {
    "paused": N_("Matching is paused. What is open stays open."),
    "on": N_("Matching goes on."),
    "announced": N_("Everybody who takes part sees it on their page."),
    "paired": N_(
        "Taken. If nothing they said earlier speaks against it and both have room, the two are now suggested to each "
        "other. Whether they are is not shown here: it would tell what somebody said."
    ),
    "cancelled": N_("The session is called off, and its people are told."),
    "moved": N_("The session is moved, and its people are told."),
}


async def act(visit: ByActor, q: str = "", page: int = 0, done: str = "") -> Response:
    """GET /c/{slug}/act."""
    return await _page(visit, await people.search(visit, q, page), {}, _(DONE.get(done, "")))


async def person(visit: ByActor, attendee_id: UUID, done: str = "") -> Response:
    """GET /c/{slug}/act/people/{attendee_id}: what organizers may see of somebody; no answers, no handles."""
    assert visit.conference
    who, handles = await people.person(visit, attendee_id)
    return visit.page(
        "organizer/person.html", page="act", who=who, handles=handles, state=_(ATTENDEE_STATES[who.state]),
        known=await store.known(visit.site.deps.pool, visit.conference.id, attendee_id),
        sessions=await people.sessions_of(visit, attendee_id), notice=_(DONE.get(done, "")),
    )  # fmt: skip


async def choose_pair(visit: ByActor, person: str, q: str = "", page: int = 0) -> Response:
    """GET /c/{slug}/act/pair?person=...: whom to suggest to them."""
    who, _handles = await people.person(visit, parse_id(person, "person"))
    found = await people.search(visit, q, page)
    return visit.page("organizer/pair.html", page="act", who=who, problem="", **found)


async def pair(visit: ByActor) -> Response:
    """POST /c/{slug}/act/pair. That both take part can be seen here; nothing else makes it answer otherwise."""
    assert visit.conference
    first, second = (parse_id(visit.value(name, 40), name) for name in ("person", "other"))
    visit.target(f"{first} {second}")
    who, _handles = await people.person(visit, first)
    other, _handles = await people.person(visit, second)
    if problem := _unfit(who, other):
        found = await people.search(visit, visit.value("q", 100), 0)
        return visit.page("organizer/pair.html", 422, page="act", who=who, problem=problem, **found)
    await acting.suggest_pair(visit.site.deps.clients, visit.conference.id, first, second)
    return visit.go(f"/c/{visit.conference.slug}/act/people/{first}?done=paired")


def _unfit(who: Attendee, other: Attendee) -> str:
    if who.id == other.id:
        return _("Choose somebody else: nobody is suggested to themselves.")
    away = next((one for one in (who, other) if one.state != "joined"), None)
    return _("%(name)s does not take part at the moment.") % {"name": away.name} if away else ""


async def pause(visit: ByActor) -> Response:
    """POST /c/{slug}/act/matching: paused, or on again."""
    assert visit.conference
    paused = visit.value("paused") == "yes"
    await acting.pause_matching(visit.site.deps.clients, visit.conference.id, paused)
    return visit.go(f"/c/{visit.conference.slug}/act?done={'paused' if paused else 'on'}")


async def announce(visit: ByActor) -> Response:
    """POST /c/{slug}/act/announce: a few plain words on everybody's page and, if ticked, by mail."""
    assert visit.conference
    said = visit.value("text", ANNOUNCEMENT_CHARACTERS + 1)
    problem = "" if said else _("Write what everybody should know.")
    if len(said) > ANNOUNCEMENT_CHARACTERS:
        problem = _("At most %(most)s characters.") % {"most": ANNOUNCEMENT_CHARACTERS}
    if not problem:
        deps = visit.site.deps
        try:
            async with deps.pool.acquire() as tx, tx.transaction():
                by_mail = visit.value("mail") == "yes"
                await announcements.announce(tx, visit.conference.id, said, by_mail, deps.clock())
            return visit.go(f"/c/{visit.conference.slug}/act?done=announced")
        except Conflict as conflict:
            problem = _(conflict.message)
    return await _page(visit, await people.search(visit, "", 0), {"text": problem}, "")


async def _page(visit: Visit, found: dict[str, Any], problems: dict[str, str], notice: str) -> Response:
    assert visit.conference
    try:
        paused: bool | None = await acting.is_matching_paused(visit.site.deps.clients, visit.conference.id)
    except Unavailable:
        paused = None
    return visit.page(
        "organizer/act.html", 422 if problems else 200, page="act", notice=notice, paused=paused, problems=problems,
        text=visit.value("text", ANNOUNCEMENT_CHARACTERS), by_mail=visit.value("mail") == "yes",
        most=ANNOUNCEMENT_CHARACTERS, **found,
    )  # fmt: skip
