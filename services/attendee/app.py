"""Wires the attendee service: its gRPC server, and the relay that publishes its events."""

from pathlib import Path

from hallway.attendee.v1.service_pb2_grpc import add_AttendeeServiceServicer_to_server

from services.attendee.api.grpc import AttendeeApi
from services.attendee.settings import Settings
from services.kit.lifecycle import Part, Resources, Service
from services.kit.relay import Relay
from services.kit.rpc import Server


def parts(r: Resources[Settings]) -> list[Part]:
    """The parts of the one process, in the order they start."""
    api = AttendeeApi(r.pool, r.settings.import_max_bytes)
    return [
        Relay(r.settings, "attendee"),
        Server(r.settings.grpc_listen, [lambda server: add_AttendeeServiceServicer_to_server(api, server)]),
    ]


SERVICE = Service(
    name="attendee", settings=Settings, migrations=Path(__file__).parent / "store" / "migrations", parts=parts
)
