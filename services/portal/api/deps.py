"""What every door of the portal needs, made once in app.py."""

from dataclasses import dataclass

from services.kit.clock import Clock
from services.kit.db import Pool
from services.portal.api.clients import Clients
from services.portal.settings import Settings
from services.portal.store.sign_in import Signer


@dataclass(frozen=True)
class Deps:
    """Settings, database, the services' clients, the time, and the signer of links and forms."""

    settings: Settings
    pool: Pool
    clients: Clients
    clock: Clock
    signer: Signer
