"""Let somebody in by a one-time link: look at it, use it once, and leave again."""

import secrets
from datetime import timedelta
from typing import Protocol
from uuid import UUID

from services.portal.domain.sign_in import SESSION_LASTS, Identity


class Links(Protocol):
    """Where one-time links are kept."""

    async def look(self, token: str) -> Identity:
        """Whose link it is, without using it; raises LinkRefused."""

    async def consume(self, token: str) -> Identity:
        """The same, and it is used up; of several at once only one gets in."""


class Sessions(Protocol):
    """Where signed-in browsers are kept."""

    async def open(self, cookie: str, identity: Identity, lasts: timedelta) -> None:
        """Remembers that this cookie is this person."""

    async def find(self, cookie: str) -> Identity | None:
        """Who the cookie is; None: nobody, expired or signed out."""

    async def close(self, cookie: str) -> None:
        """Forgets the cookie."""


async def sign_in(links: Links, sessions: Sessions, token: str) -> tuple[str, Identity]:
    """Use a link up and open a session; returns the cookie's value. Raises LinkRefused."""
    identity = await links.consume(token)
    cookie = secrets.token_urlsafe(32)
    await sessions.open(cookie, identity, SESSION_LASTS)
    return cookie, identity


async def who(sessions: Sessions, cookie: str | None, conference_id: UUID) -> Identity | None:
    """Who sent this cookie, if it is one of this conference's."""
    identity = await sessions.find(cookie) if cookie else None
    return identity if identity and identity.conference_id == conference_id else None
