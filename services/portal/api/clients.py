"""gRPC clients of the three services the portal asks and commands."""

from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from hallway.attendee.v1.service_pb2_grpc import AttendeeServiceStub
from hallway.matchmaking.v1.service_pb2_grpc import MatchmakingServiceStub
from hallway.scheduling.v1.service_pb2_grpc import SchedulingServiceStub

from services.portal.api.channel import Channel

Stub = TypeVar("Stub")


class Client(Generic[Stub]):
    """One service: ``await client.call(client.stub.Method, request, request_id=...)``; raises kit.errors."""

    def __init__(self, address: str, stub: type[Stub], tls_folder: Path | None) -> None:
        self.channel = Channel(address, tls_folder)
        self.stub = stub(self.channel.grpc)  # type: ignore[call-arg]
        self.call = self.channel.call


@dataclass(frozen=True)
class Clients:
    """The services behind the portal."""

    attendee: Client[AttendeeServiceStub]
    matchmaking: Client[MatchmakingServiceStub]
    scheduling: Client[SchedulingServiceStub]

    async def start(self) -> None:
        """Channels connect when first used."""

    async def stop(self) -> None:
        """Closes the channels."""
        for client in (self.attendee, self.matchmaking, self.scheduling):
            await client.channel.close()

    def problem(self) -> str | None:
        """A service that does not answer is the caller's 503, not this process's ill health."""
        return None


def connect(attendee: str, matchmaking: str, scheduling: str, tls_folder: Path | None = None) -> Clients:
    """Clients of the three addresses, host:port."""
    return Clients(
        Client(attendee, AttendeeServiceStub, tls_folder),
        Client(matchmaking, MatchmakingServiceStub, tls_folder),
        Client(scheduling, SchedulingServiceStub, tls_folder),
    )
