"""One session in an organizer's hands: other times for it, moving it, calling it off."""

from datetime import UTC
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import Response
from hallway.scheduling.v1 import service_pb2 as scheduling_pb

from services.kit.errors import Conflict
from services.kit.ids import new_id
from services.portal.api.acting import TIMEOUT
from services.portal.api.pages import views
from services.portal.api.pages.me_actions import read_offer
from services.portal.api.pages.organizer import people
from services.portal.api.pages.organizer.act import DONE
from services.portal.api.pages.visit import ByActor, Visit
from services.portal.domain.language import _

OFFERS = 12
WORD = 200  # characters


async def session(visit: ByActor, session_id: UUID, done: str = "") -> Response:
    """GET /c/{slug}/act/sessions/{session_id}."""
    return await _page(visit, session_id, {}, _(DONE.get(done, "")))


async def move(visit: ByActor, session_id: UUID) -> Response:
    """POST /c/{slug}/act/sessions/{session_id}/move, to one of the times shown; its people are told."""
    found = await people.session(visit, session_id)
    if not visit.value("offer", 200):
        return await _page(visit, session_id, {"offer": _("Choose one of the times first.")})
    client = visit.site.deps.clients.scheduling
    request = scheduling_pb.MoveSessionRequest(session_id=str(found.id), offer=read_offer(visit.value("offer", 200)))
    try:
        await client.call(client.stub.MoveSession, request, request_id=str(new_id()), timeout=TIMEOUT)
    except Conflict as conflict:  # somebody was faster, say
        return await _page(visit, session_id, {"offer": _(conflict.message)})
    return visit.go(f"{_address(visit, session_id)}?done=moved")


async def cancel(visit: ByActor, session_id: UUID) -> Response:
    """POST /c/{slug}/act/sessions/{session_id}/cancel; its people are told, with the word if there is one."""
    found = await people.session(visit, session_id)
    word = " ".join(visit.value("word", WORD).split())
    client = visit.site.deps.clients.scheduling
    request = scheduling_pb.CancelSessionRequest(session_id=str(found.id), reason=word)
    await client.call(client.stub.CancelSession, request, request_id=str(new_id()), timeout=TIMEOUT)
    return visit.go(f"{_address(visit, session_id)}?done=cancelled")


def _address(visit: Visit, session_id: UUID) -> str:
    assert visit.conference
    return f"/c/{visit.conference.slug}/act/sessions/{session_id}"


async def _page(visit: Visit, session_id: UUID, problems: dict[str, str], notice: str = "") -> Response:
    found = await people.session(visit, session_id)
    client = visit.site.deps.clients.scheduling
    offers = []
    if found.state in ("scheduled", "unplaced"):
        request = scheduling_pb.OfferSlotsRequest(session_id=str(session_id), limit=OFFERS)
        offers = (await client.call(client.stub.OfferSlots, request, timeout=TIMEOUT)).offers
    (line,) = await people.lines(visit, [found])
    return visit.page(
        "organizer/session.html", 422 if problems else 200, page="sessions", session=line, problems=problems,
        notice=notice, offers=[_offer(visit, offer) for offer in offers], chosen=visit.value("offer", 200),
    )  # fmt: skip


def _offer(visit: Visit, offer: scheduling_pb.Offer) -> tuple[str, str]:
    """What its form sends, and its words."""
    assert visit.conference
    during, zone = offer.during, ZoneInfo(visit.conference.time_zone)
    day, hours = views.when(during.starts_at.ToDatetime(UTC), during.ends_at.ToDatetime(UTC), zone)
    value = f"{offer.place_id} {during.starts_at.ToJsonString()} {during.ends_at.ToJsonString()}"
    return value, f"{day}, {hours} · {offer.place_name}"
