"""Wires matchmaking: what its two processes consist of."""

from pathlib import Path

from services.kit.consumer import Consumer
from services.kit.lifecycle import Loop, Part, Resources, Service
from services.kit.relay import Relay
from services.kit.rpc import Server
from services.matchmaking.api.grpc import Api
from services.matchmaking.api.kafka import SUBSCRIPTION
from services.matchmaking.api.worker import Worker
from services.matchmaking.settings import Settings


def parts(r: Resources[Settings]) -> list[Part]:
    """The service: commands and questions, events in, events out."""
    api = Api(r.pool, r.clock, r.settings.suggestion_hours)
    return [
        Server(r.settings.grpc_listen, [api.register], r.settings.grpc_tls),
        Relay(r.settings, SERVICE.name),
        Consumer(r.settings, r.pool, SERVICE.name, SUBSCRIPTION),
    ]


def worker(r: Resources[Settings]) -> list[Part]:
    """The worker: solving, expiring, trying out. Its events leave through the service's relay."""
    at_work = Worker(r.settings, r.pool, r.clock)
    loops = [Loop("solver", at_work.solve), Loop("expiry", at_work.expire, pause=1.0)]
    return [*loops, Loop("previews", at_work.preview, pause=1.0)]


SERVICE = Service(
    name="matchmaking",
    settings=Settings,
    migrations=Path(__file__).parent / "store" / "migrations",
    parts=parts,
    worker=worker,
    subscriptions=[SUBSCRIPTION],
)
