"""Asks matchmaking what worked at a conference."""

from uuid import UUID

from hallway.matchmaking.v1 import service_pb2

from services.portal.api.clients import Clients
from services.portal.domain.worked import Worked, WorkedSignal


async def what_worked(clients: Clients, conference_id: UUID) -> Worked:
    """What was learned there so far; raises Unavailable."""
    client = clients.matchmaking
    request = service_pb2.GetWhatWorkedRequest(conference_id=str(conference_id))
    reply = await client.call(client.stub.GetWhatWorked, request)
    signals = tuple(WorkedSignal(s.signal, s.weight or None, s.outcomes or None, _sessions(s)) for s in reply.signals)
    return Worked(signals, reply.outcomes_needed, reply.group_size)


def _sessions(signal: service_pb2.SignalWorked) -> int | None:
    return signal.sessions if signal.outcomes else None
