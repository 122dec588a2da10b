"""How long does a new match wait for its time and place in a big conference? The instant engine, its store, the event.

`python -m bench.placing [--attendees 10000 --sessions 20000 --places 300]` fills a conference in a PostgreSQL of its
own (fsync on) and prints one JSON object of milliseconds (median, p99): `best_slot` and `five_offers` in this process,
the model at hand; `load` of that model; `placement`, one match in its transaction, with the statements it took and as
a ratio to a transaction of as many `select 1`; `event_to_session`, from a match's event sent to its session's event
read, through consumer, relay and broker. `of_processor` is the processor's time: it holds on a busy machine too; so
are the seconds of `waiting`, as many sessions planned together as the worker does.
"""

import argparse
import json
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import uvloop

from bench.placing_data import Hall, fill
from bench.placing_events import event_to_session
from embedded.broker import Broker
from embedded.postgres import Postgres
from services.kit import db
from services.kit.db import Pool
from services.kit.migrate import migrate
from services.make_topics import make_topics
from services.scheduling.api.worker import STEPS
from services.scheduling.app import SERVICE
from services.scheduling.domain.conference import Match
from services.scheduling.domain.formats import FORMATS
from services.scheduling.engine.instant import Group, best_spots, find_spot
from services.scheduling.engine.model import Model
from services.scheduling.engine.whole.waiting import plan_waiting
from services.scheduling.handlers.place_matches import place_matches
from services.scheduling.handlers.retry_unplaced import AT_ONCE
from services.scheduling.store.write import Store

FORMAT = "coffee"


def figures(seconds: list[float]) -> dict[str, float]:
    """Milliseconds."""
    median, p99 = np.quantile(seconds, [0.5, 0.99]) * 1e3
    return {"median_ms": round(float(median), 2), "p99_ms": round(float(p99), 2)}


async def clocked(times: int, work: Callable[[], Awaitable[Any]]) -> list[float]:
    """Seconds of each run, after ten that warm up."""
    seconds = []
    for _ in range(times + 10):
        started = time.perf_counter()
        await work()
        seconds.append(time.perf_counter() - started)
    return seconds[10:]


async def engine(pool: Pool, hall: Hall, times: int) -> dict[str, object]:
    """Loading, and finding on a model nobody has looked at before."""
    loads, waits, work = [], defaultdict(list), defaultdict(list)
    asked: dict[str, Callable[[Model, Group], object]] = {
        "best_slot": find_spot,
        "five_offers": lambda model, group: best_spots(model, group, 5),
    }
    for _ in range(times + 10):
        group = Group(hall.strangers(), FORMATS[FORMAT])
        for name, ask in asked.items():
            async with pool.acquire() as tx, tx.transaction():
                started = time.perf_counter()
                model = await Store(tx).load_model(hall.conference.id, group.attendee_ids, hall.now)
                loads.append(time.perf_counter() - started)
            started, begun = time.perf_counter(), time.process_time()
            ask(model, group)
            waits[name].append(time.perf_counter() - started)
            work[name].append(time.process_time() - begun)
    found: dict[str, object] = {
        name: figures(waits[name][10:]) | {"of_processor": figures(work[name][10:])} for name in asked
    }
    return {"load": figures(loads[20:])} | found


async def placement(pool: Pool, hall: Hall, times: int) -> dict[str, object]:
    """One match in its transaction, beside bare round trips."""
    statements = 0

    def count(query: Any) -> None:
        nonlocal statements
        statements += 1

    async def place() -> None:
        nonlocal statements
        statements = 0
        async with pool.acquire() as tx:
            tx.add_query_logger(count)
            async with tx.transaction():
                await place_matches(Store(tx), [Match(uuid4(), hall.conference.id, hall.strangers(), FORMAT)], hall.now)
            tx.remove_query_logger(count)

    placed = await clocked(times, place)
    bare_statements = statements - 2  # begin and commit

    async def bare() -> None:
        async with pool.acquire() as tx, tx.transaction():
            for _ in range(bare_statements):
                await tx.fetchval("select 1")

    trips = await clocked(times, bare)
    ratio = float(np.median(placed) / np.median(trips))
    return figures(placed) | {"statements": statements, "bare_round_trips": figures(trips), "ratio": round(ratio, 1)}


async def waiting(pool: Pool, hall: Hall, sessions: int) -> dict[str, float]:
    """So many that wait, planned together: seconds of the processor for the first plan, and with all of annealing."""
    groups = {number: Group(hall.strangers(), FORMATS[FORMAT]) for number in range(sessions)}
    people = {attendee_id for group in groups.values() for attendee_id in group.attendee_ids}
    async with pool.acquire() as tx, tx.transaction():
        model = await Store(tx).load_model(hall.conference.id, people, hall.now)
    seconds, placed = [], 0
    for steps in (0, STEPS * sessions):
        begun = time.process_time()
        placed = len(plan_waiting(model, groups, 0, steps))
        seconds.append(round(time.process_time() - begun, 2))
    return {"sessions": sessions, "placed": placed, "first": seconds[0], "last": seconds[1]}


async def run(postgres: Postgres, broker: Broker, options: argparse.Namespace) -> dict[str, object]:
    """All measures."""
    postgres.create_database(SERVICE.name)
    url = postgres.url(SERVICE.name)
    await migrate(url, SERVICE.migrations)
    await make_topics(broker.bootstrap)
    pool = await db.create_pool(url, 10)
    hall = await fill(pool, options.attendees, options.sessions, options.places, options.seed)
    result: dict[str, object] = {}
    for name, work in (("engine", engine), ("placement", placement)):
        print(f"{name} ...", file=sys.stderr)
        measured = await work(pool, hall, options.times)
        result |= measured if name == "engine" else {name: measured}
    print("waiting ...", file=sys.stderr)
    result["waiting"] = await waiting(pool, hall, AT_ONCE)
    print("event_to_session ...", file=sys.stderr)
    waits = await event_to_session(pool, url, broker.bootstrap, hall, options.times)
    await pool.close()
    return result | {"event_to_session": figures(waits)}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.placing", description=__doc__.splitlines()[0])
    parser.add_argument("--attendees", type=int, default=10_000)
    parser.add_argument("--sessions", type=int, default=20_000)
    parser.add_argument("--places", type=int, default=300)
    parser.add_argument("--times", type=int, default=500, help="how often each is measured")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="hallway-bench-") as folder:
        postgres = Postgres(Path(folder) / "postgres")
        with postgres, Broker() as broker:
            result = uvloop.run(run(postgres, broker, options))
        postgres.destroy()
    print(json.dumps(vars(options) | result, indent=2))


if __name__ == "__main__":
    main()
