"""How fast a command becomes visible: events a second end to end, and the time from reply to read model.

`python -m bench.pipeline [--attendees N] [--ties M] [--answers K]` starts an embedded Hallway in a folder of its
own, drives it by gRPC, and prints one JSON object. Beside the figures stand the ceilings of the same run: raw
aiokafka produce and consume of as many records of the same bytes, and raw asyncpg inserts of as many rows; a ratio
holds on a noisy machine, a second does not. Latency is taken from PostgreSQL's own commit time of the read model's
row, not by asking again and again.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
from hallway.attendee.v1 import attendee_pb2, service_pb2, service_pb2_grpc
from hallway.matchmaking.v1 import service_pb2 as matchmaking
from hallway.matchmaking.v1 import service_pb2_grpc as matchmaking_grpc
from hallway.scheduling.v1 import scheduling_pb2
from hallway.scheduling.v1 import service_pb2 as scheduling
from hallway.scheduling.v1 import service_pb2_grpc as scheduling_grpc
from rich.console import Console

from bench import ceilings
from embedded.hallway import Running, run
from embedded.options import Options
from embedded.ports import free_port
from embedded.postgres import Postgres
from embedded.state import State
from services.kit.rpc import Channel

CHUNK = 500
IN_FLIGHT = 16


@dataclass
class Run:
    """What is asked for, and what was measured."""

    attendees: int
    ties: int
    answers: int
    rate: int
    figures: dict[str, Any] = field(default_factory=dict)


class Clients:
    """The three services of a running Hallway, and the portal's read model."""

    def __init__(self, running: Running) -> None:
        ports = json.loads((running.state / "ports.json").read_text())
        self.channels = {
            name: Channel(f"127.0.0.1:{ports[f'{name}-grpc']}") for name in ("attendee", "matchmaking", "scheduling")
        }
        self.attendee = service_pb2_grpc.AttendeeServiceStub(self.channels["attendee"].grpc)
        self.matchmaking = matchmaking_grpc.MatchmakingServiceStub(self.channels["matchmaking"].grpc)
        self.scheduling = scheduling_grpc.SchedulingServiceStub(self.channels["scheduling"].grpc)

    async def call(self, service: str, method: Any, request: Any) -> Any:
        return await self.channels[service].call(method, request, timeout=60)

    async def close(self) -> None:
        for channel in self.channels.values():
            await channel.close()


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


