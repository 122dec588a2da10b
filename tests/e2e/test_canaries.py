"""No secret and nothing about a person is logged, whatever fails: what is planted everywhere is in no log."""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import asyncpg
import grpc
import httpx
import pytest
from aiokafka import AIOKafkaProducer
from aiosmtpd.smtp import SMTP, AuthResult
from hallway.attendee.v1 import attendee_pb2, events_pb2, service_pb2_grpc
from hallway.attendee.v1 import service_pb2 as rpc

from embedded import databases
from embedded.environment import SERVICES
from embedded.ports import free_port
from tests.conftest import eventually
from tests.e2e.conftest import fine, polled

KINDS = (
    "name",
    "mail",
    "handle",
    "text",
    "subject",
    "ticket",
    "token",
    "password",
    "key",
    "garbage",
    "event",
    "header",
)
M = {kind: f"zq{kind}{uuid.uuid4().hex[:8]}" for kind in KINDS}  # nothing else in the world says this
SECRETS = {
    name: f"{M['key']}-{name}-{uuid.uuid4().hex}" for name in ("database_password", "secret_key", "bootstrap_token")
}
ROLES = {name: databases.password(SECRETS["database_password"], f"hallway_{name}") for name in SERVICES}
AT = "/conferences/canaria"
PEOPLE = [
    {"ticket": f"{M['ticket']}-{n}", "name": f"Ana {M['name']}", "email": f"{M['mail']}{n}@example.org",
     "handles": [f"irc:{nick}"], "joined": True}
    for n, nick in enumerate(("ana", "bo", M["handle"]))
]  # fmt: skip
LOG = "".join(f"[10:{n:02}] <ana> bo: {M['text']}\n[10:{n:02}] <bo> ana: indeed\n" for n in range(30))
MBOX = f"""From x
From: Ana {M["name"]} <{M["mail"]}0@example.org>
Subject: {M["subject"]}
Message-ID: <{M["subject"]}@example.org>
Date: Mon, 99 Foo 2027 10:00:00 {M["text"]}
Content-Type: text/plain; charset="{M["garbage"]}"

{M["text"]} \x00
"""


class MailServer:
    """Is not there at first; refuses who signs in, then an address, quoting what it was given; then takes all."""

    def __init__(self) -> None:
        self.port = free_port()
        self.heard = {"password": 0, "address": 0}
        self.taken: list[str] = []

    async def open(self) -> asyncio.Server:
        def answer() -> SMTP:
            return SMTP(self, authenticator=self.authenticate, auth_require_tls=False)

        return await asyncio.get_running_loop().create_server(answer, "127.0.0.1", self.port)

    def authenticate(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        self.heard["password"] += 1
        well = self.heard["password"] > 1
        return AuthResult(success=well, handled=well, message=None if well else f"535 not {data.login} {data.password}")

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        self.heard["address"] += 1
        if self.heard["address"] == 1:
            return f"550 nobody is called {address}"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.taken.append(envelope.content.decode("utf-8", "replace"))
        return "250 OK"


class Up:
    """All processes of Hallway, with marks for secrets."""

    def __init__(self, folder: Path, smtp: int) -> None:
        self.state = folder / "state"
        self.state.mkdir()
        (self.state / "hallway-state").touch()
        (self.state / "secrets.json").write_text(json.dumps(SECRETS))
        settings = {
            "HALLWAY_SMTP_HOST": "127.0.0.1", "HALLWAY_SMTP_PORT": str(smtp), "HALLWAY_MAIL_FROM": "h@example.org",
            "HALLWAY_SMTP_USER": M["mail"], "HALLWAY_SMTP_PASSWORD": M["password"],
        }  # fmt: skip
        self.console = folder / "console.txt"
        with self.console.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.e2e.up", str(self.state), str(free_port())],
                env=os.environ | settings, stdout=subprocess.PIPE, stderr=log,
            )  # fmt: skip
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, self.console.read_text()[-4000:]
        facts = json.loads(line)
        self.url, self.kafka, self.databases = facts["url"], facts["kafka"], facts["databases"]

    def arguments(self) -> str:
        """The command lines of all processes, which everybody on the machine can read."""
        found, waiting = b"", [str(self.process.pid)]
        while waiting:
            pid = waiting.pop()
            with suppress(OSError):  # it has ended
                found += Path(f"/proc/{pid}/cmdline").read_bytes()
                for task in Path(f"/proc/{pid}/task").iterdir():
                    waiting += (task / "children").read_text().split()
        return found.replace(b"\0", b" ").decode()

    def logs(self) -> dict[str, str]:
        """Everything that was written down for an operator, by file."""
        files = [self.console, *self.state.rglob("*.log*")]
        return {file.name: file.read_text(errors="replace") for file in files}


