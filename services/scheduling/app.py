"""Puts the scheduling service together: its processes and their parts."""

from collections.abc import Sequence
from pathlib import Path

from services.kit import failpoint
from services.kit.clock import system_clock
from services.kit.consumer import Consumer
from services.kit.lifecycle import Loop, Part, Resources, Service
from services.kit.relay import Relay
from services.kit.rpc import Server
from services.scheduling.api.grpc import Api
from services.scheduling.api.kafka import subscription
from services.scheduling.handlers.retry_unplaced import retry_unplaced
from services.scheduling.settings import Settings
from services.scheduling.store.write import Store


def parts(r: Resources[Settings]) -> Sequence[Part]:
    """The service: gRPC server, relay, consumer."""
    return [
        Server(r.settings.grpc_listen, [Api(r.pool, r.clock).register], r.settings.grpc_tls),
        Relay(r.settings, "scheduling"),
        Consumer(r.settings, r.pool, "scheduling", subscription(r.clock)),
    ]


def worker(r: Resources[Settings]) -> Sequence[Part]:
    """The optimizer: tries unplaced sessions again, one conference at a time."""

    async def once() -> bool:
        async with r.pool.acquire() as tx, tx.transaction():
            if tried := await retry_unplaced(Store(tx), r.clock()):
                failpoint.reach("worker.before_commit")
            return tried

    return [Loop("retry of unplaced sessions", once)]


SERVICE = Service(
    name="scheduling",
    settings=Settings,
    migrations=Path(__file__).parent / "store" / "migrations",
    parts=parts,
    worker=worker,
    subscriptions=[subscription(system_clock)],
)
