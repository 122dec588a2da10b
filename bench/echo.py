"""A gRPC server that answers at once: the ceiling of unary calls. `python -m bench.echo` prints its port."""

from typing import Any

import grpc
import uvloop
from hallway.attendee.v1 import attendee_pb2, service_pb2, service_pb2_grpc


class Echo(service_pb2_grpc.AttendeeServiceServicer):
    """Says the attendee is as asked for."""

    async def UpdateProfile(self, request: service_pb2.UpdateProfileRequest, context: Any) -> attendee_pb2.Attendee:
        return attendee_pb2.Attendee(
            id=request.attendee_id, conference_id=request.attendee_id, ticket="T1", name="Person 1",
            email="person1@example.org", attention_budget=request.attention_budget,
        )  # fmt: skip


async def main() -> None:
    server = grpc.aio.server()
    service_pb2_grpc.add_AttendeeServiceServicer_to_server(Echo(), server)
    print(server.add_insecure_port("127.0.0.1:0"), flush=True)
    await server.start()
    await server.wait_for_termination()


if __name__ == "__main__":
    uvloop.run(main())
