"""The whole of Hallway as processes, with a collector that keeps every span."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import uuid
from collections.abc import AsyncIterator, Iterator
from concurrent import futures
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import grpc
import httpx
import pytest
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2, trace_service_pb2_grpc

from embedded.ports import free_port


class Collector(trace_service_pb2_grpc.TraceServiceServicer):
    """An OpenTelemetry collector in memory; a span is (trace id, id, parent id, service, name)."""

    def __init__(self) -> None:
        self.spans: list[tuple[str, str, str, str, str]] = []

    def Export(self, request: Any, context: Any) -> trace_service_pb2.ExportTraceServiceResponse:
        for resource in request.resource_spans:
            service = next(a.value.string_value for a in resource.resource.attributes if a.key == "service.name")
            for scope in resource.scope_spans:
                self.spans += [
                    (s.trace_id.hex(), s.span_id.hex(), s.parent_span_id.hex(), service, s.name) for s in scope.spans
                ]
        return trace_service_pb2.ExportTraceServiceResponse()

    def trace(self, trace_id: str) -> list[tuple[str, str, str, str, str]]:
        """The spans of one trace, so far."""
        return [span for span in self.spans if span[0] == trace_id]


@dataclass
class Stack:
    """A running Hallway."""

    url: str
    token: str
    mailbox: str
    kafka: str
    databases: dict[str, str]
    state: Path
    process: "subprocess.Popen[bytes]"
    collector: Collector = field(default_factory=Collector)

    def api(self) -> httpx.AsyncClient:
        """A client of the JSON API with all rights."""
        headers = {"Authorization": f"Bearer {self.token}"}
        return httpx.AsyncClient(base_url=f"{self.url}/api/v1", headers=headers, timeout=30)


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """One Hallway for all end-to-end tests; each makes conferences of its own."""
    collector = Collector()
    server = grpc.server(futures.ThreadPoolExecutor(2))
    trace_service_pb2_grpc.add_TraceServiceServicer_to_server(collector, server)
    otlp = server.add_insecure_port("127.0.0.1:0")
    server.start()
    state = tmp_path_factory.mktemp("hallway") / "state"
    log = (state.parent / "log.txt").open("wb")
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.e2e.up", str(state), str(free_port())],
        env=os.environ | {"HALLWAY_OTLP_ENDPOINT": f"http://127.0.0.1:{otlp}"},
        stdout=subprocess.PIPE,
        stderr=log,
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, (state.parent / "log.txt").read_text()[-4000:]
    yield Stack(**json.loads(line), state=state, process=process, collector=collector)
    process.send_signal(signal.SIGINT)
    process.wait(40)
    server.stop(None)


@dataclass(frozen=True)
class Pair:
    """Two joined attendees with a tie and an open suggestion to each other."""

    slug: str
    first: str
    second: str
    suggestion: str


@pytest.fixture
async def pair(stack: Stack) -> AsyncIterator[Pair]:
    """A fresh conference in which Ada and Ben, who answer each other in a chat, are suggested to each other."""
    slug = f"talk-{uuid.uuid4().hex[:8]}"
    async with stack.api() as api:
        yield await make_pair(api, slug)


async def make_pair(api: httpx.AsyncClient, slug: str) -> Pair:
    """Registers Ada and Ben, imports a chat in which they talk, waits for the suggestion."""
    day = date.today() + timedelta(days=30)  # noqa: DTZ011 - any day to come
    fine(await api.post("/conferences", json={
        "slug": slug, "name": f"Conference {slug}", "time_zone": "Europe/Zurich",
        "starts_on": str(day), "ends_on": str(day + timedelta(days=1)),
    }))  # fmt: skip
    at = f"/conferences/{slug}"
    venue = "name,capacity,seats,formats,opens,closes\nCafé,4,4,coffee,08:00,18:00\nHall,9,8,,08:00,22:00\n"
    fine(await api.put(f"{at}/venue", content=venue.encode(), headers={"content-type": "text/csv"}))
    people = [
        {"ticket": name, "name": f"{name} Example", "email": f"{name}.{slug}@example.org".lower(),
         "handles": [f"irc:{name}".lower()], "joined": True}
        for name in ("Ada", "Ben")
    ]  # fmt: skip
    fine(await api.post(f"{at}/registrations", json={"registrations": people}))
    log = "".join(f"[10:{n:02}] <ada> ben: line {n}\n[10:{n:02}] <ben> ada: answer {n}\n" for n in range(9))
    files = {"files": ("2026-11-02.log", log.encode())}
    params = {"network": "irc", "name": "the corridor channel", "visibility": "public"}
    fine(await api.post(f"{at}/sources", params=params, files=files))
    attendees = await polled(api, f"{at}/attendees", lambda body: len(body["attendees"]) == 2)
    ids = {person["ticket"]: person["id"] for person in attendees["attendees"]}
    found = await polled(api, f"{at}/attendees/{ids['Ada']}/suggestions", lambda body: len(body["suggestions"]) == 1)
    return Pair(slug, ids["Ada"], ids["Ben"], found["suggestions"][0]["id"])


def fine(response: httpx.Response) -> Any:
    """The JSON of an answer that must be a success."""
    assert response.is_success, f"{response.request.url}: {response.status_code} {response.text}"
    return response.json() if response.content else None


async def polled(api: httpx.AsyncClient, path: str, enough: Any, seconds: float = 90) -> Any:
    """Asks until the answer is enough; the bound is on hanging."""
    async with asyncio.timeout(seconds):
        while not enough(body := fine(await api.get(path))):
            await asyncio.sleep(0.1)
    return body
