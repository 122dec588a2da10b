"""How fast each stage of the event path is alone: command, relay, and the two consumers of tie changes.

`python -m bench.stages [--ties N] [--profile STAGE]` runs one stage after the other in this process, with a
PostgreSQL and a broker of its own; each takes what the one before left. Prints one JSON object: for each stage the
tie changes a second, and the processor time that one cost here, in PostgreSQL and in the broker; the ceilings of the
same run are raw aiokafka and raw asyncpg with the same records and rows. A consumer's stage is also how it catches
up: all its events wait when it starts.
"""

import argparse
import asyncio
import cProfile
import json
import os
import pstats
import sys
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import uvloop

from bench import ceilings, load, usage
from embedded.broker import Broker
from embedded.postgres import Postgres
from services.attendee.api import convert
from services.attendee.app import SERVICE as ATTENDEE
from services.attendee.handlers.create_conference import create_conference
from services.attendee.handlers.record_interactions import record_interactions
from services.attendee.handlers.register_attendees import register_attendees
from services.attendee.store.write import Store
from services.kit import db, topics
from services.kit.consumer import Consumer, Subscription
from services.kit.db import Pool
from services.kit.ids import new_id
from services.kit.migrate import migrate
from services.kit.relay import Relay
from services.kit.settings import ServiceSettings
from services.make_topics import make_topics
from services.matchmaking.api.kafka import SUBSCRIPTION as MATCHMAKING_TAKES
from services.matchmaking.app import SERVICE as MATCHMAKING
from services.portal.api.kafka import READ_MODEL
from services.portal.app import SERVICE as PORTAL

TIES_TOPIC = topics.topic_of("hallway.attendee.v1.TieChanged")
# Rows carry the time of their transaction; the first transaction's work is not between the first and the last time.
_RATE = """
    with t as (select {column} as at, count(*) as n from {table} where {column} is not null group by 1)
    select (sum(n) - (select n from t order by at limit 1)) / nullif(extract(epoch from max(at) - min(at)), 0) from t
"""


@dataclass
class Bench:
    """What the stages share, and what they measured."""

    postgres: Postgres
    broker: Broker
    ties: int
    attendees: int
    profile: str
    figures: dict[str, object] = field(default_factory=dict)
    rates: dict[str, float] = field(default_factory=dict)

    def settings(self, service: str) -> ServiceSettings:
        """As the embedded default sets them."""
        return ServiceSettings(
            database_url=self.postgres.url(service), kafka_bootstrap=self.broker.bootstrap, kafka_idempotence=False,
            kafka_fetch_wait_ms=100, kafka_session_timeout_ms=2_000, kafka_silence_seconds=600,
        )  # fmt: skip

    async def pool(self, service: str) -> Pool:
        """Of the service's database."""
        return await db.create_pool(self.postgres.url(service), 10)

    async def stage(self, name: str, work: Callable[[], Awaitable[float]]) -> None:
        """Runs ``work``, which answers tie changes a second."""
        print(f"{name} ...", file=sys.stderr, flush=True)
        members = {
            "python": [os.getpid()],
            "postgres": usage.family(_pid(self.postgres)),
            "broker": usage.family(_pid(self.broker)),
        }
        before = {part: usage.processor_seconds(pids) for part, pids in members.items()}
        profiler = cProfile.Profile()
        if name == self.profile:
            profiler.enable()
        rate = await work()
        profiler.disable()
        members["postgres"] = usage.family(_pid(self.postgres))
        spent = {part: usage.processor_seconds(pids) - before[part] for part, pids in members.items()}
        self.rates[name] = rate
        self.figures[name] = {
            "per_second": round(rate),
            "processor_us_each": {part: round(seconds * 1e6 / self.ties, 1) for part, seconds in spent.items()},
        }
        if name == self.profile:
            pstats.Stats(profiler, stream=sys.stderr).sort_stats("tottime").print_stats(45)


def _pid(server: Postgres | Broker) -> int:
    process = server._server if isinstance(server, Postgres) else server._process
    assert process is not None
    return process.pid


