"""What organizers do: suggest two people by hand, pause matching, tell everybody something."""

from fastapi import APIRouter

from services.kit.errors import Invalid
from services.portal.api import acting
from services.portal.api.http.bodies import Announcement, Matching, Pair
from services.portal.api.http.call import Actor, Programmer, Reader
from services.portal.store import announcements

router = APIRouter(prefix="/conferences/{slug}", tags=["acting"])


@router.post("/pairs", status_code=202)
async def suggest_pair(call: Actor, slug: str, body: Pair) -> dict[str, bool]:
    """Suggests two people to each other, marked as by the organizers; both still answer for themselves.

    The answer is the same whether anything came of it: one of them may have no room, they may have been suggested to
    each other before, or have met, or one may not want it. A refusal would tell which."""
    person, other = await call.attendee(body.attendee), await call.attendee(body.other)
    call.target(f"{person.id} {other.id}")
    if person.id == other.id:
        raise Invalid("other", "name somebody else as other: nobody is suggested to themselves")
    await acting.suggest_pair(call.deps.clients, call.conference.id, person.id, other.id, call.request_id())
    return {"taken": True}


@router.get("/matching")
async def get_matching(call: Reader, slug: str) -> dict[str, bool]:
    """Whether matching is paused."""
    return {"paused": await acting.is_matching_paused(call.deps.clients, call.conference.id)}


@router.put("/matching")
async def set_matching(call: Programmer, slug: str, body: Matching) -> dict[str, bool]:
    """Pauses matching, or lets it go on: while paused nothing new is suggested but by hand; what is open stays."""
    await acting.pause_matching(call.deps.clients, call.conference.id, body.paused, call.request_id())
    return {"paused": body.paused}


@router.post("/announcements", status_code=201)
async def announce(call: Actor, slug: str, body: Announcement) -> dict[str, str]:
    """Shows a few plain words on the pages of all who take part, for a day, and mails them if asked to."""
    deps = call.deps
    async with deps.pool.acquire() as tx, tx.transaction():
        made = await announcements.announce(tx, call.conference.id, body.text, body.mail, deps.clock())
    return {"id": str(made)}