async def measure(running: Running, plan: Run) -> None:
    """Fills ``plan.figures``."""
    clients = Clients(running)
    read = await asyncpg.connect(running.database_urls["portal"])
    conference = await _conference(clients)
    ids = await _bulk(clients, read, plan, conference)
    await _profile_latency(clients, read, plan, ids)
    await _answer_latency(clients, read, plan, conference)
    values = [row["payload"] for row in await _payloads(running)]
    values = (values * (plan.figures["bulk"]["events"] // len(values) + 1))[: plan.figures["bulk"]["events"]]
    say(f"measuring ceilings with {len(values)} records of {statistics.mean(map(len, values)):.0f} bytes on average")
    produce, consume = await ceilings.kafka(running.kafka_bootstrap, values)
    insert = await ceilings.postgres(running.database_urls["portal"], values)
    events = plan.figures["bulk"]["events_per_second"]
    plan.figures["ceilings"] = {
        "kafka_produce_per_second": round(produce),
        "kafka_consume_per_second": round(consume),
        "postgres_insert_per_second": round(insert),
    }
    slower = min(produce, consume, insert)
    plan.figures["ratios"] = {
        "bulk_to_kafka": round(events / min(produce, consume), 4),
        "bulk_to_postgres": round(events / insert, 4),
        "bulk_to_slower_ceiling": round(events / slower, 4),
    }
    await read.close()
    await clients.close()


async def _payloads(running: Running) -> list[asyncpg.Record]:
    outbox = await asyncpg.connect(running.database_urls["attendee"])
    rows = await outbox.fetch("select payload from outbox limit 5000")
    await outbox.close()
    return rows


async def _conference(clients: Clients) -> str:
    request = service_pb2.CreateConferenceRequest(
        slug="bench", name="Bench", time_zone="UTC", starts_on="2030-05-07", ends_on="2030-05-09"
    )
    conference = await clients.call("attendee", clients.attendee.CreateConference, request)
    places = [scheduling_pb2.Place(name="Hall", capacity=400, seats=8, opens="08:00", closes="22:00")]
    await clients.call(
        "scheduling",
        clients.scheduling.SetVenue,
        scheduling.SetVenueRequest(conference_id=conference.id, places=places),
    )
    return str(conference.id)


async def _bulk(clients: Clients, read: asyncpg.Connection[asyncpg.Record], plan: Run, conference: str) -> list[str]:
    """Registers everybody and records all ties, as fast as the door takes them; until the read model has all."""
    say(f"registering {plan.attendees} attendees, recording {plan.ties} ties")
    started = time.perf_counter()
    ids: list[str] = []
    for at in range(0, plan.attendees, CHUNK):
        people = [_registration(number) for number in range(at, min(at + CHUNK, plan.attendees))]
        request = service_pb2.RegisterAttendeesRequest(conference_id=conference, registrations=people)
        ids += (await clients.call("attendee", clients.attendee.RegisterAttendees, request)).attendee_ids
    pairs = _pairs(ids, plan.ties)
    for at in range(0, len(pairs), CHUNK):
        counts = [
            service_pb2.PairCount(actor_id=a, target_id=b, kind="reply", month="2030-01", count=1 + n % 9)
            for n, (a, b) in enumerate(pairs[at : at + CHUNK])
        ]
        record = service_pb2.RecordInteractionsRequest(
            conference_id=conference, network="irc", source_name="bench",
            visibility=attendee_pb2.VISIBILITY_PUBLIC, counts=counts,
        )  # fmt: skip
        await clients.call("attendee", clients.attendee.RecordInteractions, record)
    acknowledged = time.perf_counter() - started
    await _until(read, "select (select count(*) from read_attendee) >= $1 and (select count(*) from read_tie) >= $2",
                 plan.attendees, len(pairs))  # fmt: skip
    seconds = time.perf_counter() - started
    events = plan.attendees + len(pairs)
    plan.figures["bulk"] = {
        "events": events,
        "seconds_to_acknowledge": round(acknowledged, 3),
        "seconds_to_visible": round(seconds, 3),
        "events_per_second": round(events / seconds, 1),
    }
    return ids


def _registration(number: int) -> service_pb2.Registration:
    return service_pb2.Registration(
        ticket=f"T{number}", name=f"Person {number}", email=f"person{number}@example.org", joined=True
    )


def _pairs(ids: list[str], count: int) -> list[tuple[str, str]]:
    chosen: set[tuple[str, str]] = set()
    dice = random.Random(1)
    while len(chosen) < count:
        a, b = dice.sample(ids, 2)
        chosen.add((min(a, b), max(a, b)))
    return sorted(chosen)


async def _until(read: asyncpg.Connection[asyncpg.Record], question: str, *values: object) -> None:
    async with asyncio.timeout(300):
        while not await read.fetchval(question, *values):  # noqa: ASYNC110 - the other end is a database
            await asyncio.sleep(0.02)


async def _profile_latency(
    clients: Clients, read: asyncpg.Connection[asyncpg.Record], plan: Run, ids: list[str]
) -> None:
    """One profile change a person at a steady rate, open loop; reply to commit of the read model's row."""
    chosen = ids[: min(len(ids), 500)]
    say(f"changing {len(chosen)} profiles at {plan.rate} a second")
    replied: dict[str, float] = {}
    budget = 5

    async def change(attendee_id: str, at: float) -> None:
        await asyncio.sleep(max(0.0, at - time.perf_counter()))
        request = service_pb2.UpdateProfileRequest(attendee_id=attendee_id, attention_budget=budget)
        await clients.call("attendee", clients.attendee.UpdateProfile, request)
        replied[attendee_id] = time.time()

    start = time.perf_counter() + 0.1
    await asyncio.gather(*(change(person, start + number / plan.rate) for number, person in enumerate(chosen)))
    await _until(
        read, "select count(*) = $2 from read_attendee where id = any($1::uuid[]) and attention_budget = $3",
        chosen, len(chosen), budget,
    )  # fmt: skip
    rows = await read.fetch(
        "select id::text as id, extract(epoch from pg_xact_commit_timestamp(xmin))::float8 as at"
        " from read_attendee where id = any($1::uuid[])",
        chosen,
    )
    plan.figures["profile_change_visible_ms"] = _spread([row["at"] - replied[row["id"]] for row in rows])


async def _answer_latency(
    clients: Clients, read: asyncpg.Connection[asyncpg.Record], plan: Run, conference: str
) -> None:
    """Both sides of suggestions say yes; from the second yes' reply to the session's row in the read model."""
    await _until(read, "select count(*) >= $1 from read_suggestion where state = 'open'", plan.answers)
    rows = await read.fetch(
        "select suggestion_id::text as id, array_agg(attendee_id::text) as people from read_suggestion_member"
        " group by 1 order by 1 limit $1",
        plan.answers,
    )
    say(f"answering {len(rows)} suggestions on both sides")
    replied: dict[str, float] = {}
    gate = asyncio.Semaphore(IN_FLIGHT)

    async def agree(suggestion: str, people: list[str]) -> None:
        async with gate:
            for person in people:
                request = matchmaking.AnswerSuggestionRequest(
                    suggestion_id=suggestion, attendee_id=person, answer=matchmaking.ANSWER_YES
                )
                await clients.call("matchmaking", clients.matchmaking.AnswerSuggestion, request)
            replied[suggestion] = time.time()

    started = time.perf_counter()
    await asyncio.gather(*(agree(row["id"], row["people"]) for row in rows))
    await _until(read, "select count(*) >= $1 from read_session", len(rows))
    seconds = time.perf_counter() - started
    seen = await read.fetch(
        "select id::text as id, state, extract(epoch from pg_xact_commit_timestamp(xmin))::float8 as at"
        " from read_session where id = any($1::uuid[])",
        list(replied),
    )
    plan.figures["second_yes_to_session_visible_ms"] = _spread([row["at"] - replied[row["id"]] for row in seen])
    plan.figures["answers"] = {
        "suggestions": len(rows),
        "scheduled": sum(row["state"] == "scheduled" for row in seen),
        "sessions_per_second": round(len(rows) / seconds, 1),
    }


def _spread(seconds: list[float]) -> dict[str, float]:
    """Milliseconds; an effect may be committed before its reply has travelled, which counts as 0."""
    ms = sorted(max(0.0, s * 1000) for s in seconds)
    at = {"p50": 0.5, "p90": 0.9, "p99": 0.99, "max": 1.0}
    return {name: round(ms[min(len(ms) - 1, int(share * len(ms)))], 1) for name, share in at.items()} | {"n": len(ms)}


def _keep_commit_times(state: Path) -> None:
    """Has the embedded PostgreSQL remember when each transaction was committed; takes a restart."""
    folder = State(state)
    data = folder.folder / "postgres"
    with folder.opened(), Postgres(data, password=folder.secrets()["database_password"]) as server:
        asyncio.run(_alter(server.url()))


async def _alter(url: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute("alter system set track_commit_timestamp = on")
    await connection.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--attendees", type=int, default=2_000)
    parser.add_argument("--ties", type=int, default=20_000)
    parser.add_argument("--answers", type=int, default=200, help="suggestions that both sides answer yes")
    parser.add_argument("--rate", type=int, default=50, help="profile changes a second in the latency part")
    args = parser.parse_args()
    plan = Run(args.attendees, args.ties, args.answers, args.rate)
    with tempfile.TemporaryDirectory(prefix="hallway-bench-") as folder:
        state = Path(folder) / "state"
        _keep_commit_times(state)

        def ready(running: Running) -> None:
            asyncio.run(measure(running, plan))
            running.stop()

        run(ready, Options(state=state, port=free_port()), Console(stderr=True, quiet=True))
    print(json.dumps({"attendees": plan.attendees, "ties": plan.ties, "rate": plan.rate} | plan.figures, indent=2))


if __name__ == "__main__":
    main()
