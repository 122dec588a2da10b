"""Whom somebody who is here could meet now: scheduling knows who is here and free, matchmaking who may be met."""

from collections.abc import Sequence
from uuid import UUID

from hallway.matchmaking.v1 import service_pb2 as matchmaking_pb
from hallway.scheduling.v1 import service_pb2 as scheduling_pb

from services.portal.api.clients import Clients


async def seek_company(clients: Clients, conference_id: UUID, attendee_id: UUID, request_id: str) -> None:
    """They look for company for half an hour, and are suggested to one who does, too, and is here and free, if there is
    one; raises Conflict unless they checked in."""
    of = {"conference_id": str(conference_id), "attendee_id": str(attendee_id)}
    scheduling, matchmaking = clients.scheduling, clients.matchmaking
    here = await scheduling.call(scheduling.stub.ListHere, scheduling_pb.ListHereRequest(**of))
    request = matchmaking_pb.SeekCompanyRequest(**of, candidates=here.attendee_ids)
    await matchmaking.call(matchmaking.stub.SeekCompany, request, request_id=request_id)


async def offers_now(clients: Clients, conference_id: UUID, attendee_id: UUID) -> Sequence[scheduling_pb.NowOffer]:
    """Their sessions that could be held at once, then people; raises Conflict unless they checked in."""
    of = {"conference_id": str(conference_id), "attendee_id": str(attendee_id)}
    scheduling, matchmaking = clients.scheduling, clients.matchmaking
    here = await scheduling.call(scheduling.stub.ListHere, scheduling_pb.ListHereRequest(**of))
    asked = matchmaking_pb.ListOfferableRequest(**of, candidates=here.attendee_ids)
    offerable = await matchmaking.call(matchmaking.stub.ListOfferable, asked)
    request = scheduling_pb.OfferNowRequest(**of, candidates=offerable.attendee_ids)
    reply: scheduling_pb.OfferNowResponse = await scheduling.call(scheduling.stub.OfferNow, request)
    return reply.offers
