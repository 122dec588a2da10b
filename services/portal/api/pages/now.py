"""On the day: an attendee says that they are here, and sees whom they could meet now."""

from uuid import UUID

from fastapi import Response
from hallway.scheduling.v1 import service_pb2 as scheduling_pb

from services.kit.errors import Conflict
from services.kit.ids import new_id
from services.portal.api.on_site import seek_company
from services.portal.api.pages import own, views
from services.portal.api.pages.me import NOTICES, offer_view
from services.portal.api.pages.visit import ByAttendee
from services.portal.domain import words
from services.portal.domain.language import _
from services.portal.store import reads


async def here(visit: ByAttendee) -> Response:
    """POST /c/{slug}/me/here: here, or with ``gone`` not any more."""
    person = await own.own(visit)
    gone = visit.value("gone") == "yes"
    client = visit.site.deps.clients.scheduling
    request = scheduling_pb.CheckInRequest(
        conference_id=str(person.me.conference_id), attendee_id=str(person.me.id), gone=gone
    )
    await client.call(client.stub.CheckIn, request, timeout=own.TIMEOUT)
    return visit.go(f"{person.home}?done=gone" if gone else f"{person.home}/now?done=here")


async def seek(visit: ByAttendee) -> Response:
    """POST /c/{slug}/me/now/seek: company for the next half hour, if there is somebody who looks, too."""
    person = await own.own(visit)
    clients = visit.site.deps.clients
    await seek_company(clients, person.me.conference_id, person.me.id, str(new_id()))
    return visit.go(f"{person.home}/now?done=seeking")


async def now(visit: ByAttendee, done: str = "") -> Response:
    """GET /c/{slug}/me/now: who of one's sessions to come is here and free now."""
    person = await own.own(visit)
    client = visit.site.deps.clients.scheduling
    # No candidates: that somebody is here is shown to those alone with whom they agreed to meet, for among the
    # people suggested may be one they blocked, and to leave out only that one would tell it.
    request = scheduling_pb.OfferNowRequest(conference_id=str(person.me.conference_id), attendee_id=str(person.me.id))
    try:
        offers = (await client.call(client.stub.OfferNow, request, timeout=own.TIMEOUT)).offers
        checked_in = True
    except Conflict:
        offers, checked_in = [], False
    names = await reads.names(visit.site.deps.pool, {UUID(i) for offer in offers for i in offer.attendee_ids})
    return visit.page(
        "now.html", page="me", checked_in=checked_in, notice=_(NOTICES.get(done, "")),
        offers=[_view(person, offer, names) for offer in offers],
    )  # fmt: skip


def _view(person: own.Own, offer: scheduling_pb.NowOffer, names: dict[UUID, str]) -> dict[str, object]:
    people = [UUID(i) for i in offer.attendee_ids]
    others = [names.get(i, _(views.UNKNOWN)) for i in people if i != person.me.id]
    return {
        "session_id": offer.session_id,
        "who": words.together(others),
        "faces": views.faces(people, person.me.id, names),
        **offer_view(person, offer.offer),
    }
