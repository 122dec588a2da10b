"""What the portal's use cases need of its store."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from services.portal.domain.mails import Notice
from services.portal.domain.read_model import Row
from services.portal.domain.tokens import Token

NO_WAIT = timedelta()


class ReadModel(Protocol):
    """Where what events told is kept."""

    async def upsert(self, rows: Sequence[Row]) -> set[UUID]:
        """Takes rows of one kind, ignoring older ones; returns the conferences of which something changed."""

    async def mark_changed(self, conference_ids: Iterable[UUID]) -> None:
        """Raises the change counter of these conferences."""


class Outbox(Protocol):
    """Where mails wait until they are sent."""

    async def add(self, notices: Sequence[Notice], after: timedelta = NO_WAIT) -> None:
        """Keeps what was not told before, to be sent ``after`` that time; the same thing is told a person once."""

    async def lately_told_of_suggestions(self, recipients: Sequence[str], since: datetime) -> set[str]:
        """Who has had a mail about suggestions since then, and has not signed in after it."""


class Tokens(Protocol):
    """Where integrators' tokens are kept, as hashes."""

    async def find(self, digest: bytes, now: datetime) -> Token | None:
        """The token of this hash unless revoked; notes its use."""
