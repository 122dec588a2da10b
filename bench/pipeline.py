"""How many events a second get through all of Hallway, and how soon a command is visible in the read model.

`python -m bench.pipeline [--attendees N] [--ties M] [--answers K] [--apache]` runs every process of Hallway. It
registers N people and records M ties in bulk, until the portal's read model has all of them: events a second, end to
end. Then it changes profiles by unary gRPC: first as fast as 64 callers can (saturation: the changes a second that
became visible), then in open loop at 20, 50 and 80 % of that. Both sides of K suggestions say yes, too: from the second
yes to the session in the read model. Prints one JSON object. The ceilings are of the same run: raw aiokafka with the
ties' records, raw asyncpg with their rows, and a gRPC server that answers the same calls at once. Latency is taken
from PostgreSQL's own commit time of the read model's row, not by asking again and again.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeAlias

import asyncpg
import uvloop
from hallway.attendee.v1 import service_pb2, service_pb2_grpc
from hallway.matchmaking.v1 import service_pb2 as matchmaking
from hallway.scheduling.v1 import scheduling_pb2
from hallway.scheduling.v1 import service_pb2 as scheduling

from bench import ceilings, load
from bench.hall import Hall, Meter, hall
from services.kit import topics
from services.portal.api.channel import Channel

CALLERS = 64
SECONDS = 15
_CHANGES = "select sum(counter)::bigint from read_change"
_MAIL_WAITS = "select exists (select from mail where sent_at is null and dropped_at is null)"
Read: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


async def measure(running: Hall, attendees: int, ties: int, answers: int) -> dict[str, Any]:
    """The JSON object."""
    await running.connect()
    read = await running.database("portal")
    conference, ids, bulk = await _bulk(running, read, attendees, ties)
    await _venue(running, conference)
    await _until(read, "select count(*) from read_suggestion where state = 'open'", answers)
    await _quiet(read)
    ceiling = await _unary_ceiling(ids)
    saturation = await _saturation(running, read, ids)
    levels = {}
    for number, share in enumerate((0.2, 0.5, 0.8)):
        rate = share * saturation["visible_per_second"]
        levels[f"{share:.0%}"] = {"rate": round(rate, 1)} | await _open_loop(running, read, ids, rate, 5 + number)
    top = await ceilings.measure(
        running.plan.kafka_bootstrap, running.postgres.url(), topics.topic_of("hallway.attendee.v1.TieChanged"),
        running.plan.database_urls["matchmaking"], ties,
    )  # fmt: skip
    figures = {
        "bulk": bulk | {"to_slower_ceiling": round(bulk["events_per_second"] / top.slower, 4)},
        "ceilings": top.figures(),
        "unary_ceiling_per_second": round(ceiling, 1),
        "saturation": saturation,
        "saturation_to_unary_ceiling": round(saturation["visible_per_second"] / ceiling, 3),
        "profile_change_visible": levels,
        "second_yes_to_session_visible": await _answers(running, read, answers),
    }
    await read.close()
    await running.close()
    return figures


async def _bulk(running: Hall, read: Read, attendees: int, ties: int) -> tuple[str, list[str], dict[str, float]]:
    """Registers everybody and records all ties, until the read model has them: conference, attendees, figures."""
    say(f"registering {attendees} people, recording {ties} ties")
    started = time.perf_counter()
    conference, ids = await running.people(attendees)
    for request in load.ties(conference, ids, ties):
        await running.call("attendee", running.attendee.RecordInteractions, request)
    acknowledged = time.perf_counter() - started
    await _until(read, "select count(*) from read_attendee", attendees)
    await _until(read, "select count(*) from read_tie", ties)
    seconds = time.perf_counter() - started
    figures = {
        "events": attendees + ties,
        "seconds_to_acknowledge": round(acknowledged, 2),
        "seconds_to_visible": round(seconds, 2),
        "events_per_second": round((attendees + ties) / seconds, 1),
    }
    return conference, ids, figures


async def _venue(running: Hall, conference: str) -> None:
    places = [scheduling_pb2.Place(name="Hall", capacity=400, seats=8, opens="08:00", closes="22:00")]
    request = scheduling.SetVenueRequest(conference_id=conference, places=places)
    await running.call("scheduling", running.scheduling.SetVenue, request)


async def _until(read: Read, question: str, count: int, *values: object) -> None:
    async with asyncio.timeout(600):
        while await read.fetchval(question, *values) < count:  # noqa: ASYNC110 - the other end is a database
            await asyncio.sleep(0.02)


async def _quiet(read: Read) -> None:
    """Waits until what the first ties set off is over, down to the last mail."""
    before = -1
    while before != (now := await read.fetchval(_CHANGES)) or await read.fetchval(_MAIL_WAITS):
        before = now
        await asyncio.sleep(3)


def _change(attendee_id: str, budget: int) -> service_pb2.UpdateProfileRequest:
    return service_pb2.UpdateProfileRequest(attendee_id=attendee_id, attention_budget=budget)


async def _crowd(ids: list[str], call: Callable[[str], Awaitable[Any]]) -> tuple[int, float]:
    """Calls for one person after the other, 64 at a time, for some seconds; how many calls, and the seconds."""
    started, waiting, made = time.perf_counter(), iter(ids), 0

    async def caller() -> None:
        nonlocal made
        for attendee_id in waiting:
            await call(attendee_id)
            made += 1
            if time.perf_counter() - started > SECONDS:
                return

    await asyncio.gather(*(caller() for _ in range(CALLERS)))
    return made, time.perf_counter() - started


@contextmanager
def _echo() -> Iterator[str]:
    process = subprocess.Popen([sys.executable, "-m", "bench.echo"], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield f"127.0.0.1:{int(process.stdout.readline())}"
    finally:
        process.terminate()
        process.wait()


async def _unary_ceiling(ids: list[str]) -> float:
    """Calls a second to a server that answers at once."""
    say("unary ceiling ...")
    with _echo() as target:
        channel = Channel(target)
        stub = service_pb2_grpc.AttendeeServiceStub(channel.grpc)
        made, seconds = await _crowd(ids, lambda i: channel.call(stub.UpdateProfile, _change(i, 5)))
        await channel.close()
    return made / seconds


async def _saturation(running: Hall, read: Read, ids: list[str]) -> dict[str, Any]:
    """As many changes as 64 callers can make; until the read model has all."""
    say("saturation ...")
    meter, started = Meter(running), time.perf_counter()
    change = running.attendee.UpdateProfile
    made, seconds = await _crowd(ids, lambda i: running.call("attendee", change, _change(i, 4)))
    await _until(read, "select count(*) from read_attendee where attention_budget = 4", made)
    visible = time.perf_counter() - started
    cost = meter.microseconds(made)
    return {
        "acknowledged_per_second": round(made / seconds, 1),
        "visible_per_second": round(made / visible, 1),
        "processor_us_each": cost | {"sum": round(sum(cost.values()), 1)},
    }


async def _open_loop(running: Hall, read: Read, ids: list[str], rate: float, budget: int) -> dict[str, float]:
    """One change a person at a steady rate, whether or not earlier ones were answered."""
    chosen = ids[: min(len(ids), int(rate * SECONDS))]
    say(f"{len(chosen)} changes at {rate:.0f} a second ...")
    replied: dict[str, float] = {}

    async def change(attendee_id: str, at: float) -> None:
        await asyncio.sleep(max(0.0, at - time.perf_counter()))
        await running.call("attendee", running.attendee.UpdateProfile, _change(attendee_id, budget))
        replied[attendee_id] = time.time()

    start = time.perf_counter() + 0.1
    await asyncio.gather(*(change(person, start + number / rate) for number, person in enumerate(chosen)))
    await _until(read, "select count(*) from read_attendee where attention_budget = $1", len(chosen), budget)
    rows = await read.fetch(
        "select id::text as id, extract(epoch from pg_xact_commit_timestamp(xmin))::float8 as at"
        " from read_attendee where id = any($1::uuid[])",
        chosen,
    )
    return _spread([row["at"] - replied[row["id"]] for row in rows])


async def _answers(running: Hall, read: Read, count: int) -> dict[str, float]:
    """Both sides of suggestions say yes; from the second yes' reply to the session's row in the read model."""
    rows = await read.fetch(
        "select suggestion_id::text as id, array_agg(attendee_id::text) as people from read_suggestion_member"
        " join read_suggestion s on s.id = suggestion_id and s.state = 'open' group by 1 order by 1 limit $1",
        count,
    )
    say(f"answering {len(rows)} suggestions on both sides ...")
    replied: dict[str, float] = {}

    async def agree(suggestion: str, people: list[str]) -> None:
        for person in people:
            request = matchmaking.AnswerSuggestionRequest(
                suggestion_id=suggestion, attendee_id=person, answer=matchmaking.ANSWER_YES
            )
            await running.call("matchmaking", running.matchmaking.AnswerSuggestion, request)
        replied[suggestion] = time.time()
        await asyncio.sleep(0.02)

    for at in range(0, len(rows), 16):
        await asyncio.gather(*(agree(row["id"], row["people"]) for row in rows[at : at + 16]))
    known = "select count(*) from read_session where id = any($1::uuid[])"
    await _until(read, known, len(rows), list(replied))
    seen = await read.fetch(
        "select id::text as id, extract(epoch from pg_xact_commit_timestamp(xmin))::float8 as at"
        " from read_session where id = any($1::uuid[])",
        list(replied),
    )
    return _spread([row["at"] - replied[row["id"]] for row in seen])


def _spread(seconds: list[float]) -> dict[str, float]:
    """Milliseconds; an effect may be committed before its reply has travelled, which counts as 0."""
    ms = sorted(max(0.0, s * 1000) for s in seconds)
    at = {"p50_ms": 0.5, "p90_ms": 0.9, "p99_ms": 0.99, "max_ms": 1.0}
    return {name: round(ms[min(len(ms) - 1, int(share * len(ms)))], 1) for name, share in at.items()} | {"n": len(ms)}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.pipeline", description=__doc__.splitlines()[0])
    parser.add_argument("--attendees", type=int, default=10_000, help="people registered, all of whom have joined")
    parser.add_argument("--ties", type=int, default=20_000, help="ties recorded between them")
    parser.add_argument("--answers", type=int, default=100, help="suggestions that both sides answer yes")
    parser.add_argument("--apache", action="store_true", help="on Apache Kafka instead of the embedded broker")
    args = parser.parse_args()
    with hall(apache=args.apache) as running:
        figures = uvloop.run(measure(running, args.attendees, args.ties, args.answers))
    print(
        json.dumps(
            {"broker": "apache" if args.apache else "embedded", "attendees": args.attendees, "ties": args.ties}
            | figures,
            indent=2,
        )
    )


if __name__ == "__main__":
    main()
