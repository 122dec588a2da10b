"""Asks a PostgreSQL server whether it takes connections, and creates databases on it."""

from __future__ import annotations

import asyncio
import enum
import re
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import asyncpg

_TIMEOUT = 5.0  # seconds for one connection attempt
_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
_T = TypeVar("_T")


class State(enum.Enum):
    """What a server answers to a connection."""

    SILENT = "no answer"
    STARTING = "answers that it is starting up or recovering"
    READY = "takes connections"


def state(url: str) -> State:
    """Try one connection to `url`; a refused password or unknown database is raised."""
    return _run(_state(url))


def create(url: str, name: str) -> None:
    """Create database `name` on the server of `url` unless it is there."""
    if not _NAME.fullmatch(name):
        raise ValueError(f"database name {name!r}: only a-z, 0-9 and _ are taken, at most 63, a letter first")
    _run(_create(url, name))


async def _state(url: str) -> State:
    try:
        connection = await asyncpg.connect(url, timeout=_TIMEOUT)
    except (asyncpg.CannotConnectNowError, asyncpg.TooManyConnectionsError):
        return State.STARTING
    except (OSError, TimeoutError, asyncpg.ConnectionDoesNotExistError):
        return State.SILENT
    await connection.close()
    return State.READY


async def _create(url: str, name: str) -> None:
    connection = await asyncpg.connect(url, timeout=_TIMEOUT)
    try:
        if not await connection.fetchval("select 1 from pg_database where datname = $1", name):
            await connection.execute(f'create database "{name}"')
    except asyncpg.DuplicateDatabaseError:
        pass
    finally:
        await connection.close()


def _run(coroutine: Coroutine[Any, Any, _T]) -> _T:
    """Run to the end in a thread of its own, so that callers inside an event loop may ask too."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()