@pytest.fixture
def mail() -> MailServer:
    return MailServer()


@pytest.fixture
def up(tmp_path: Path, mail: MailServer) -> Iterator[Up]:
    running = Up(tmp_path, mail.port)
    yield running
    running.process.kill()
    running.process.wait()


async def by_http(up: Up) -> list[str]:
    """People, archives and requests, good and bad; the secrets of links and cookies that were handed out."""
    headers = {"Authorization": f"Bearer {SECRETS['bootstrap_token']}"}
    async with httpx.AsyncClient(base_url=f"{up.url}/api/v1", headers=headers, timeout=60, trust_env=False) as api:
        days = {"starts_on": "2047-05-14", "ends_on": "2047-05-15"}
        fine(
            await api.post("/conferences", json={"slug": "canaria", "name": "C", "time_zone": "Europe/Madrid", **days})
        )
        fine(await api.post(f"{AT}/registrations", json={"registrations": PEOPLE}))
        irc = {"network": "irc", "name": "chat", "visibility": "public"}
        fine(await api.post(f"{AT}/sources", params=irc, files={"files": ("2047-01-01.log", LOG.encode())}))
        mbox = irc | {"network": "mbox", "name": "list"}
        await api.post(f"{AT}/sources", params=mbox, files={"files": (f"{M['garbage']}.mbox", MBOX.encode())})
        for junk in (f"{M['garbage']}\n" * 50, f"\x1f\x8b{M['garbage']}", f"[99:99] <{M['name']}> {M['text']}\0\n"):
            await api.post(f"{AT}/sources", params=irc, files={"files": (f"{M['garbage']}.log", junk.encode())})
        csv = {"content-type": "text/csv"}
        bad = f'ticket,name,email\n{M["ticket"]},{M["name"]},{M["mail"]}@@\n"{M["garbage"]}'
        for text in (bad.encode(), bad.encode() + b"\xff\xfe", f"{M['garbage']},{M['name']}".encode()):
            assert (await api.post(f"{AT}/registrations", content=text, headers=csv)).status_code in (400, 422)
        await api.post(f"{AT}/registrations", json={"registrations": [PEOPLE[0] | {"name": f"{M['name']}\0"}]})
        await api.post(f"{AT}/registrations", content=f'{{"{M["name"]}": '.encode())
        await api.post("/conferences", json={"slug": M["garbage"], "time_zone": M["garbage"], "starts_on": M["event"]})
        await api.post(f"{AT}/join", json={"tickets": [M["ticket"]]}, headers={"Idempotency-Key": f"{M['token']} \x7f"})
        await api.post(f"{AT}/join", json={"tickets": [M["ticket"]]}, headers={"Idempotency-Key": M["token"] * 500})
        await api.get(f"{AT}/registrations", headers={"Authorization": f"Bearer {M['token']}"})
        people = await polled(api, f"{AT}/attendees", lambda body: len(body["attendees"]) == 3, 90)
        link = fine(await api.post(f"{AT}/attendees/{people['attendees'][0]['id']}/login-link"))["url"]
    return [link.rpartition("/")[2], *await by_browser(up, link)]


