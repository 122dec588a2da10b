"""kit's tables on real PostgreSQL: migrations, partitions of the outbox, statements an event."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import pytest

from services.kit import dead_letter, inbox, migrate, outbox, topics
from services.kit.envelope import Event, headers
from services.kit.errors import Poison
from services.kit.ids import new_id
from services.kit.inbox import DeadLetter
from tests.component import tiny
from tests.conftest import MakeDatabase


async def test_migrations_apply_once_and_in_order(database: MakeDatabase, tmp_path: Path) -> None:
    url = (await database("kit")).url
    (tmp_path / "0002_b.sql").write_text("insert into a values (2);")
    (tmp_path / "0001_a.sql").write_text("create table a (n int);")
    assert await migrate.migrate(url, tmp_path) == ["0001_a.sql", "0002_b.sql"]
    assert await migrate.migrate(url, tmp_path) == []


async def test_a_migration_that_fails_leaves_nothing_behind(database: MakeDatabase, tmp_path: Path) -> None:
    made = await database("kit")
    (tmp_path / "0001_a.sql").write_text("create table a (n int); select 1/0;")
    with pytest.raises(asyncpg.DivisionByZeroError):
        await migrate.migrate(made.url, tmp_path)
    assert await made.pool.fetchval("select to_regclass('a')") is None


async def test_an_edited_migration_is_refused(database: MakeDatabase, tmp_path: Path) -> None:
    url = (await database("kit")).url
    (tmp_path / "0001_a.sql").write_text("create table a (n int);")
    await migrate.migrate(url, tmp_path)
    (tmp_path / "0001_a.sql").write_text("create table a (n bigint);")
    with pytest.raises(migrate.SchemaError, match=r"0001_a\.sql was changed"):
        await migrate.migrate(url, tmp_path)


async def test_a_database_that_is_behind_is_told_so(database: MakeDatabase, tmp_path: Path) -> None:
    made = await database("kit")
    (tmp_path / "0001_a.sql").write_text("create table a (n int);")
    with pytest.raises(migrate.SchemaError, match=r"lacks 0001_a\.sql"):
        await migrate.check(made.pool, tmp_path)


async def test_old_partitions_go_only_when_all_their_rows_were_sent(database: MakeDatabase) -> None:
    pool = (await database("kit")).pool
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    async with pool.acquire() as connection:
        for days in (5, 4):
            start, end = today - timedelta(days=days), today - timedelta(days=days - 1)
            await connection.execute(
                f"create table outbox_{start:%Y%m%d} partition of outbox"
                f" for values from ('{start.isoformat()}') to ('{end.isoformat()}')"
            )
        insert = (
            "insert into outbox (id, topic, key, type, sequence, payload, created_at, sent_at)"
            " values (gen_random_uuid(), 't', 'k', 'y', 1, '', $1, $2)"
        )
        await connection.execute(insert, today - timedelta(days=5), today - timedelta(days=4))
        await connection.execute(insert, today - timedelta(days=4), None)
        await outbox.maintain(connection)
        there = [
            await connection.fetchval("select to_regclass($1)", f"outbox_{today - timedelta(days=d):%Y%m%d}")
            for d in (5, 4, 0, -1)
        ]
    assert [name is not None for name in there] == [False, True, True, True]


async def test_a_row_sent_a_moment_ago_is_kept_however_old_it_is(database: MakeDatabase) -> None:
    pool = (await database("kit")).pool
    day = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=5)
    async with pool.acquire() as connection:
        await connection.execute(
            f"create table outbox_{day:%Y%m%d} partition of outbox"
            f" for values from ('{day.isoformat()}') to ('{(day + timedelta(days=1)).isoformat()}')"
        )
        await connection.execute(
            "insert into outbox (id, topic, key, type, sequence, payload, created_at, sent_at)"
            " values (gen_random_uuid(), 't', 'k', 'y', 1, '', $1, now())",
            day,
        )
        await outbox.maintain(connection)
    assert await pool.fetchval("select count(*) from outbox") == 1


async def test_what_was_kept_long_enough_goes_and_the_rest_stays(database: MakeDatabase) -> None:
    pool = (await database("kit")).pool
    await pool.execute(
        "insert into inbox (consumer_group, event_id, received_at)"
        " select 'tiny', gen_random_uuid(), now() - days * interval '1 day' from unnest(array[0, 30, 38]) as days"
    )
    await pool.execute(
        "insert into request (id, created_at)"
        " select days::text, now() - days * interval '1 day' from unnest(array[0, 6, 8]) as days"
    )
    await pool.execute(
        "insert into dead_letter (id, consumer_group, topic, partition, record_offset, headers, reason, replayed_at)"
        " select gen_random_uuid(), 'tiny', 't', 0, coalesce(days, 99), '[]', '', now() - days * interval '1 day'"
        " from unnest(array[0, 6, 8, null]) as days"
    )
    async with pool.acquire() as connection:
        await outbox.maintain(connection)
    age = "select array_agg(extract(day from now() - {0})::int order by {0} desc) from {1}"
    assert await pool.fetchval(age.format("received_at", "inbox")) == [0, 30]
    assert await pool.fetchval(age.format("created_at", "request")) == [0, 6]
    assert await pool.fetchval("select array_agg(record_offset order by record_offset) from dead_letter") == [0, 6, 99]


async def test_a_hostile_record_is_buried_whole_and_published_small(database: MakeDatabase) -> None:
    pool = (await database("kit")).pool
    pairs: list[tuple[str, bytes | None]] = [("a\0b", b"\0"), ("n" * 50_000, b"v" * 50_000)]
    pairs += [(f"header-{n}", "ä".encode() * 1000) for n in range(200)]
    record = DeadLetter(new_id(), "tiny", "", "hallway.attendee.tie.v1", 0, 7, b"k", b"v" * 1_000_000, pairs)
    async with pool.acquire() as tx, tx.transaction():
        await dead_letter.bury(tx, "portal", tiny.SUBSCRIPTION, record, dead_letter.reason(Poison("with a \0 in it")))
    [letter] = await dead_letter.waiting(pool)
    assert (letter.value, letter.headers[1:], letter.reason) == (record.value, pairs[1:], "Poison: with a  in it")
    # What Kafka takes by default is 1,048,576 bytes with headers.
    assert await pool.fetchval("select length(payload) + length(extra::text) * 4 from outbox") < 1_000_000


async def test_an_event_at_the_place_of_an_earlier_dead_letter_is_buried_too(database: MakeDatabase) -> None:
    """A broker that came back empty counts from zero again."""
    pool = (await database("kit")).pool
    for key in tiny.keys(2):
        async with pool.acquire() as tx, tx.transaction():
            await dead_letter.bury(tx, "portal", tiny.SUBSCRIPTION, _record(key, 5), "cannot be handled")
    assert [letter.key for letter in await dead_letter.waiting(pool)] == [key.encode() for key in tiny.keys(2)]


async def test_a_record_that_comes_again_is_buried_once(database: MakeDatabase) -> None:
    pool = (await database("kit")).pool
    for _ in range(2):
        async with pool.acquire() as tx, tx.transaction():
            record = DeadLetter(new_id(), "tiny", "", "hallway.attendee.tie.v1", 0, 7, b"k", b"garbage", [])
            await dead_letter.bury(tx, "portal", tiny.SUBSCRIPTION, record, "no event")
    assert len(await dead_letter.waiting(pool)) == 1


async def test_the_reason_of_a_dead_letter_quotes_no_value_of_a_statement(database: MakeDatabase) -> None:
    pool = (await database("kit")).pool
    await pool.execute("create table person (name text constraint one_name unique, age int)")
    await pool.execute("insert into person values ('Zora Secret')")
    for statement, argument, told in [
        ("insert into person (name) values ($1)", "Zora Secret", "UniqueViolationError 23505 one_name"),
        ("insert into person (age) values ($1::text::int)", "Zora Secret", "InvalidTextRepresentationError 22P02"),
        ("insert into person (age) values ($1)", "Zora Secret", "DataError 22000"),
    ]:
        with pytest.raises(asyncpg.PostgresError) as failed:
            await pool.execute(statement, argument)
        assert dead_letter.reason(failed.value) == told


async def test_an_event_too_large_for_kafka_is_refused_before_it_is_committed(database: MakeDatabase) -> None:
    pool = (await database("kit")).pool
    async with pool.acquire() as tx:
        with pytest.raises(ValueError, match="at most 900000"):
            await outbox.append(tx, [tiny.conference("c", name="x" * 1_000_000)])


class Counted:
    """A connection that counts the statements sent through it."""

    def __init__(self, connection: object) -> None:
        self._connection, self.statements = connection, 0

    def __getattr__(self, name: str) -> object:
        if name in ("execute", "executemany", "fetch", "fetchrow", "fetchval"):
            self.statements += 1
        return getattr(self._connection, name)


async def test_events_are_written_with_one_statement_however_many(database: MakeDatabase) -> None:
    pool = (await database("kit")).pool
    async with pool.acquire() as connection:
        counted = Counted(connection)
        await outbox.append(counted, [tiny.tie(key, 1) for key in tiny.keys(1000)])  # type: ignore[arg-type]
    assert counted.statements == 1
    assert await pool.fetchval("select count(*) from outbox") == 1000


async def test_a_batch_is_taken_with_one_inbox_statement_and_one_call_of_its_handler(database: MakeDatabase) -> None:
    pool = (await database("kit")).pool
    await pool.execute(tiny.EFFECTS)
    records: list[inbox.KafkaRecord] = [_record(key, offset) for offset, key in enumerate(tiny.keys(500))]
    async with pool.acquire() as connection:
        counted = Counted(connection)
        await inbox.take(counted, tiny.SUBSCRIPTION, [*records, *records[:20]])  # type: ignore[arg-type]
    assert counted.statements == 2
    assert await pool.fetchval("select count(*) from effect") == 500


async def test_types_that_share_a_handler_share_its_call_however_they_alternate(database: MakeDatabase) -> None:
    pool = (await database("kit")).pool
    await pool.execute(tiny.EFFECTS)
    keys = tiny.keys(500)
    records = [_record(key, n, tiny.tie if n % 2 else tiny.conference) for n, key in enumerate(keys)]
    async with pool.acquire() as connection:
        counted = Counted(connection)
        await inbox.take(counted, tiny.SUBSCRIPTION, records)  # type: ignore[arg-type]
    assert counted.statements == 2
    assert await pool.fetchval("select array_agg(key order by id) from effect") == keys


def test_an_event_costs_177_bytes_on_the_wire_beside_its_message_key_and_type() -> None:
    """A new header costs every event; count what it brings."""
    record = _record("key", 1)
    names = sum(len(name) + len(value or b"") for name, value in record.headers)
    assert names - len("key") - len("hallway.attendee.v1.TieChanged") == 177


def _record(key: str, offset: int, make: Callable[..., outbox.Outgoing] = tiny.tie) -> DeadLetter:
    outgoing = make(key, 1)
    event = Event(new_id(), outgoing.message.DESCRIPTOR.full_name, key, 1, datetime(2030, 5, 7, 9, tzinfo=UTC), None)
    pairs: list[tuple[str, bytes | None]] = [*headers(event, "attendee")]
    value, topic = outgoing.message.SerializeToString(), topics.topic_of(event.type)
    return DeadLetter(event.id, "tiny", "", topic, 0, offset, key.encode(), value, pairs)


async def test_a_statement_and_an_idle_transaction_end_on_the_server_too(database: MakeDatabase) -> None:
    pool = (await database("kit")).pool
    assert await pool.fetchval("show statement_timeout") == "1min"
    assert await pool.fetchval("show idle_in_transaction_session_timeout") == "1min"
