"""What organizers do, by page or by API: the commands behind both."""

from uuid import UUID

from hallway.attendee.v1 import service_pb2 as attendee_pb
from hallway.matchmaking.v1 import service_pb2 as matchmaking_pb
from hallway.scheduling.v1 import service_pb2 as scheduling_pb

from services.kit.ids import new_id
from services.portal.api.clients import Clients

TIMEOUT = 15.0


async def suggest_pair(clients: Clients, conference_id: UUID, person: UUID, other: UUID, request_id: str = "") -> None:
    """Suggests two people to each other; the answer is the same whether anything came of it."""
    client = clients.matchmaking
    request = matchmaking_pb.SuggestPairRequest(
        conference_id=str(conference_id), attendee_id=str(person), other_id=str(other)
    )
    await client.call(client.stub.SuggestPair, request, request_id=request_id or str(new_id()), timeout=TIMEOUT)


async def pause_matching(clients: Clients, conference_id: UUID, paused: bool, request_id: str = "") -> None:
    """Nothing new is suggested by itself while paused."""
    client = clients.matchmaking
    request = matchmaking_pb.PauseMatchingRequest(conference_id=str(conference_id), paused=paused)
    await client.call(client.stub.PauseMatching, request, request_id=request_id or str(new_id()), timeout=TIMEOUT)


async def is_matching_paused(clients: Clients, conference_id: UUID) -> bool:
    """Whether it is."""
    client = clients.matchmaking
    request = matchmaking_pb.GetMatchingRequest(conference_id=str(conference_id))
    reply: matchmaking_pb.Matching = await client.call(client.stub.GetMatching, request, timeout=TIMEOUT)
    return reply.paused


async def check_in(clients: Clients, conference_id: UUID, person: UUID, gone: bool = False) -> None:
    """Somebody is here, or gone."""
    client = clients.scheduling
    request = scheduling_pb.CheckInRequest(conference_id=str(conference_id), attendee_id=str(person), gone=gone)
    await client.call(client.stub.CheckIn, request, request_id=str(new_id()), timeout=TIMEOUT)


async def seat_walk_in(clients: Clients, conference_id: UUID, person: attendee_pb.Registration) -> UUID:
    """Registers somebody who came without a ticket, and who joins; a known ticket is brought up to date."""
    client = clients.attendee
    request = attendee_pb.RegisterAttendeesRequest(conference_id=str(conference_id), registrations=[person])
    reply = await client.call(client.stub.RegisterAttendees, request, request_id=str(new_id()), timeout=TIMEOUT)
    return UUID(reply.attendee_ids[0])
