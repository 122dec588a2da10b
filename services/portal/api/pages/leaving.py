"""What an attendee takes back by themselves: a source, or everything; each asked once more on a page of its own."""

from typing import Any
from uuid import UUID

from fastapi import Response
from hallway.attendee.v1 import service_pb2 as attendee_pb

from services.kit.errors import NotFound
from services.portal.api.pages import own
from services.portal.api.pages.data import sources
from services.portal.api.pages.security import ATTENDEE_COOKIE
from services.portal.api.pages.visit import AtConference, ByAttendee
from services.portal.store.forget import forget_people


async def ask_withdraw(visit: ByAttendee, source_id: UUID) -> Response:
    """GET /c/{slug}/me/data/sources/{source_id}: what withdrawing from it does."""
    person = await own.own(visit)
    return visit.page("withdraw.html", page="me/data", source=await _source(person, source_id))


async def withdraw(visit: ByAttendee, source_id: UUID) -> Response:
    """POST /c/{slug}/me/data/sources/{source_id}."""
    person = await own.own(visit)
    source = await _source(person, source_id)
    client = visit.site.deps.clients.attendee
    request = attendee_pb.RefuseSourceRequest(source_id=str(source["id"]), attendee_id=str(person.me.id))
    await client.call(client.stub.RefuseSource, request, timeout=own.TIMEOUT)
    return visit.go(f"{person.home}/data?done=withdrawn")


async def _source(person: own.Own, source_id: UUID) -> dict[str, Any]:
    """One that counts something of this person: of others they learn nothing, not even a name."""
    for source in await sources(person):
        if source["id"] == source_id and not source["refused"]:
            return source
    raise NotFound("source", source_id)


async def ask_erase(visit: ByAttendee) -> Response:
    """GET /c/{slug}/me/erase: what erasing does."""
    person = await own.own(visit)
    return visit.page("erase.html", page="me/data", me=person.me)


async def erase(visit: ByAttendee) -> Response:
    """POST /c/{slug}/me/erase. The events that follow do the same here once more, and everywhere else."""
    person, deps = await own.own(visit), visit.site.deps
    client = deps.clients.attendee
    request = attendee_pb.EraseAttendeeRequest(attendee_id=str(person.me.id))
    await client.call(client.stub.EraseAttendee, request, timeout=own.TIMEOUT)
    async with deps.pool.acquire() as tx, tx.transaction():
        await forget_people(tx, [person.me.id])
    assert visit.conference
    response = visit.go(f"/c/{visit.conference.slug}/erased")
    response.delete_cookie(ATTENDEE_COOKIE, path=f"/c/{visit.conference.slug}")
    return response


async def erased(visit: AtConference) -> Response:
    """GET /c/{slug}/erased: what is gone. It knows nobody, so anybody may read it."""
    return visit.page("erased.html")
