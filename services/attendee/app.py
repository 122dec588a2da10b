"""Wires the attendee service: its gRPC server, and the relay that publishes its events."""

from pathlib import Path

from services.attendee.api.grpc import Api
from services.attendee.settings import Settings
from services.kit.lifecycle import Part, Resources, Service
from services.kit.relay import Relay
from services.kit.rpc import Server


def parts(r: Resources[Settings]) -> list[Part]:
    """The parts of the one process, in the order they start."""
    api = Api(r.pool, r.settings.import_max_bytes)
    return [
        Relay(r.settings, "attendee"),
        Server(r.settings.grpc_listen, [api.register], r.settings.grpc_tls),
    ]


SERVICE = Service(
    name="attendee", settings=Settings, migrations=Path(__file__).parent / "store" / "migrations", parts=parts
)
