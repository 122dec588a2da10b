"""The hallway command before a whole Hallway: the way from a CSV and a log to a calendar, and bad input."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar

from cli.app import main
from tests.conftest import MakeDatabase, eventually
from tests.portal_hall import ADMIN, hall

PEOPLE = """ticket,name,email,handles,interests,formats,budget,joined
T-1,Ada Lind,ada@example.org,irc:ada,packaging,coffee,3,no
T-2,Ben Okoye,ben@example.org,irc:ben,packaging,coffee,3,no
T-3,Cy Marsh,cy@example.org,,packaging,coffee,3,no
"""
VENUE = "name,capacity,seats,formats,opens,closes\nCorner A,4,4,coffee,09:00,18:00\n"
TALKS = "id,title,room,starts,ends,speaker_emails\nT1,Wheels,Main,2027-05-14 09:00,2027-05-14 10:00,ada@example.org\n"
LOG = "".join(f"[10:{n:02}] <ada> ben: question {n}\n[10:{n:02}] <ben> ada: answer {n}\n" for n in range(9))


class Terminal:
    """Runs commands as somebody at a terminal would, with the admin's token."""

    def __init__(self, url: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self._url = url
        self.folder = folder
        self._capsys = capsys

    async def run(self, *arguments: str) -> tuple[int, str, str]:
        """Exit status, standard output, standard error."""
        self._capsys.readouterr()
        status = await asyncio.to_thread(self._main, ("--url", self._url, "--token", ADMIN, *arguments))
        shown = self._capsys.readouterr()
        return status, shown.out, shown.err

    async def fine(self, *arguments: str) -> str:
        """Standard output of a command that succeeds."""
        status, out, err = await self.run(*arguments)
        assert status == 0, err
        return out

    async def json(self, *arguments: str) -> Any:
        """What a command prints with --json."""
        return json.loads(await self.fine(*arguments, "--json"))

    def file(self, name: str, content: str | bytes) -> str:
        """A file in the folder."""
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return str(path)

    def _main(self, arguments: tuple[str, ...]) -> int:
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        return int(ended.value.code or 0)

    async def create(self, slug: str = "pycamp") -> None:
        """Makes a conference."""
        days = ("--time-zone", "Europe/Madrid", "--starts", "2027-05-14", "--ends", "2027-05-15")
        await self.fine("conference", "create", slug, "PyCamp 2027", *days)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder and no setting of whoever runs the tests."""
    for name in ("URL", "TOKEN", "CONFERENCE", "STATE"):
        monkeypatch.delenv(f"HALLWAY_{name}", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
async def quiet(database: MakeDatabase, folder: Path, capsys: pytest.CaptureFixture[str]) -> AsyncIterator[Terminal]:
    """Before a Hallway without a broker, which has one conference."""
    async with hall(database) as made:
        await made.conference()
        yield Terminal(made.url, folder, capsys)


@pytest.fixture
async def whole(
    database: MakeDatabase, kafka_settings: dict[str, Any], folder: Path, capsys: pytest.CaptureFixture[str]
) -> AsyncIterator[Terminal]:
    """Before a whole Hallway."""
    async with hall(database, kafka_settings) as made:
        yield Terminal(made.url, folder, capsys)


async def test_from_a_csv_and_a_log_to_a_calendar(whole: Terminal) -> None:
    at = whole
    await at.create()
    assert "3 registered" in await at.fine("register", at.file("people.csv", PEOPLE))
    assert "Places: 1" in await at.fine("venue", at.file("venue.csv", VENUE))
    assert "Talks: 1" in await at.fine("talks", at.file("talks.csv", TALKS))
    log = at.file("2027-03-01.log", LOG)
    sent = await at.fine("import", log, "--network", "irc", "--name", "#pycamp", "--visibility", "public")
    assert "18 messages" in sent and "1 ties" in sent
    assert "1 joined now" in await at.fine("join", "T-3")
    assert "2 joined now" in await at.fine("join", "--all")

    async def suggested() -> bool:
        status, out, _ = await at.run("suggestions", "ada@example.org", "--json")
        return status == 0 and any("Ben Okoye" in str(s["attendees"]) for s in json.loads(out)["suggestions"])

    await eventually(suggested)
    assert "replies on #pycamp, 2027-03" in " ".join((await at.fine("suggestions", "Ada Lind")).split())
    (tie,) = (await at.json("ties", "--attendee", "T-2"))["ties"]
    assert {person["name"] for person in tie["attendees"]} == {"Ada Lind", "Ben Okoye"}
    assert "when it is mutual" in await at.fine("answer", "T-1", "Ben Okoye", "yes")
    assert "It is mutual" in await at.fine("answer", "T-2", "Ada Lind", "yes")

    async def scheduled() -> bool:
        return bool((await at.json("dashboard"))["scheduled"] == 1)

    await eventually(scheduled)
    assert "10:00-10:30" in await at.fine("sessions")  # not during Ada's talk
    await at.fine("calendar", "T-2", "--out", str(at.folder / "ben.ics"))
    (event,) = Calendar.from_ical((at.folder / "ben.ics").read_bytes()).walk("VEVENT")
    assert event["LOCATION"] == "Corner A" and event.decoded("DTSTART").isoformat() == "2027-05-14T10:00:00+02:00"
    (session,) = (await at.json("sessions"))["sessions"]
    await at.fine("calendar", session["id"], "-o", str(at.folder / "session.ics"))
    assert b"BEGIN:VEVENT" in (at.folder / "session.ics").read_bytes()
    assert "reached: have a session" in await at.fine("dashboard")
    (source,) = (await at.json("sources"))["sources"]
    assert source["name"] == "#pycamp"
    await at.fine("withdraw", "#pycamp")
    assert "No tie yet" in await at.fine("ties")


async def test_links_and_tokens_are_printed_bare_for_scripts(quiet: Terminal) -> None:
    link = await quiet.fine("organizer", "olga@example.org", "--role", "viewer", "-c", "pycamp")
    assert link.startswith("http://portal.test/sign-in/") and len(link.split()) == 1
    made = await quiet.fine("token", "create", "registration desk", "--scope", "registrations:write", "--scope", "read")
    assert made.startswith("hallway_") and len(made.split()) == 1
    (listed,) = (await quiet.json("token", "list"))["tokens"]
    assert listed["name"] == "registration desk" and made.strip() not in str(listed)
    assert "Revoked" in await quiet.fine("token", "revoke", listed["id"])


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (PEOPLE.replace("handles,", ""), "handles"),
        (PEOPLE.replace("Ben Okoye", "=HYPERLINK(1)"), "line 3, column name begins like a spreadsheet formula"),
        (PEOPLE.replace("ben@", "ada@"), "line 3 has the same email as line 2"),
        (PEOPLE.replace("Ada", "\u00c5da").encode("cp1252"), "not UTF-8"),
        (PEOPLE.encode() + b"x" * 10_000_000, "characters long"),
        (b"", "column"),
    ],
    ids=["missing column", "formula", "twice", "encoding", "long line", "empty"],
)
async def test_a_csv_to_mend_is_told_line_by_line_and_nobody_is_registered(
    quiet: Terminal, content: str | bytes, told: str
) -> None:
    status, out, err = await quiet.run("register", quiet.file("people.csv", content), "-c", "pycamp")
    assert status == 1 and told in err and "Traceback" not in err and not out
    assert "0 joined now" in await quiet.fine("join", "--all", "-c", "pycamp")


@pytest.mark.parametrize(
    ("network", "content", "told"),
    [
        ("irc", bytes(range(256)) * 4_000, "rubbish.log"),
        ("mbox", b"This is no mail archive at all.\n" * 3, "rubbish.log"),
        ("fax", b"beep\n", "use one of bluesky, csv"),
    ],
)
async def test_an_archive_that_cannot_be_read_is_named_and_leaves_nothing(
    quiet: Terminal, network: str, content: bytes, told: str
) -> None:
    archive = quiet.file("rubbish.log", content)
    about = ("--network", network, "--name", "old", "--visibility", "private", "-c", "pycamp")
    status, _, err = await quiet.run("import", archive, *about)
    assert status == 1 and told in err and "Traceback" not in err


async def test_an_unknown_conference_and_an_unknown_person_are_named(quiet: Terminal) -> None:
    assert "2027-05-14 to 2027-05-15" in await quiet.fine("conference", "show", "pycamp")
    status, _, err = await quiet.run("ties", "--conference", "nowhere")
    assert status == 1 and "nowhere" in err
    status, _, err = await quiet.run("link", "nobody@example.org", "-c", "pycamp")
    assert status == 1 and "nobody@example.org" in err and "hallway attendees" in err


async def test_a_token_without_the_scope_is_told_which_one_it_lacks(quiet: Terminal, capsys: Any) -> None:
    made = (await quiet.fine("token", "create", "reader", "--scope", "read")).strip()
    people = quiet.file("people.csv", PEOPLE)
    status, _, err = await quiet.run("--token", made, "register", people, "-c", "pycamp")
    assert status == 1 and "lacks the scope registrations:write" in err
