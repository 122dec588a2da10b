"""How fast matchmaking's worker sees a conference, and how soon a tie becomes a suggestion.

`python -m bench.solving [--people N] [--ties M] [--busy-people B] [--samples S] [--rate R]` runs a PostgreSQL and
prints one JSON object:

- "load": reading N people and M ties as the solver's picture, cold and with ties kept (100 of them changed), beside a
  plain binary COPY of the same rows of ties in the same run; wall and CPU seconds of this process, not the server's.
- "visible": a conference of B people with ten ties each and a worker process. R ties a second change; among them S are
  the first of two people who have room. From the transaction that wrote such a tie (as the consumer of tie events
  does) to the one that wrote the suggestion on it, by PostgreSQL's commit times; and the worker's CPU seconds.
"""

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import numpy as np

from bench import usage
from embedded.postgres import Postgres
from services.kit import db
from services.kit.db import Pool
from services.kit.migrate import migrate
from services.matchmaking.app import SERVICE
from services.matchmaking.domain.facts import Tie, TieCount
from services.matchmaking.store.facts import FactStore
from services.matchmaking.store.picture import Pictures
from services.matchmaking.store.solving import SolveQueue

SOURCE = UUID(int=1)
_PEOPLE = """
    insert into attendee (id, conference_id, state, budget, interests, formats, version)
    select gen_random_uuid(), $1, 'joined', 4, array['topic ' || n % 500], '{}', 1 from generate_series(1, $2::int) as n
"""
_TIES = """
    with person as materialized (
        select id, row_number() over (order by id) as n from attendee where conference_id = $1 limit $3),
    pair as (select distinct least(a, b) as a, greatest(a, b) as b from (
        select 1 + floor(random() * $3)::bigint as a, 1 + floor(random() * $3)::bigint as b
        from generate_series(1, $2::bigint)) as drawn where a <> b)
    insert into tie (id, conference_id, a, b, counts, amount, version)
    select gen_random_uuid(), $1, one.id, other.id, jsonb_build_array(
        jsonb_build_array($4::text, 'reply', '2027-03', 3, 2)), 5, 1
    from pair join person one on one.n = pair.a join person other on other.n = pair.b
"""
_RAW = "select id, a, b, amount from tie where conference_id = $1 and amount > 0"
_VISIBLE = """
    select extract(epoch from pg_xact_commit_timestamp(s.xmin) - pg_xact_commit_timestamp(t.xmin))::float8 as seconds
    from tie t join suggestion s on s.attendee_ids = array[t.a, t.b] and s.route = 'tie' where t.id = any($1)
"""


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


async def fill(pool: Pool, conference: UUID, people: int, ties: int, reserve: int = 0) -> None:
    """A conference in which all but ``reserve`` people, the last by id, have ties."""
    async with pool.acquire() as tx, tx.transaction():
        await tx.execute("set local statement_timeout = 0")  # a million rows take their time
        await tx.execute(_PEOPLE, conference, people)
        await tx.execute("analyze attendee")
        await tx.execute("set local enable_nestloop = off")  # how many pairs are drawn the planner can't know
        await tx.execute(_TIES, conference, ties, people - reserve, str(SOURCE), timeout=600)
    for table in ("attendee", "tie"):
        await pool.execute(f"vacuum analyze {table}", timeout=600)


async def timed(work: Any) -> tuple[dict[str, float], Any]:
    wall, processor = time.perf_counter(), time.process_time()
    result = await work
    seconds = {"seconds": time.perf_counter() - wall, "cpu_seconds": time.process_time() - processor}
    return {name: round(value, 3) for name, value in seconds.items()}, result


async def load(pool: Pool, people: int, ties: int) -> dict[str, Any]:
    """The figures "load"."""
    here = uuid4()
    say(f"filling in {people} people and {ties} ties")
    await fill(pool, here, people, ties)
    taken = bytearray()

    async def take(chunk: bytes) -> None:
        taken.extend(chunk)

    async def picture(pictures: Pictures) -> Any:
        async with pool.acquire() as tx, tx.transaction(isolation="repeatable_read", readonly=True):
            return await pictures.read(tx, here)

    pictures = Pictures()
    async with pool.acquire() as tx:
        raw, _ = await timed(tx.copy_from_query(_RAW, here, output=take, format="binary"))
    cold, found = await timed(picture(pictures))
    await pool.execute(
        "update tie set amount = 9, changed = pg_current_xact_id() where id in"
        " (select id from tie where conference_id = $1 limit 100)", here,
    )  # fmt: skip
    warm, again = await timed(picture(pictures))
    assert len(again.ties.a) == len(found.ties.a)
    ratios = {
        f"{name}_to_copy": round(of["seconds"] / raw["seconds"], 2) for name, of in (("cold", cold), ("warm", warm))
    }
    return {"people": people, "ties": len(found.ties.a), "copy": raw, "cold": cold, "warm": warm} | ratios


