"""Brings a service's database to its newest schema: kit's tables first, then the service's own, in order."""

import hashlib
from pathlib import Path

import asyncpg

from services.kit.db import Connection, Pool

KIT = Path(__file__).parent / "migrations"
LOCK = 0x48414C4C  # any number; the same for all migrators of a database


class SchemaError(RuntimeError):
    """The database's schema is not the one this code was written for."""


def _files(folder: Path, prefix: str = "") -> dict[str, tuple[str, str]]:
    """SQL and its checksum by name, in the order to apply it."""
    texts = {f"{prefix}{path.name}": path.read_text() for path in sorted(folder.glob("[0-9]*.sql"))}
    return {name: (sql, hashlib.sha256(sql.encode()).hexdigest()) for name, sql in texts.items()}


async def _pending(connection: "Connection | Pool", folder: Path) -> dict[str, tuple[str, str]]:
    """What is not applied yet; raises SchemaError when an applied migration was edited since."""
    files = _files(KIT, "kit/") | _files(folder)
    if await connection.fetchval("select to_regclass('migration')") is None:
        return files
    for row in await connection.fetch("select name, checksum from migration"):
        _, checksum = files.pop(row["name"], (None, row["checksum"]))
        if checksum != row["checksum"]:
            raise SchemaError(f"migration {row['name']} was changed after it was applied; add a new one instead")
    return files


async def migrate(database_url: str, folder: Path) -> list[str]:
    """Applies what is pending, each file in its own transaction; returns the names. Safe to run side by side."""
    connection = await asyncpg.connect(database_url, timeout=10)
    try:
        await connection.execute("select pg_advisory_lock($1)", LOCK)
        await connection.execute(
            "create table if not exists migration"
            " (name text primary key, checksum text not null, applied_at timestamptz not null default now())"
        )
        pending = await _pending(connection, folder)
        for name, (sql, checksum) in pending.items():
            async with connection.transaction():
                await connection.execute(sql)
                await connection.execute("insert into migration values ($1, $2)", name, checksum)
        return list(pending)
    finally:
        await connection.close()


async def check(pool: Pool, folder: Path) -> None:
    """Raises SchemaError when migrations are pending."""
    if pending := await _pending(pool, folder):
        raise SchemaError(f"the database lacks {', '.join(pending)}; run this service with the argument migrate")
