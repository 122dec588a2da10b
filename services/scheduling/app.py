"""Puts the scheduling service together: its processes and their parts."""

from collections.abc import Sequence
from pathlib import Path

from services.kit.clock import system_clock
from services.kit.consumer import Consumer
from services.kit.lifecycle import Loop, Part, Resources, Service
from services.kit.relay import Relay
from services.kit.rpc import Server
from services.scheduling.api.grpc import Api
from services.scheduling.api.kafka import subscription
from services.scheduling.api.worker import Worker
from services.scheduling.settings import Settings


def parts(r: Resources[Settings]) -> Sequence[Part]:
    """The service: gRPC server, relay, consumer."""
    return [
        Server(r.settings.grpc_listen, [Api(r.pool, r.clock).register], r.settings.grpc_tls),
        Relay(r.settings, "scheduling"),
        Consumer(r.settings, r.pool, "scheduling", subscription(r.clock)),
    ]


def worker(r: Resources[Settings]) -> Sequence[Part]:
    """The optimizer: plans what waits for a time and place, one conference at a time."""
    return [Loop("planning of what waits", Worker(r.pool, r.clock).plan)]


SERVICE = Service(
    name="scheduling",
    settings=Settings,
    migrations=Path(__file__).parent / "store" / "migrations",
    parts=parts,
    worker=worker,
    subscriptions=[subscription(system_clock)],
)
