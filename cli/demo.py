"""The demo: a sample community brought in through the real doors, some of its people already saying yes."""

import csv
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, sleep
from typing import Any

from rich.console import Console
from rich.text import Text

from cli import scene
from cli.api import Api
from cli.connection import Conference
from cli.errors import CommandError
from cli.output import clean
from cli.upload import Upload, find_files
from embedded.hallway import Running
from embedded.progress import Progress
from sample import generate

SLUG = "packaging-days"
NAME = "Packaging Days"
ZONE = "Europe/Madrid"
ORGANIZER = "organizer@example.org"
MEMORY = "demo.json"  # in the state folder, written once everything is there
SETTLED = 4  # times the same count before it is taken for final
PATIENCE = 180.0  # seconds


def show(running: Running) -> None:
    """Loads the sample unless it is there, then prints where to look."""
    api, console = Api(running.portal_url, running.bootstrap_token), running.console
    at, memory = Conference(api, SLUG), running.state / MEMORY
    if not memory.exists():
        _load(at, console)
        _wait_for_suggestions(at, console)
        with _step(console, "Letting some of them say yes"):
            played = scene.play(at)
        _wait_for(
            at, console, "Finding time and place", lambda now: now["scheduled"] + now["unplaced"] >= played.matches
        )
        memory.write_text(json.dumps({"pages": played.pages}))
    pages = json.loads(memory.read_text())["pages"]
    if not scene.is_open(at, pages):
        pages = scene.another(at) or pages
        memory.write_text(json.dumps({"pages": pages}))
    _print_links(at, running, pages)


def _load(at: Conference, console: Console) -> None:
    """Every step can be repeated, so that a demo stopped half-way goes on."""
    sample = generate(first_day=_first_day(at))
    with TemporaryDirectory(prefix="hallway-demo-") as temporary:
        folder = Path(temporary)
        sample.write(folder)
        if not _conferences(at):
            first, last = (day.isoformat() for day in sample.days)
            about = {"slug": SLUG, "name": NAME, "time_zone": ZONE, "starts_on": first, "ends_on": last}
            at.api.command("POST", "/conferences", about)
        with _step(console, "Registering 240 people"):
            joining = _hold_back_joined(folder / "registrations.csv")
            at.command("POST", "/registrations", csv=folder / "registrations.csv")
        with _step(console, "Setting up places and talks"):
            at.command("PUT", "/venue", csv=folder / "venue.csv")
            at.command("PUT", "/talks", csv=folder / "talks.csv")
        with _step(console, "Importing the mailing list"):
            _import(at, folder / "packaging-list.mbox", network="mbox", name="the packaging list")
        with _step(console, "Importing the chat"):
            _import(at, folder / "chat", network="irc", name="#packaging")
    with _step(console, f"{len(joining)} of them join"):
        at.command("POST", "/join", {"tickets": joining})


def _hold_back_joined(registrations: Path) -> list[str]:
    """Takes the column joined out of the file; the tickets of those who joined.

    They join once the archives are in: who joins before would first be suggested to somebody by another route.
    """
    with registrations.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    joining = [row["ticket"] for row in rows if row.pop("joined") == "yes"]
    with registrations.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return joining


def _first_day(at: Conference) -> date | None:
    """The day of a conference that an earlier start has made; None: a new one."""
    return next((date.fromisoformat(c["starts_on"]) for c in _conferences(at)), None)


def _conferences(at: Conference) -> list[dict[str, Any]]:
    return [c for c in at.api.ask("/conferences")["conferences"] if c["slug"] == SLUG]


def _import(at: Conference, path: Path, **about: str) -> None:
    at.api.upload(at.path("/sources"), find_files([path]), Upload(), visibility="public", **about)


@contextmanager
def _step(console: Console, what: str) -> Iterator[Progress]:
    with Progress(console, what) as progress:
        yield progress
    console.print(f"{what}: done ({progress.seconds:.1f} s)", markup=False, highlight=False)


def _wait_for_suggestions(at: Conference, console: Console) -> None:
    """Until the number of people with a suggestion stays as it is."""
    seen: list[int] = []

    def settled(counts: dict[str, Any]) -> bool:
        seen.append(counts["suggested"])
        return seen[-1] > 0 and seen[-SETTLED:] == [seen[-1]] * SETTLED

    _wait_for(at, console, "Working out who should meet", settled)


def _wait_for(at: Conference, console: Console, what: str, reached: Callable[[dict[str, Any]], bool]) -> None:
    until = monotonic() + PATIENCE
    with _step(console, what) as progress:
        while not reached(counts := at.ask("/dashboard")):
            progress.what = f"{what}: {counts['suggested']} of {counts['joined']} have a suggestion"
            if monotonic() > until:
                raise CommandError(
                    f"{what} took over {PATIENCE:g} s; see the log above. The demo goes on when restarted"
                )
            sleep(0.5)


def _print_links(at: Conference, running: Running, pages: list[str]) -> None:
    """One-time links, new at each start."""
    counts, about, console = at.ask("/dashboard"), at.ask(), running.console
    dashboard = at.command("POST", "/organizers", {"email": ORGANIZER, "role": "organizer"})["url"]
    names = {a["id"]: clean(a["name"]) for a in at.api.pages(at.path("/attendees"), "attendees")}
    links = [("The organizers' dashboard", dashboard)]
    links += [(f"{names[i]}'s page", at.command("POST", f"/attendees/{i}/login-link")["url"]) for i in pages]
    links += [("Mail that was sent", running.mailbox_url)] if running.mailbox_url else []
    text = Text(f"\n{about['name']}, {about['starts_on']} and {about['ends_on']}\n")
    text.append("{joined} of {registered} people joined, {suggested} were suggested to somebody, ".format(**counts))
    text.append("{matched} have a match, {scheduled} sessions are scheduled.\n".format(**counts))
    for what, url in links:
        text.append(f"\n{what}\n", "bold").append(f"  {url}\n", "cyan")
    if scene.is_open(at, pages):
        text.append(
            f"\n{' and '.join(names[i] for i in pages)} are suggested to each other: open both pages, say yes\n"
        )
        text.append("on both, and watch the dashboard.\n")
    text.append("\nThese links sign in once; the next start prints new ones.\n")
    if date.fromisoformat(about["ends_on"]) < datetime.now(UTC).date():
        text.append("The days are over: 'hallway reset', then 'hallway demo', make a new conference.\n", "yellow")
    console.print(text.append("Ctrl-C stops everything and keeps the data.\n"), soft_wrap=True)
