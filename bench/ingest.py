"""How fast tie changes get from the importer's call into matchmaking's tables, exactly once, through Kafka.

`python -m bench.ingest [--ties N] [--apache] [--all]` runs the attendee and the matchmaking service (with `--all`
every process of Hallway), sends N pairs by gRPC, 10,000 a call and two calls under way, and waits for the last row.
Prints one JSON object: tie changes a second as a ratio to the ceilings of the same run (raw aiokafka with the same
records, raw asyncpg with the same rows), processor time and memory by process, and what came twice or not at all.
"""

import argparse
import asyncio
import json
import sys
import time
from typing import Any

from bench import ceilings, load
from bench.hall import Hall, Meter, hall
from services.kit import topics

UNDER_WAY = 2
MINIMUM = ("attendee", "matchmaking")


async def measure(running: Hall, ties: int, attendees: int) -> dict[str, Any]:
    """The JSON object."""
    await running.connect()
    matchmaking = await running.database("matchmaking")
    conference_id, ids = await running.people(attendees)
    await _until(matchmaking, "select count(*) from attendee", attendees)
    meter, memory, started = Meter(running), list[dict[str, float]](), time.perf_counter()
    watching = asyncio.create_task(_watch(meter, memory))
    await _send(running, conference_id, ids, ties)
    acknowledged = time.perf_counter() - started
    await _until(matchmaking, "select count(*) from tie", ties)
    seconds = time.perf_counter() - started
    watching.cancel()
    cost = meter.microseconds(ties)
    exactly_once = await _check(running, ties, attendees)
    top = await ceilings.measure(
        running.plan.kafka_bootstrap, running.postgres.url(), topics.topic_of("hallway.attendee.v1.TieChanged"),
        running.plan.database_urls["matchmaking"], min(ties, 200_000),
    )  # fmt: skip
    await matchmaking.close()
    await running.close()
    rate = ties / seconds
    return {
        "tie_changes": ties,
        "seconds_to_acknowledge": round(acknowledged, 1),
        "seconds_to_stored": round(seconds, 1),
        "per_second": round(rate),
        "exactly_once": exactly_once,
        "ceilings": top.figures(),
        "ratio_to_slower_ceiling": round(rate / top.slower, 3),
        "processor_us_each": cost | {"sum": round(sum(cost.values()), 1)},
        "memory_mib": {"first_fifth": memory[len(memory) // 5], "last": memory[-1], "peak": meter.peak_mib},
    }


async def _send(running: Hall, conference_id: str, ids: list[str], ties: int) -> None:
    requests = load.ties(conference_id, ids, ties)

    async def client() -> None:
        for request in requests:
            await running.call("attendee", running.attendee.RecordInteractions, request)

    await asyncio.gather(*(client() for _ in range(UNDER_WAY)))


async def _watch(meter: Meter, memory: list[dict[str, float]]) -> None:
    while True:
        memory.append(meter.look())
        await asyncio.sleep(1)


async def _until(connection: Any, question: str, count: int) -> None:
    async with asyncio.timeout(1_800):
        while await connection.fetchval(question) < count:  # noqa: ASYNC110 - the other end is a database
            await asyncio.sleep(0.2)


async def _check(running: Hall, ties: int, attendees: int) -> dict[str, int]:
    """Each tie was told once: rows, versions and counts add up to what was sent."""
    connection = await running.database("matchmaking")
    row = await connection.fetchrow(
        "select count(*) as rows, sum(version)::bigint as versions,"
        " sum((counts->0->>3)::int + (counts->0->>4)::int)::bigint as interactions from tie"
    )
    await connection.close()
    expected = sum(map(load.interactions, load.pairs(attendees, ties)))
    assert row is not None
    return {"rows": row["rows"], "versions": row["versions"], "interactions": row["interactions"], "sent": expected}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.ingest", description=__doc__.splitlines()[0])
    parser.add_argument("--ties", type=int, default=1_000_000)
    parser.add_argument("--attendees", type=int, default=5_000)
    parser.add_argument("--apache", action="store_true", help="on Apache Kafka instead of the embedded broker")
    parser.add_argument("--all", action="store_true", help="with every process of Hallway, not only those on the way")
    args = parser.parse_args()
    with hall(None if args.all else MINIMUM, apache=args.apache) as running:
        figures = asyncio.run(measure(running, args.ties, args.attendees))
    print(json.dumps({"broker": "apache" if args.apache else "embedded", "all": args.all} | figures, indent=2))
    once = figures["exactly_once"]
    if not (once["rows"] == once["versions"] == args.ties and once["interactions"] == once["sent"]):
        print("tie changes were lost or came twice", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
