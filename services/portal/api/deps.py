"""What every door of the portal needs, made once in app.py."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta

from services.kit.clock import Clock
from services.kit.db import Pool
from services.portal.api.clients import Clients
from services.portal.domain.rate import Rate
from services.portal.settings import Settings
from services.portal.store.sign_in import Signer

ANSWERS_A_MINUTE = 30  # of one person, by pages and API; nobody reads faster


async def unheard() -> int | None:
    """Without a consumer nobody knows how many events wait."""
    return None


@dataclass(frozen=True)
class Deps:
    """Settings, database, the services' clients, the time, the signer of links and forms, how many events wait, and how
    often people answer."""

    settings: Settings
    pool: Pool
    clients: Clients
    clock: Clock
    signer: Signer
    behind: Callable[[], Awaitable[int | None]] = unheard
    answers: Rate = field(default_factory=lambda: Rate(ANSWERS_A_MINUTE, timedelta(minutes=1)))
