"""Integrators' tokens: hashes, scopes, and when they were last used."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from services.kit.db import Connection, Pool
from services.portal.domain.tokens import Token

USE_NOTED_EVERY = timedelta(minutes=1)  # a write for every request would cost more than it tells


@dataclass(frozen=True, slots=True)
class Listed:
    """A token as its owner sees it again: never the secret."""

    token: Token
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


class TokenStore:
    """Implements the Tokens port over a connection or a pool."""

    def __init__(self, tx: "Connection | Pool") -> None:
        self._tx = tx

    async def add(self, token: Token, digest: bytes, now: datetime) -> None:
        """Keeps a new token."""
        await self._tx.execute(
            "INSERT INTO token (id, hash, name, scopes, conference_id, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
            token.id, digest, token.name, sorted(token.scopes), token.conference_id, now,
        )  # fmt: skip

    async def find(self, digest: bytes, now: datetime) -> Token | None:
        """See Tokens.find."""
        record = await self._tx.fetchrow(
            "SELECT id, name, scopes, conference_id, last_used_at FROM token WHERE hash = $1 AND revoked_at IS NULL",
            digest,
        )
        if record is None:
            return None
        if record["last_used_at"] is None or record["last_used_at"] < now - USE_NOTED_EVERY:
            await self._tx.execute("UPDATE token SET last_used_at = $2 WHERE id = $1", record["id"], now)
        return Token(record["id"], record["name"], frozenset(record["scopes"]), record["conference_id"])

    async def listed(self) -> list[Listed]:
        """All tokens, the newest first."""
        records = await self._tx.fetch("SELECT * FROM token ORDER BY created_at DESC, id LIMIT 1000")
        return [
            Listed(
                Token(r["id"], r["name"], frozenset(r["scopes"]), r["conference_id"]),
                r["created_at"], r["last_used_at"], r["revoked_at"],
            )
            for r in records
        ]  # fmt: skip

    async def revoke(self, token_id: UUID, now: datetime) -> bool:
        """Closes a token for good; False when there is none."""
        result = await self._tx.execute(
            "UPDATE token SET revoked_at = coalesce(revoked_at, $2) WHERE id = $1", token_id, now
        )
        return bool(result != "UPDATE 0")