async def visible(pool: Pool, url: str, people: int, samples: int, rate: float) -> dict[str, Any]:
    """The figures "visible"."""
    here = uuid4()
    await fill(pool, here, people, people * 10, reserve=2 * samples)
    ids = [r["id"] for r in await pool.fetch("select id from attendee where conference_id = $1 order by id", here)]
    free, others = ids[-2 * samples :], await pool.fetch("select id, a, b from tie where conference_id = $1", here)
    worker = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "services.matchmaking", "worker"),
        env=os.environ
        | {"HALLWAY_DATABASE_URL": url, "HALLWAY_KAFKA_BOOTSTRAP": "nowhere:1", "HALLWAY_LOG_LEVEL": "error"},
        stdout=asyncio.subprocess.DEVNULL,
    )
    try:
        await change(pool, here, [])
        await settled(pool)
        say("solved once; changing ties")
        before, rng, made, solves = usage.processor_seconds([worker.pid]), np.random.default_rng(1), [], 0
        steps = max(1, round(rate * samples / 4))  # four samples a second
        for step in range(steps):
            new = [sample(here, free, n) for n in range(step * samples // steps, (step + 1) * samples // steps)]
            made += [tie.id for tie in new]
            old = others[int(rng.integers(len(others)))]
            await change(pool, here, [*new, Tie(old["id"], here, old["a"], old["b"], counts(step), 2 + step)])
            await asyncio.sleep(1 / rate)
        await settled(pool)
        seconds = sorted(r["seconds"] for r in await pool.fetch(_VISIBLE, made))
        solves = await pool.fetchval("select count(distinct xmin::text) from suggestion where conference_id = $1", here)
        return {
            "people": people, "ties": len(others), "changes_per_second": rate, "samples": samples, "seen": len(seconds),
            "p50": round(float(np.percentile(seconds, 50)), 3), "p99": round(float(np.percentile(seconds, 99)), 3),
            "worker_cpu_seconds": round(usage.processor_seconds([worker.pid]) - before, 2),
            "solves_that_added": solves - 1,
        }  # fmt: skip
    finally:
        worker.terminate()
        await worker.wait()


def counts(step: int) -> tuple[TieCount, ...]:
    return (TieCount(SOURCE, "reply", "2027-04", 3, 3 + step % 7),)


def sample(here: UUID, free: list[UUID], n: int) -> Tie:
    """The first tie of two people who have room, not neighbours, whom an open table brings together."""
    a, b = free[n], free[n + len(free) // 2]
    return Tie(uuid4(), here, a, b, counts(n), 1)


async def change(pool: Pool, here: UUID, ties: list[Tie]) -> None:
    """What the consumer of tie events does."""
    async with pool.acquire() as tx, tx.transaction():
        await FactStore(tx).save_ties(ties)
        await SolveQueue(tx).request([here])


async def settled(pool: Pool) -> None:
    """Until nothing is asked of the worker."""
    asked = "select exists (select from solve_request) or exists (select from solve_lease)"
    while await pool.fetchval(asked):  # noqa: ASYNC110 - the other end is a database
        await asyncio.sleep(0.2)


async def measure(postgres: Postgres, chosen: argparse.Namespace) -> dict[str, Any]:
    """The JSON object."""
    pool = await db.create_pool(postgres.url())
    await pool.execute("create database matchmaking")
    await pool.close()
    url = postgres.url("matchmaking")
    await migrate(url, SERVICE.migrations)
    pool = await db.create_pool(url)
    try:
        seen = await visible(pool, url, chosen.busy_people, chosen.samples, chosen.rate)
        say(json.dumps(seen))
        return {
            "load_average": os.getloadavg()[0],
            "visible": seen,
            "load": await load(pool, chosen.people, chosen.ties),
        }
    finally:
        pool.terminate()


def main() -> None:
    """Prints the JSON object."""
    parser = argparse.ArgumentParser(prog="python -m bench.solving", description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--ties", type=int, default=1_000_000)
    parser.add_argument("--busy-people", type=int, default=10_000)
    parser.add_argument("--samples", type=int, default=200)
    parser.add_argument("--rate", type=float, default=20.0)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        postgres = Postgres(Path(folder) / "postgres")
        postgres.start()
        try:
            asyncio.run(_commit_times(postgres))
            postgres.stop()
            postgres.start()
            print(json.dumps(asyncio.run(measure(postgres, chosen))))
        finally:
            postgres.stop()


async def _commit_times(postgres: Postgres) -> None:
    pool = await db.create_pool(postgres.url())
    await pool.execute("alter system set track_commit_timestamp = on")
    await pool.close()


if __name__ == "__main__":
    main()
