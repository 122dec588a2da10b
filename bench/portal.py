"""How soon the portal's pages are there, beside a bare page of the same framework, and what an open stream costs.

`python -m bench.portal [--attendees 10000 --rate 200 --seconds 20]` runs the services and the portal, registers so many
people, gives them ties, suggestions, matches and sessions in the read model, and asks in open loop, each page by
itself, at so many requests a second: the page of somebody chosen by chance, the dashboard, and a bare FastAPI page in a
process like the portal's. Latency counts from when a request was due, so that a wait is not left out. Prints JSON:
p50 and p99 in milliseconds, the ratio to the bare page, and the load of the machine.
`--streams 5000` opens that many event streams of the dashboard instead and tells the memory each takes.
"""

import argparse
import asyncio
import json
import os
import random
import resource
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import httpx
import uvloop

from bench import usage
from bench.hall import Hall, hall
from bench.portal_world import world
from embedded.ports import free_port
from services.kit.db import Pool, create_pool
from services.portal.domain.roles import Role
from services.portal.domain.sign_in import SESSION_LASTS, Identity
from services.portal.handlers.follow import follow
from services.portal.store.sign_in import Signer, SignInStore
from services.portal.store.write import ReadModelStore

PROCESSES = ("attendee", "matchmaking", "scheduling", "portal")
VISITORS = 500  # signed-in browsers that the requests are spread over
CONNECTIONS = 200
STEP = 250  # streams opened at once
BARE = """
import sys, uvicorn
from fastapi import FastAPI
from fastapi.responses import HTMLResponse
app = FastAPI()
@app.get("/")
async def page(): return HTMLResponse("<p>Hello</p>" * 500)
uvicorn.run(app, port=int(sys.argv[1]), log_level="error", access_log=False)
"""


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


async def furnish(running: Hall, people: int) -> tuple[Pool, UUID, list[UUID]]:
    """The conference with all its people, and what else the read model would know of them."""
    conference, _ = await running.people(people)
    pool = await create_pool(running.plan.database_urls["portal"], 4)
    known = "SELECT id FROM read_attendee WHERE conference_id = $1 ORDER BY id"
    ids: list[UUID] = []
    while len(ids) < people:  # its consumer reads on
        await asyncio.sleep(1)
        ids = [r["id"] for r in await pool.fetch(known, UUID(conference))]
    async with pool.acquire() as tx, tx.transaction():
        for rows in world(UUID(conference), people, ids):
            await follow(ReadModelStore(tx), rows)
    await pool.execute("DELETE FROM mail")  # welcomes would be sent beside what is measured
    await pool.execute("ANALYZE")
    return pool, UUID(conference), ids


async def sign_in(running: Hall, pool: Pool, conference: UUID, subject: str, role: Role) -> str:
    """The cookie of a signed-in browser."""
    cookie = f"bench-{role}-{subject}"
    async with pool.acquire() as tx:
        if role is Role.OWNER:
            await tx.execute("INSERT INTO organizer VALUES ($1, $2, 'owner')", conference, subject)
        signer = Signer(running.plan.secrets["secret_key"])
        await SignInStore(tx, signer).open(cookie, Identity(subject, role, conference), SESSION_LASTS)
    return cookie


async def open_loop(rate: int, seconds: int, ask: Callable[[int], Awaitable[int]]) -> dict[str, float]:
    """Milliseconds from when each request was due; refuses to report of failed ones."""
    took: list[float] = []
    failed = 0

    async def one(number: int, due: float) -> None:
        nonlocal failed
        failed += await ask(number) != 200
        took.append(1000 * (time.perf_counter() - due))

    started, tasks = time.perf_counter() + 0.1, []
    for number in range(rate * seconds):
        due = started + number / rate
        await asyncio.sleep(max(0, due - time.perf_counter()))
        tasks.append(asyncio.create_task(one(number, due)))
    await asyncio.gather(*tasks)
    took.sort()
    shares = {"p50": 0.5, "p99": 0.99}
    return {name: round(took[int(share * len(took))], 1) for name, share in shares.items()} | {"failed": failed}