async def run(bench: Bench) -> None:
    """All stages, then the ceilings."""
    for service in (ATTENDEE, MATCHMAKING, PORTAL):
        bench.postgres.create_database(service.name)
        await migrate(bench.postgres.url(service.name), service.migrations)
    await make_topics(bench.broker.bootstrap)
    pool = await bench.pool("attendee")
    conference_id, attendee_ids = await _people(pool, bench.attendees)
    await bench.stage("command", lambda: _command(pool, conference_id, attendee_ids, bench.ties))
    await bench.stage("relay", lambda: _relay(bench, pool))
    await pool.close()
    await bench.stage("matchmaking", lambda: _consume(bench, "matchmaking", MATCHMAKING_TAKES, "tie"))
    await bench.stage("portal", lambda: _consume(bench, "portal", READ_MODEL, "read_tie"))
    urls = bench.postgres.url("postgres"), TIES_TOPIC, bench.postgres.url("matchmaking")
    top = await ceilings.measure(bench.broker.bootstrap, *urls, min(bench.ties, 200_000))
    bench.figures["ceilings"] = top.figures()
    bench.figures["lag_recovery_to_consume_ceiling"] = {
        name: round(top.consume / bench.rates[name], 2) for name in ("matchmaking", "portal")
    }


async def _people(pool: Pool, count: int) -> tuple[str, list[str]]:
    async with pool.acquire() as tx, tx.transaction():
        conference = await create_conference(Store(tx), convert.plan_of(load.CONFERENCE), new_id)
    ids: list[str] = []
    for request in load.people(str(conference.id), count):
        async with pool.acquire() as tx, tx.transaction():
            result = await register_attendees(Store(tx), conference.id, convert.claims_of(request), new_id)
        ids += map(str, result.attendee_ids)
    return str(conference.id), ids


async def _command(pool: Pool, conference_id: str, attendee_ids: list[str], ties: int) -> float:
    requests = list(load.ties(conference_id, attendee_ids, ties))
    started = asyncio.get_running_loop().time()
    for r in requests:
        async with pool.acquire() as tx, tx.transaction():
            header = convert.header_of(r.conference_id, r.network, r.source_name, r.visibility)
            await record_interactions(Store(tx), header, convert.counts_of(r), new_id)
    return ties / (asyncio.get_running_loop().time() - started)


async def _relay(bench: Bench, pool: Pool) -> float:
    relay = Relay(bench.settings("attendee"), "attendee")
    await relay.start()
    await _until(pool, "select not exists (select from outbox where sent_at is null)")
    await relay.stop()
    return await _rate(pool, "outbox", "sent_at")


async def _consume(bench: Bench, service: str, takes: Subscription, table: str) -> float:
    pool = await bench.pool(service)
    consumer = Consumer(bench.settings(service), pool, service, takes)
    await consumer.start()
    await _until(pool, f"select count(*) >= {bench.ties} from {table}")
    await consumer.stop()
    rate = await _rate(pool, "inbox", "received_at")
    await pool.close()
    return rate


async def _rate(pool: Pool, table: str, column: str) -> float:
    return float(await pool.fetchval(_RATE.format(table=table, column=column)))


async def _until(pool: Pool, question: str) -> None:
    async with asyncio.timeout(900):
        while not await pool.fetchval(question):  # noqa: ASYNC110 - the other end is a database
            await asyncio.sleep(0.5)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.stages", description=__doc__.splitlines()[0])
    parser.add_argument("--ties", type=int, default=100_000, help="tie changes")
    parser.add_argument("--attendees", type=int, default=2_000)
    parser.add_argument("--profile", default="", help="a stage whose profile goes to standard error")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="hallway-bench-") as folder:
        postgres = Postgres(Path(folder) / "postgres")
        with postgres, Broker() as broker:
            bench = Bench(postgres, broker, args.ties, args.attendees, args.profile)
            uvloop.run(run(bench))
        postgres.destroy()
    print(json.dumps({"ties": args.ties, "attendees": args.attendees} | bench.figures, indent=2))


if __name__ == "__main__":
    main()
