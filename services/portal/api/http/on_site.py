"""On site: people say that they are here, and are shown whom they could meet now."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter
from hallway.scheduling.v1 import service_pb2

from services.portal.api.http import views
from services.portal.api.http.bodies import CheckIn
from services.portal.api.http.call import Actor
from services.portal.api.http.sessions import offer
from services.portal.api.on_site import offers_now, seek_company
from services.portal.store import reads

router = APIRouter(prefix="/conferences/{slug}/attendees/{attendee_id}", tags=["on site"])


@router.post("/check-in", status_code=204)
async def check_in(call: Actor, slug: str, attendee_id: str, body: CheckIn) -> None:
    """A person is here, which is believed for two hours, or not any more; others who are here may be shown them."""
    person, client = await call.attendee(attendee_id), call.deps.clients.scheduling
    request = service_pb2.CheckInRequest(
        conference_id=str(call.conference.id), attendee_id=str(person.id), gone=body.gone
    )
    await call.command(client, client.stub.CheckIn, request)


@router.post("/seek-company", status_code=204)
async def seek(call: Actor, slug: str, attendee_id: str) -> None:
    """A person who checked in looks for company for half an hour: with another who does they are suggested to each
    other, and both answer as ever. The reply is the same if there is nobody."""
    person = await call.attendee(attendee_id)
    await seek_company(call.deps.clients, call.conference.id, person.id, call.request_id())


@router.get("/offers-now")
async def list_offers_now(call: Actor, slug: str, attendee_id: str) -> dict[str, Any]:
    """What a person who checked in could do within twenty minutes, all who take part being here and free.

    First their own sessions that could be held now (session: move it there), then people who were never suggested to
    them. The list is the same whatever anybody answered.
    """
    person = await call.attendee(attendee_id)
    found = await offers_now(call.deps.clients, call.conference.id, person.id)
    names = await reads.names(call.deps.pool, {UUID(one) for o in found for one in o.attendee_ids})
    return {"offers": [_shown(o, names) for o in found]}


def _shown(o: service_pb2.NowOffer, names: dict[UUID, str]) -> dict[str, Any]:
    people = views.people([UUID(one) for one in o.attendee_ids], names)
    return {"session": o.session_id or None} | people | offer(o.offer)
