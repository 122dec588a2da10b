"""The PostgreSQL pool, and which of its errors pass by themselves."""

from typing import TypeAlias

import asyncpg
from asyncpg.pool import PoolConnectionProxy

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record] | PoolConnectionProxy[asyncpg.Record]"
Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

# A retry may succeed: lost or refused connections, restarts, deadlocks, a full disk or pool, a migration.
TRANSIENT: tuple[type[Exception], ...] = (
    OSError,  # TimeoutError is one
    asyncpg.InternalClientError,  # a connection that ended while its next operation began
    asyncpg.InterfaceError, asyncpg.PostgresConnectionError, asyncpg.TransactionRollbackError,
    asyncpg.InsufficientResourcesError, asyncpg.OperatorInterventionError, asyncpg.LockNotAvailableError,
    asyncpg.InvalidCachedStatementError,
)  # fmt: skip


async def create_pool(url: str, size: int = 10) -> Pool:
    """Opens a pool of at most ``size`` connections; statements are bounded to 60 s."""
    # The planner's JIT costs more than it gains on the short statements used here.
    pg = {"jit": "off", "timezone": "UTC", "statement_timeout": "60s", "idle_in_transaction_session_timeout": "60s"}
    return await asyncpg.create_pool(url, min_size=1, max_size=size, timeout=10, command_timeout=60, server_settings=pg)
