"""A gRPC server that answers at once: the ceiling of unary calls. `python -m bench.echo` prints its port."""

from typing import Any

import grpc
import uvloop
from hallway.attendee.v1 import attendee_pb2, service_pb2


async def update_profile(request: service_pb2.UpdateProfileRequest, context: Any) -> attendee_pb2.Attendee:
    """Says the attendee is as asked for."""
    return attendee_pb2.Attendee(
        id=request.attendee_id, conference_id=request.attendee_id, ticket="T1", name="Person 1",
        email="person1@example.org", attention_budget=request.attention_budget,
    )  # fmt: skip


async def main() -> None:
    server = grpc.aio.server()
    method = grpc.unary_unary_rpc_method_handler(
        update_profile, service_pb2.UpdateProfileRequest.FromString, attendee_pb2.Attendee.SerializeToString
    )
    service = grpc.method_handlers_generic_handler("hallway.attendee.v1.AttendeeService", {"UpdateProfile": method})
    server.add_generic_rpc_handlers((service,))
    print(server.add_insecure_port("127.0.0.1:0"), flush=True)
    await server.start()
    await server.wait_for_termination()


if __name__ == "__main__":
    uvloop.run(main())
