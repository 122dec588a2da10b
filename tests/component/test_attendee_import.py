"""Imports over gRPC: what is kept, what is refused, and what must never be found anywhere afterwards."""

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest
from hallway.attendee.v1 import attendee_pb2 as pb
from hallway.attendee.v1 import service_pb2 as rpc

from embedded.postgres import Postgres
from services.kit.errors import Invalid
from tests.attendee_service import AttendeeService, person, running
from tests.conftest import Database, MakeDatabase

CANARY = "canary7f3a"
STRANGER = "zzstranger9"
IRC = f"""[14:00] <ada> hello
[14:01] <bob> ada: {CANARY}
[14:02] <{STRANGER}> ada: and {CANARY} from me
[14:03] <ada> {STRANGER}: thanks
""".encode()
MBOX = f"""From ada Mon Mar  2 10:00:00 2026
From: Ada <ada@example.org>
Message-ID: <1{CANARY}@example.org>
Subject: {CANARY}
Date: Mon, 2 Mar 2026 10:00:00 +0000

{CANARY}

From bob Mon Mar  2 11:00:00 2026
From: Bob <BOB@example.org>
Message-ID: <2@example.org>
In-Reply-To: <1{CANARY}@example.org>
Date: Mon, 2 Mar 2026 11:00:00 +0000

> {CANARY}

From {STRANGER} Mon Mar  2 12:00:00 2026
From: Stranger <{STRANGER}@example.net>
Message-ID: <3@example.net>
In-Reply-To: <2@example.org>
Date: Mon, 2 Mar 2026 12:00:00 +0000

{CANARY}
""".encode()


@pytest.fixture
async def base(database: MakeDatabase) -> Database:
    return await database("attendee")


@pytest.fixture
async def service(base: Database, kafka_settings: dict[str, Any]) -> AsyncIterator[AttendeeService]:
    async with running(base, kafka_settings, import_max_bytes=100_000) as service:
        yield service


async def everything_stored(service: AttendeeService) -> str:
    """Every row of every table as text; bytes as hexadecimal."""
    tables = await service.pool.fetch("select tablename as name from pg_tables where schemaname = 'public'")
    rows = [await service.pool.fetch(f"select t::text as row from {table['name']} t") for table in tables]
    return "\n".join(row["row"] for found in rows for row in found)


