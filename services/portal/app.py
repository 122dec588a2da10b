"""The only place where the portal is wired together."""

from collections.abc import MutableMapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from services.kit.consumer import Consumer
from services.kit.db import create_pool
from services.kit.health import Health, HttpServer
from services.kit.lifecycle import Loop, Part, Resources, Service
from services.kit.relay import Relay
from services.kit.settings import load
from services.portal.api.behind import behind
from services.portal.api.clients import connect
from services.portal.api.deps import Deps
from services.portal.api.http.app import create_app
from services.portal.api.kafka import MAIL, READ_MODEL
from services.portal.api.mail import Mailer
from services.portal.settings import Settings
from services.portal.store import contacts, words
from services.portal.store.sign_in import Signer
from services.portal.store.write import ReadModelStore

NAME = "portal"
MIGRATIONS = Path(__file__).parent / "store" / "migrations"


def parts(r: Resources[Settings]) -> list[Part]:
    """What a portal process runs; the relay publishes its dead letters."""
    s = r.settings
    clients = connect(s.attendee_grpc, s.matchmaking_grpc, s.scheduling_grpc, s.grpc_tls)
    read_model = Consumer(s, r.pool, NAME, replace(READ_MODEL, group=s.read_model_group))
    signer = Signer(s.secret_key.get_secret_value())
    deps = Deps(s, r.pool, clients, r.clock, signer, partial(behind, read_model))
    return [
        clients,
        Relay(s, NAME),
        read_model,
        Consumer(s, r.pool, NAME, MAIL),
        Loop("mail", Mailer(deps).send_next, pause=1.0),
        Loop("reminders", Mailer(deps).remind, pause=120.0),
        Loop("contact details", lambda: contacts.purge(r.pool, r.clock()), pause=600.0),
        Loop("words", lambda: words.purge(r.pool, r.clock()), pause=30.0),
        HttpServer(s.http_listen, _with_health(create_app(deps), r.health)),
    ]


def _with_health(app: Any, health: Health) -> Any:
    async def serve(scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        answering = health if scope["type"] == "http" and scope["path"] in health.checks else app
        await answering(scope, receive, send)

    return serve


async def rebuild() -> int:
    """Empties the read model. A consumer group that starts from the beginning then fills it again."""
    pool = await create_pool(load(Settings).database_url, 2)
    async with pool.acquire() as tx, tx.transaction():
        await ReadModelStore(tx).clear(READ_MODEL.group)
    await pool.close()
    return 0


SERVICE = Service(name=NAME, settings=Settings, migrations=MIGRATIONS, parts=parts, subscriptions=(READ_MODEL, MAIL))
