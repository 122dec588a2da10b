"""Brings a service's database to its newest schema: kit's tables first, then the service's own, in order."""

import hashlib
from pathlib import Path

import asyncpg

from services.kit.db import Connection

KIT = Path(__file__).parent / "migrations"
LOCK = 0x48414C4C  # any number; the same for all migrators of a database


class SchemaError(RuntimeError):
    """The database's schema is not the one this code was written for."""


def _files(folder: Path) -> list[tuple[str, str]]:
    """(name, SQL) of kit's migrations and then ``folder``'s, in the order they apply."""
    kit = [(f"kit/{p.name}", p.read_text()) for p in sorted(KIT.glob("[0-9]*.sql"))]
    own = [(p.name, p.read_text()) for p in sorted(folder.glob("[0-9]*.sql"))]
    return kit + own


def _checksum(sql: str) -> str:
    return hashlib.sha256(sql.encode()).hexdigest()


async def _applied(connection: Connection) -> dict[str, str]:
    if await connection.fetchval("select to_regclass('migration')") is None:
        return {}
    return {r["name"]: r["checksum"] for r in await connection.fetch("select name, checksum from migration")}


async def pending(connection: Connection, folder: Path) -> list[tuple[str, str]]:
    """Migrations not applied yet; raises SchemaError when an applied one was edited since."""
    applied = await _applied(connection)
    for name, sql in _files(folder):
        if name in applied and applied[name] != _checksum(sql):
            raise SchemaError(f"migration {name} was changed after it was applied; add a new one instead")
    return [(name, sql) for name, sql in _files(folder) if name not in applied]


async def migrate(database_url: str, folder: Path) -> list[str]:
    """Applies what is pending, each file in its own transaction; returns the names. Safe to run side by side."""
    connection = await asyncpg.connect(database_url, timeout=10)
    try:
        await connection.execute("select pg_advisory_lock($1)", LOCK)
        await connection.execute(
            "create table if not exists migration"
            " (name text primary key, checksum text not null, applied_at timestamptz not null default now())"
        )
        names = []
        for name, sql in await pending(connection, folder):
            async with connection.transaction():
                await connection.execute(sql)
                await connection.execute("insert into migration values ($1, $2)", name, _checksum(sql))
            names.append(name)
        return names
    finally:
        await connection.close()


async def check(connection: Connection, folder: Path) -> None:
    """Raises SchemaError when migrations are pending."""
    if names := [name for name, _ in await pending(connection, folder)]:
        raise SchemaError(f"the database lacks {', '.join(names)}; run this service with the argument migrate")