async def by_browser(up: Up, link: str) -> list[str]:
    """Signs in, and does what is wrong; the cookies."""
    async with httpx.AsyncClient(base_url=up.url, timeout=60, trust_env=False, headers={"Origin": up.url}) as browser:
        (token,) = set(re.findall(r'name="form_token" value="([^"]+)"', (await browser.get(link)).text))
        assert (await browser.post(link, data={"form_token": token})).status_code == 303
        assert (await browser.post(link, data={"form_token": token})).status_code == 410
        await browser.get(f"/sign-in/{M['token']}")
        await browser.get(f"/{M['token']}?{M['token']}={M['token']}")
        for address in (f"{M['mail']}0@example.org", M["mail"]):
            await browser.post("/sign-in", data={"email": address, "conference": "canaria", "form_token": token})
        form = {"content-type": "multipart/form-data; boundary=x"}
        for body in (f"--x\r\n{M['garbage']}", f"{M['garbage']}--x--", f"--x\r\n{M['garbage']}\0: y\r\n\r\n--x"):
            await browser.post("/sign-in", content=body.encode(), headers=form)
        cookies = [cookie.value or "" for cookie in browser.cookies.jar]
        await browser.get("/c/canaria/me", headers={"Cookie": f"hallway_attendee={M['token']}"})
    reader, writer = await asyncio.open_connection("127.0.0.1", int(up.url.rpartition(":")[2]))
    writer.write(f"GET /sign-in/{M['token']} HTTP/9.9\r\n{M['garbage']}\r\n\r\n".encode())
    await reader.read()
    writer.close()
    return [token, *cookies]


async def by_grpc(up: Up) -> None:
    """Commands with what no portal would let through."""
    port = json.loads((up.state / "ports.json").read_text())["attendee-grpc"]
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        stub = service_pb2_grpc.AttendeeServiceStub(channel)
        person = rpc.Registration(ticket=M["ticket"], name=f"{M['name']}\0", email=M["mail"])
        bad = [
            stub.RegisterAttendees(rpc.RegisterAttendeesRequest(conference_id=M["garbage"]), timeout=20),
            stub.RegisterAttendees(
                rpc.RegisterAttendeesRequest(conference_id=str(uuid.uuid4()), registrations=[person]), timeout=20
            ),
            stub.GetAttendee(rpc.GetAttendeeRequest(attendee_id=M["garbage"]), timeout=20),
            stub.GetAttendee(rpc.GetAttendeeRequest(), metadata=[("x-request-id", M["token"] * 50)]),
            channel.unary_unary(f"/hallway.attendee.v1.AttendeeService/{M['garbage']}")(b"", timeout=20),
            channel.unary_unary("/hallway.attendee.v1.AttendeeService/GetAttendee")(M["garbage"].encode(), timeout=20),
        ]
        codes = [await call.code() for call in bad]
        assert grpc.StatusCode.OK not in codes
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET /{M['garbage']} HTTP/1.1\r\n\r\n".encode())
    await reader.read()
    writer.close()


def poison() -> list[tuple[str, bytes, dict[str, str]]]:
    """(topic, value, headers) of events that cannot be handled."""
    attendees, conferences = "hallway.attendee.attendee.v1", "hallway.attendee.conference.v1"
    changed = events_pb2.AttendeeChanged.DESCRIPTOR.full_name
    created = events_pb2.ConferenceCreated.DESCRIPTOR.full_name
    person, conference = events_pb2.AttendeeChanged(), events_pb2.ConferenceCreated()
    person.attendee.id, person.attendee.name, person.attendee.email = M["event"], M["name"], M["mail"]
    for name in ("slug", "name", "time_zone", "starts_on", "ends_on"):
        setattr(conference.conference, name, M["event"])
    conference.conference.id = str(uuid.uuid4())
    unlikely = events_pb2.AttendeeChanged()
    unlikely.attendee.id, unlikely.attendee.conference_id = str(uuid.uuid4()), str(uuid.uuid4())
    unlikely.attendee.name, unlikely.attendee.email = f"{M['name']}\0", M["mail"]
    unlikely.attendee.state = attendee_pb2.ATTENDEE_STATE_JOINED
    return [
        (attendees, M["event"].encode() + b"\xff", {"ce_type": changed}),
        (attendees, person.SerializeToString(), {"ce_type": changed}),
        (attendees, unlikely.SerializeToString(), {"ce_type": changed}),
        (attendees, unlikely.SerializeToString(), {"ce_type": changed, "ce_sequence": "9" * 30}),
        (attendees, b"", {"ce_type": M["header"]}),
        (attendees, b"", {"ce_type": changed, "ce_sequence": M["header"], "ce_id": M["header"]}),
        (attendees, b"", {"ce_type": changed, "ce_time": M["header"], "traceparent": M["header"]}),
        (conferences, conference.SerializeToString(), {"ce_type": created}),
    ]