async def test_neither_text_nor_strangers_are_found_anywhere_after_an_import(
    service: AttendeeService, postgres: Postgres, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    conference = await service.conference()
    await service.register(conference, person("ada", joined=True), person("bob", joined=True))
    irc = await service.upload(conference, [("2026-03-01.log", IRC)])
    assert (irc.messages, irc.interactions, irc.unresolved) == (4, 1, 2)
    mbox = await service.upload(conference, [("list.mbox", MBOX)], network="mbox")
    assert (mbox.messages, mbox.interactions, mbox.unresolved) == (3, 1, 1)
    with pytest.raises(Invalid) as refused:
        await service.upload(conference, [("notes.txt", f"{CANARY} {STRANGER}\n".encode() * 2_000)])

    published = "\n".join(fact.message.SerializeToString().hex() for fact in await service.facts())
    places = {
        "tables": await everything_stored(service),
        "events": published,
        "logs": caplog.text + postgres.log.read_text(errors="replace"),
        "error": str(refused.value) + str(refused.value.problems),
    }
    assert b"ada@example.org".hex() in places["tables"]  # the search would find what is there
    for place, text in places.items():
        for word in (CANARY, STRANGER):
            assert word not in text and word.encode().hex() not in text, f"{word} in {place}"


async def nothing_was_kept(service: AttendeeService, conference: str) -> bool:
    kept = await service.call("ListSources", rpc.ListSourcesRequest(conference_id=conference))
    counts = await service.pool.fetchval("select count(*) from tie_count")
    return not kept.sources and not counts


@pytest.mark.parametrize(
    ("network", "content", "says"),
    [
        ("irc", b"this is no log\n" * 10, "expected lines such as"),
        ("irc", b"", "no message"),
        ("irc", IRC * 2_000, "larger than 100000 bytes"),
        ("irc", bytes(range(256)) * 50, "expected lines such as"),
        ("mbox", b"no separator\n\n", "expected an mbox"),
        ("mbox", b"Subject: no sender\n\n", "no message"),
        ("mbox", b"From ada Mon Mar  2 14:00:00 2026\nSubject: no sender\n\n" * 2, "none of its 2 mails"),
        ("telegram", IRC, "use one of bluesky, csv"),
    ],
)
async def test_what_cannot_be_read_is_refused_with_what_to_do(
    service: AttendeeService, network: str, content: bytes, says: str
) -> None:
    conference = await service.conference()
    await service.register(conference, person("ada"), person("bob"))
    with pytest.raises(Invalid, match=says) as error:
        await service.upload(conference, [("some.file", content)], network=network)
    assert error.value.problems[0].field == "files"
    assert await nothing_was_kept(service, conference)


async def test_a_broken_second_file_takes_the_first_with_it(service: AttendeeService) -> None:
    conference = await service.conference()
    await service.register(conference, person("ada"), person("bob"))
    with pytest.raises(Invalid, match="second"):
        await service.upload(conference, [("first", IRC), ("second", b"no log\n")])
    assert await nothing_was_kept(service, conference)


async def test_an_import_whose_sender_goes_away_keeps_nothing_and_frees_its_thread(service: AttendeeService) -> None:
    conference = await service.conference()
    await service.register(conference, person("ada"), person("bob"))
    sent = asyncio.Event()

    async def half() -> AsyncIterator[rpc.ImportSourceRequest]:
        header = rpc.ImportSourceHeader(
            conference_id=conference, network="irc", name="x", visibility=pb.VISIBILITY_PUBLIC
        )
        yield rpc.ImportSourceRequest(header=header)
        yield rpc.ImportSourceRequest(file="a.log")
        yield rpc.ImportSourceRequest(chunk=IRC)
        sent.set()
        await asyncio.Event().wait()

    # More than there are threads: were they not freed, the import after these would wait in vain.
    calls = [service.stub.ImportSource(half(), timeout=60) for _ in range(3)]
    waiting = [asyncio.ensure_future(_outcome(call)) for call in calls]
    await sent.wait()
    for call in calls:
        call.cancel()
    await asyncio.gather(*waiting)
    assert await nothing_was_kept(service, conference)
    assert (await service.upload(conference, [("a.log", IRC)])).interactions == 1


async def _outcome(call: Any) -> None:
    with pytest.raises(asyncio.CancelledError):
        await call


async def test_chunks_before_a_name_and_a_missing_header_are_refused(service: AttendeeService) -> None:
    conference = await service.conference()

    async def send(*messages: rpc.ImportSourceRequest) -> AsyncIterator[rpc.ImportSourceRequest]:
        for message in messages:
            yield message

    header = rpc.ImportSourceRequest(
        header=rpc.ImportSourceHeader(
            conference_id=conference, network="irc", name="x", visibility=pb.VISIBILITY_PUBLIC
        )
    )
    chunk = rpc.ImportSourceRequest(chunk=IRC)
    for messages, says in [
        ([chunk], "header"),
        ([], "header"),
        ([header, chunk], "name must come"),
        ([header], "no message"),
    ]:
        with pytest.raises(Invalid, match=says):
            await service.call("ImportSource", send(*messages), tries=1)


async def test_importing_again_replaces_what_the_source_counted_before(service: AttendeeService) -> None:
    conference = await service.conference()
    await service.register(conference, person("ada", joined=True), person("bob", joined=True))
    first = await service.upload(conference, [("2026-03-01.log", IRC)])
    again = await service.upload(conference, [("2026-04-01.log", IRC)])
    assert again.id == first.id
    (tie,) = (await service.call("ListTies", rpc.ListTiesRequest(conference_id=conference))).ties
    assert [(c.month, c.a_to_b + c.b_to_a) for c in tie.counts] == [("2026-04", 1)]


async def test_two_people_who_join_at_the_same_moment_find_each_other(service: AttendeeService) -> None:
    conference = await service.conference()
    names = [f"person{n}" for n in range(8)]
    ids = await service.register(conference, *(person(name) for name in names))
    ring = "".join(f"[14:{n:02d}] <{a}> {b}: hi\n" for n, (a, b) in enumerate(zip(names, names[1:], strict=False)))
    everybody = "".join(f"[13:00] <{name}> hello\n" for name in names)
    await service.upload(conference, [("2026-03-01.log", (everybody + ring).encode())])
    join = [rpc.JoinAttendeesRequest(conference_id=conference, attendee_ids=[i]) for i in ids]
    await asyncio.gather(*(service.call("JoinAttendees", request) for request in join))
    told = [fact for fact in await service.facts() if fact.kind == "TieChanged"]
    assert len({fact.key for fact in told}) == len(told) == 7
