"""Commands on real PostgreSQL: together in one transaction, yet each with its own effects, refusal and reply."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from google.protobuf.wrappers_pb2 import StringValue

from services.kit import errors
from services.kit.db import Connection, Pool
from services.kit.outbox import append
from services.kit.rpc import Command, carry_out, commit_with_others
from tests.component import tiny
from tests.conftest import MakeDatabase
from tests.store.test_kit import Counted

NOTED = "select array_agg(text order by id) from note"


@pytest.fixture
async def pool(database: MakeDatabase) -> AsyncIterator[Pool]:
    pool = (await database("kit")).pool
    await pool.execute("create table room (name text primary key)")
    await pool.execute("insert into room values ('red'), ('blue')")
    await pool.execute(
        "create table note (id bigint generated always as identity, text text unique,"
        " tx xid8 default pg_current_xact_id())"
    )
    yield pool


def noting(text: str, request_id: str = "", room: str | None = None) -> Command:
    """Writes a row and publishes an event; refused after both when the text is bad."""

    async def work(tx: Connection) -> StringValue:
        if room:
            await tx.fetchval("select true from room where name = $1 for update", room)
        await tx.execute("insert into note (text) values ($1)", text)
        await append(tx, [tiny.conference(text)])
        if text == "bad":
            raise errors.Conflict("text", "is bad")
        return StringValue(value=f"noted {text}")

    return Command(request_id or f"id of {text}", StringValue, work)


async def together(pool: Pool, commands: list[Command]) -> list[bool]:
    return await asyncio.wait_for(asyncio.gather(*(commit_with_others(pool, c) for c in commands)), 30)


async def test_commands_that_arrive_together_are_one_transaction_in_their_order(pool: Pool) -> None:
    commands = [noting(text) for text in "cab"]
    assert await together(pool, commands) == [True] * 3
    assert await pool.fetchval(NOTED) == ["c", "a", "b"]
    assert await pool.fetchval("select count(distinct tx) from note") == 1
    assert await pool.fetchval("select array_agg(key order by position) from outbox") == ["c", "a", "b"]
    assert [c.outcome for c in commands] == [StringValue(value=f"noted {text}") for text in "cab"]


async def test_a_refused_command_leaves_nothing_and_its_neighbours_stay(pool: Pool) -> None:
    commands = [noting("a"), noting("bad"), noting("c"), noting("a", "another id"), noting("e")]
    assert await together(pool, commands) == [True] * 5
    assert [type(c.outcome).__name__ for c in commands] == [
        "StringValue", "Conflict", "StringValue", "UniqueViolationError", "StringValue",
    ]  # fmt: skip
    assert await pool.fetchval(NOTED) == ["a", "c", "e"]
    assert await pool.fetchval("select array_agg(key order by position) from outbox") == ["a", "c", "e"]
    assert await pool.fetchval("select array_agg(id order by id) from request") == ["id of a", "id of c", "id of e"]


async def test_the_same_request_id_twice_at_once_takes_effect_once(pool: Pool) -> None:
    commands = [noting("a", "r1"), noting("b", "r1"), noting("c", "r2")]
    assert await together(pool, commands) == [True] * 3
    assert await pool.fetchval(NOTED) == ["a", "c"]
    assert [c.outcome for c in commands] == [StringValue(value=f"noted {text}") for text in "aac"]


async def test_one_that_waits_for_a_lock_holds_up_neither_its_neighbours_nor_those_after_it(pool: Pool) -> None:
    async with pool.acquire() as other, other.transaction():
        await other.execute("select from room where name = 'red' for update")
        commands = [noting("a"), noting("b", room="red"), noting("c")]
        assert await together(pool, commands) == [False] * 3
        assert await pool.fetchval("select count(*) from note") == 0
        assert await together(pool, [noting("d"), noting("e", room="blue")]) == [True] * 2


async def test_what_a_lost_connection_took_with_it_is_carried_out_by_itself(pool: Pool) -> None:
    async def cut(tx: Connection) -> StringValue:
        await asyncio.shield(
            pool.execute("select pg_terminate_backend($1)", await tx.fetchval("select pg_backend_pid()"))
        )
        await tx.execute("select 1")
        return StringValue()

    commands = [noting("a"), Command("cut", StringValue, cut), noting("c")]
    assert await together(pool, commands) == [False] * 3
    assert await pool.fetchval("select count(*) from note") + await pool.fetchval("select count(*) from request") == 0
    async with pool.acquire() as tx, tx.transaction():
        await carry_out(tx, commands[::2])
    assert await pool.fetchval(NOTED) == ["a", "c"]


async def test_a_caller_that_has_gone_before_its_turn_leaves_nothing(pool: Pool) -> None:
    started, go_on = asyncio.Event(), asyncio.Event()

    async def slow(tx: Connection) -> StringValue:
        started.set()
        await go_on.wait()
        return StringValue()

    first = asyncio.create_task(commit_with_others(pool, Command("slow", StringValue, slow)))
    await started.wait()
    gone, stays = (asyncio.create_task(commit_with_others(pool, noting(text))) for text in ("gone", "stays"))
    await asyncio.sleep(0)
    gone.cancel()
    go_on.set()
    assert (await first, await stays) == (True, True)
    assert await pool.fetchval(NOTED) == ["stays"]


async def test_many_are_several_transactions_in_their_order(pool: Pool) -> None:
    texts = [f"n{number:02}" for number in range(70)]
    assert await together(pool, [noting(text) for text in texts]) == [True] * 70
    assert await pool.fetchval(NOTED) == texts
    assert [row["n"] for row in await pool.fetch("select count(*) n from note group by tx order by min(id)")] == [
        32,
        32,
        6,
    ]


async def statements(pool: Pool, commands: list[Command]) -> int:
    async with pool.acquire() as connection, connection.transaction():
        counted: Any = Counted(connection)
        await carry_out(counted, commands)
    return int(counted.statements)


async def test_beside_its_own_statement_a_command_costs_a_savepoint_and_its_share_of_four(pool: Pool) -> None:
    assert await statements(pool, [noting("alone")]) == 2 + 4
    assert await statements(pool, [noting(f"n{number}") for number in range(50)]) == 2 * 50 + 4