async def by_kafka(up: Up) -> None:
    """Poison; returns when every group has set it aside."""
    producer = AIOKafkaProducer(bootstrap_servers=up.kafka)
    await producer.start()
    for topic, value, headers in poison():
        usual = {
            "ce_id": str(uuid.uuid4()),
            "ce_subject": M["event"],
            "ce_time": "2047-01-01T00:00:00Z",
            "ce_sequence": "1",
        }
        pairs = [(name, text.encode()) for name, text in (usual | headers).items()]
        await producer.send_and_wait(topic, value, key=b"k", headers=pairs)
    await producer.stop()

    async def set_aside() -> bool:
        letters = await rows(up, "select topic from dead_letter")
        return len(letters) >= 20

    await eventually(set_aside, 120)


async def by_sql(up: Up) -> None:
    """Errors of statements, whose words quote values: what PostgreSQL itself writes down."""
    connection = await asyncpg.connect(up.databases["attendee"])
    for statement in (
        f"select '{M['name']}'::int",
        "insert into attendee select * from attendee",
        f"select set_config('search_path', 'public', false), '{M['mail']}', 1 / 0",
    ):
        with suppress(asyncpg.PostgresError):
            await connection.execute(statement)
    await connection.close()


async def rows(up: Up, query: str) -> list[str]:
    found: list[str] = []
    for url in up.databases.values():
        connection = await asyncpg.connect(url)
        if await connection.fetchval("select to_regclass('dead_letter')"):
            found += [row[0] for row in await connection.fetch(query)]
        await connection.close()
    return found


def leaks(texts: dict[str, str], marks: list[str]) -> list[str]:
    """Lines that hold a mark, with the name of where they are."""
    return [
        f"{mark} in {name}: {line[:300]}"
        for name, text in texts.items()
        for line in text.splitlines()
        for mark in marks
        if mark.lower() in line.lower()
    ]


@pytest.mark.timeout(600)
async def test_nothing_planted_is_found_in_any_log_argument_or_reason(up: Up, mail: MailServer) -> None:
    marks = [*M.values(), *SECRETS.values(), *ROLES.values(), *await by_http(up)]

    async def unreachable() -> bool:
        return " waits: SMTPConnectError" in "".join(up.logs().values())

    await eventually(unreachable, 300)
    server = await mail.open()
    await by_grpc(up)
    await by_sql(up)
    await by_kafka(up)

    async def mailed() -> bool:
        return len(mail.taken) >= 1

    await eventually(mailed, 300)
    links = re.findall(r"/sign-in/(\S+)", "".join(mail.taken).replace("=\r\n", ""))
    arguments = up.arguments()
    reasons = await rows(up, "select reason from dead_letter")
    up.process.send_signal(signal.SIGINT)
    assert await asyncio.to_thread(up.process.wait, 90) == 0
    server.close()

    assert links and mail.heard["password"] > 1 and mail.heard["address"] > 1
    logs = up.logs()
    assert {"server.log", "kafka.log", "console.txt", *(f"{name}.log" for name in SERVICES)} <= logs.keys()
    everything = "\n".join(logs.values())
    for said in ("dead letter: hallway.attendee.attendee.v1", "portal stopped"):
        assert said in everything
    assert "services.portal" in arguments
    assert leaks(logs | {"arguments": arguments, "reasons": "\n".join(reasons)}, [*marks, *links]) == []
