"""Asks a PostgreSQL server whether it takes connections; makes databases on it, each with a role of its own."""

from __future__ import annotations

import asyncio
import enum
import hmac
import re
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar
from urllib.parse import urlsplit

import asyncpg

_TIMEOUT = 5.0  # seconds for one connection attempt
_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
_PASSWORD = "select format('alter role %I login password %L', $1::text, $2::text)"
# Tables made before there were roles are the server user's.
_NOT_ITS_OWN = (
    "select format('alter table %s owner to %I', oid::regclass, $1::text) from pg_class"
    " where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and pg_get_userbyid(relowner) <> $1"
)
_T = TypeVar("_T")


class State(enum.Enum):
    """What a server answers to a connection."""

    SILENT = "no answer"
    STARTING = "answers that it is starting up or recovering"
    READY = "takes connections"


def state(url: str) -> State:
    """Try one connection to `url`; a refused password or unknown database is raised."""
    return _run(_state(url))


def password(secret: str, role: str) -> str:
    """What `role` signs in with: made of the server's secret, which it does not give away."""
    return hmac.new(secret.encode(), role.encode(), "sha256").hexdigest()


def create(url: str, name: str, role: str, secret: str) -> None:
    """Create on the server of `url`, unless there, database `name` and a role that reaches nothing else."""
    for word in (name, role):
        if not _NAME.fullmatch(word):
            raise ValueError(f"name {word!r}: only a-z, 0-9 and _ are taken, at most 63, a letter first")
    _run(_create(url, name, role, password(secret, role)))


def close(url: str) -> None:
    """Leave the databases that every server has to the user of `url`."""
    _run(_execute(url, "revoke all on database postgres, template1 from public"))


async def _state(url: str) -> State:
    try:
        connection = await asyncpg.connect(url, timeout=_TIMEOUT)
    except (asyncpg.CannotConnectNowError, asyncpg.TooManyConnectionsError):
        return State.STARTING
    except (OSError, TimeoutError, asyncpg.ConnectionDoesNotExistError):
        return State.SILENT
    await connection.close()
    return State.READY


async def _create(url: str, name: str, role: str, password: str) -> None:
    server = await asyncpg.connect(url, timeout=_TIMEOUT)
    try:
        if not await server.fetchval("select 1 from pg_roles where rolname = $1", role):
            await server.execute(f"create role {role}")
        await server.execute(await server.fetchval(_PASSWORD, role, password))
        if not await server.fetchval("select 1 from pg_database where datname = $1", name):
            await server.execute(f"create database {name}")
        await server.execute(f"revoke all on database {name} from public")
        # "create" lets it have its extensions; the database itself stays the server user's.
        await server.execute(f"grant connect, create, temporary on database {name} to {role}")
    finally:
        await server.close()
    inside = await asyncpg.connect(urlsplit(url)._replace(path=f"/{name}").geturl(), timeout=_TIMEOUT)
    try:
        await inside.execute(f"grant all on schema public to {role}")
        for row in await inside.fetch(_NOT_ITS_OWN, role):
            await inside.execute(row[0])
    finally:
        await inside.close()


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url, timeout=_TIMEOUT)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


def _run(coroutine: Coroutine[Any, Any, _T]) -> _T:
    """Run to the end in a thread of its own, so that callers inside an event loop may ask too."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()
