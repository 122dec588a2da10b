"""The desk: find who stands before it, say with one tap that they are here, register who has no ticket."""

import asyncio
from uuid import UUID

from fastapi import Response
from hallway.attendee.v1 import service_pb2 as attendee_pb

from services.kit.errors import Conflict, Invalid, NotFound, Unavailable
from services.kit.ids import new_id, parse_id
from services.portal.api import acting
from services.portal.api.on_site import offers_now
from services.portal.api.pages.organizer import people
from services.portal.api.pages.visit import ByDesk, Visit
from services.portal.domain import words
from services.portal.domain.language import N_, _
from services.portal.domain.sign_in import is_address, usual_address
from services.portal.store import reads

TRIES, PAUSE = 6, 0.4  # seconds; somebody registered a moment ago is on the way to the scheduling service
DONE = {
    "here": N_("Checked in. Their sessions' people can see it."),
    "walked_in": N_("Registered and checked in."),
    "registered": N_("Registered. Tap “Is here” in a moment; they are not known everywhere yet."),
}


async def desk(visit: ByDesk, q: str = "", page: int = 0, done: str = "") -> Response:
    """GET /c/{slug}/desk."""
    return await _page(visit, q, page, {}, _(DONE.get(done, "")))


async def here(visit: ByDesk) -> Response:
    """POST /c/{slug}/desk/here: a person of this conference is here."""
    assert visit.conference
    who, _handles = await people.person(visit, parse_id(visit.value("person", 40), "person"))
    visit.target(str(who.id))
    await acting.check_in(visit.site.deps.clients, visit.conference.id, who.id)
    return visit.go(f"/c/{visit.conference.slug}/desk/people/{who.id}?done=here")


async def walk_in(visit: ByDesk) -> Response:
    """POST /c/{slug}/desk/walk-in: registers somebody who takes part, and says that they are here."""
    assert visit.conference
    name, address = " ".join(visit.value("name", 201).split()), usual_address(visit.value("email", 300))
    problems = {}
    if not name:
        problems["name"] = _("Write the person's name.")
    if not is_address(address):
        problems["email"] = _("That is not a mail address. Write it as name@example.org.")
    if visit.value("agreed") != "yes":
        problems["agreed"] = _("Ask whether they want to be introduced to people, and tick it.")
    clients, conference = visit.site.deps.clients, visit.conference.id
    interests = [word.strip().lower() for word in visit.value("interests", 1_000).split(",") if word.strip()]
    if not problems:
        registration = attendee_pb.Registration(
            ticket=f"walk-in-{new_id().hex[-12:]}", name=name, email=address, interests=interests, joined=True
        )
        try:
            person = await acting.seat_walk_in(clients, conference, registration)
        except Invalid as error:
            problems = {_field(problem.field): problem.message for problem in error.problems}
        except Conflict as error:
            problems = {"email": error.message}
        else:
            visit.target(str(person))
            done = "walked_in" if await _arrives(visit, person) else "registered"
            return visit.go(f"/c/{visit.conference.slug}/desk/people/{person}?done={done}")
    return await _page(visit, "", 0, problems, "")


def _field(name: str) -> str:
    """The form's field that a registration's problem belongs to."""
    last = name.rpartition(".")[2].partition("[")[0]
    return last if last in ("name", "email", "interests") else "email"


async def _arrives(visit: Visit, person: UUID) -> bool:
    assert visit.conference
    for _try in range(TRIES):
        try:
            await acting.check_in(visit.site.deps.clients, visit.conference.id, person)
            return True
        except (NotFound, Conflict):
            await asyncio.sleep(PAUSE)
    return False


async def person(visit: ByDesk, attendee_id: UUID, done: str = "") -> Response:
    """GET /c/{slug}/desk/people/{attendee_id}: what they could do within twenty minutes, for who asks at the desk."""
    assert visit.conference
    who, _handles = await people.person(visit, attendee_id)
    deps = visit.site.deps
    try:
        offers = await offers_now(deps.clients, visit.conference.id, who.id)
        is_here = True
    except (Conflict, NotFound):
        offers, is_here = [], False
    except Unavailable:
        offers, is_here = [], True
    names = await reads.names(deps.pool, {UUID(i) for offer in offers for i in offer.attendee_ids})
    shown = [
        (words.together([names.get(UUID(i), "") for i in o.attendee_ids if UUID(i) != who.id]), o.offer.place_name)
        for o in offers
    ]
    return visit.page(
        "organizer/desk_person.html", page="desk", who=who, is_here=is_here, offers=shown, notice=_(DONE.get(done, ""))
    )


async def _page(visit: Visit, q: str, page: int, problems: dict[str, str], notice: str) -> Response:
    typed = {name: visit.value(name, 1_000) for name in ("name", "email", "interests", "agreed")}
    return visit.page(
        "organizer/desk.html", 422 if problems else 200, page="desk", problems=problems, typed=typed, notice=notice,
        **await people.search(visit, q, page),
    )  # fmt: skip