async def pages(running: Hall, args: argparse.Namespace) -> dict[str, Any]:
    """The three kinds of pages at the same rate."""
    await running.connect()
    pool, conference, ids = await furnish(running, args.attendees)
    chosen = random.Random(3).sample(ids, min(VISITORS, len(ids)))
    mine = [await sign_in(running, pool, conference, str(i), Role.ATTENDEE) for i in chosen]
    organizer = await sign_in(running, pool, conference, "bench@example.org", Role.OWNER)
    limits = httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS)
    portal = f"{running.plan.public_url}/c/bench"
    found: dict[str, Any] = {"attendees": args.attendees, "rate": args.rate, "seconds": args.seconds}
    with bare_page() as bare:
        async with httpx.AsyncClient(limits=limits, timeout=60, trust_env=False) as client:

            async def get(url: str, cookie: str) -> int:
                return (await client.get(url, headers={"cookie": cookie})).status_code

            asks: dict[str, Callable[[int], Awaitable[int]]] = {
                "bare": lambda n: get(bare, ""),
                "me": lambda n: get(f"{portal}/me", f"hallway_attendee={mine[n % len(mine)]}"),
                "dashboard": lambda n: get(f"{portal}/dashboard", f"hallway_organizer={organizer}"),
            }
            for name, ask in asks.items():
                await open_loop(min(args.rate, 20), 2, ask)  # connections, caches
                before, meter = os.getloadavg()[0], usage.processor_seconds(running.members()["portal"])
                found[name] = await open_loop(args.rate, args.seconds, ask) | {"load": round(before, 1)}
                spent = usage.processor_seconds(running.members()["portal"]) - meter
                found[name]["portal_cpu_ms"] = round(1000 * spent / (args.rate * args.seconds), 2)
                say(f"{name}: {found[name]}")
    for name in ("me", "dashboard"):
        found[name] |= {f"{p}_ratio": round(found[name][p] / found["bare"][p], 1) for p in ("p50", "p99")}
    await pool.close()
    await running.close()
    return found


@contextmanager
def bare_page() -> Iterator[str]:
    """The address of a page that does nothing, in a process of its own."""
    port = free_port(frozenset())
    process = subprocess.Popen([sys.executable, "-c", BARE, str(port)])
    try:
        while True:
            try:
                httpx.get(f"http://127.0.0.1:{port}/", trust_env=False)
                break
            except httpx.ConnectError:
                time.sleep(0.1)
        yield f"http://127.0.0.1:{port}/"
    finally:
        process.terminate()
        process.wait()


async def streams(running: Hall, args: argparse.Namespace) -> dict[str, Any]:
    """Opens the streams in steps, each read until its first fragment, and looks at the portal's memory."""
    await running.connect()
    pool, conference, _ = await furnish(running, min(args.attendees, 500))
    organizer = await sign_in(running, pool, conference, "bench@example.org", Role.OWNER)
    port = running.plan.portal_port
    request = (
        f"GET /c/bench/dashboard/live HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept: text/event-stream\r\n"
        f"Cookie: hallway_organizer={organizer}\r\n\r\n"
    ).encode()
    members = running.members()["portal"]
    opened: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
    readers: list[asyncio.Task[None]] = []

    async def begin() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(request)
        await reader.readuntil(b"event: hello")
        opened.append((reader, writer))

    async def drain(reader: asyncio.StreamReader) -> None:
        while await reader.read(65_536):
            pass

    await begin()
    before, failed = usage.resident_mib(members), ""
    for at in range(0, args.streams, STEP):
        results = await asyncio.gather(*(begin() for _ in range(min(STEP, args.streams - at))), return_exceptions=True)
        readers += [asyncio.create_task(drain(reader)) for reader, _ in opened[len(readers) :]]
        if errors := [repr(r) for r in results if isinstance(r, BaseException)]:
            failed = errors[0]
            break
    await asyncio.sleep(5)
    open_now = sum(not task.done() for task in readers)
    after = usage.resident_mib(members)
    for task in readers:
        task.cancel()
    await pool.close()
    await running.close()
    return {
        "streams": open_now, "asked": args.streams, "failed": failed, "mib_before": round(before, 1),
        "mib_after": round(after, 1), "kib_a_stream": round(1024 * (after - before) / max(1, open_now), 1),
        "files_limit": resource.getrlimit(resource.RLIMIT_NOFILE)[0], "load": round(os.getloadavg()[0], 1),
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--attendees", type=int, default=10_000)
    parser.add_argument("--rate", type=int, default=200)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--streams", type=int, default=0)
    args = parser.parse_args()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    os.environ["HALLWAY_STREAMS_AT_ONCE"] = str(min(10_000, max(500, args.streams + 10)))
    os.environ["HALLWAY_SMTP_HOST"] = "127.0.0.1"  # nobody there: mails wait
    os.environ["HALLWAY_SMTP_PORT"] = "9"
    os.environ["HALLWAY_MAIL_FROM"] = "hallway@example.org"
    os.environ["HALLWAY_KAFKA_SILENCE_SECONDS"] = "600"  # a portal that is kept busy is not started anew
    with hall(PROCESSES) as running:
        print(json.dumps(uvloop.run(streams(running, args) if args.streams else pages(running, args)), indent=1))


if __name__ == "__main__":
    main()
