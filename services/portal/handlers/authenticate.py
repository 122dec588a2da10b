"""Recognise who calls the API by their bearer token."""

import hmac
from datetime import datetime
from uuid import UUID

from services.portal.domain.tokens import ADMIN, Token, digest
from services.portal.handlers.ports import Tokens

BOOTSTRAP = Token(UUID(int=0), "bootstrap", frozenset({ADMIN}), None)


async def authenticate(tokens: Tokens, bootstrap: str | None, secret: str, now: datetime) -> Token | None:
    """Whose secret this is; None: nobody's, or revoked."""
    if bootstrap is not None and hmac.compare_digest(digest(bootstrap), digest(secret)):
        return BOOTSTRAP
    return await tokens.find(digest(secret), now)
