"""What is given to Hallway before a conference: registrations, who joined, the venue, the talks."""

from pathlib import Path
from typing import Annotated

import typer

from cli.connection import ConferenceOption, conference
from cli.errors import CommandError
from cli.output import say

CsvArgument = Annotated[Path, typer.Argument(metavar="FILE.csv", help="CSV in UTF-8 with a header line.")]


def register(context: typer.Context, file: CsvArgument, slug: ConferenceOption = "") -> None:
    """Register everybody of a CSV file.

    Columns: ticket, name, email, handles (irc:nick mailto:a@b), interests and formats (separated by ;), budget, and
    joined (yes or no; may be left out). All of the file is taken or none; known tickets are brought up to date.
    """
    done = conference(context, slug).command("POST", "/registrations", csv=file)
    say(f"{done['registered']} registered, {done['updated']} brought up to date, {done['unchanged']} as they were.")


def join(
    context: typer.Context,
    tickets: Annotated[list[str] | None, typer.Argument(help="Tickets of those who said yes.")] = None,
    everybody: Annotated[bool, typer.Option("--all", help="Everybody who is registered.")] = False,
    slug: ConferenceOption = "",
) -> None:
    """Record who said yes to networking; only they get suggestions."""
    if everybody == bool(tickets):
        raise CommandError("say who joined: either tickets, or --all for everybody who is registered")
    body = {"all": True} if everybody else {"tickets": tickets}
    done = conference(context, slug).command("POST", "/join", body)
    say(f"{done['joined']} joined now.")


def venue(context: typer.Context, file: CsvArgument, slug: ConferenceOption = "") -> None:
    """Say where people can meet; replaces the places before.

    Columns: name, capacity (sessions at once), seats (people in each), formats (separated by ;), opens, closes.
    """
    done = conference(context, slug).command("PUT", "/venue", csv=file)
    say(f"Places: {len(done['places'])}")


def talks(context: typer.Context, file: CsvArgument, slug: ConferenceOption = "") -> None:
    """Say when there are talks; replaces the talks before.

    Columns: id, title, room, starts and ends (local, YYYY-MM-DD HH:MM), speaker_emails (separated by ;).
    """
    done = conference(context, slug).command("PUT", "/talks", csv=file)
    say(f"Talks: {done['talks']}")
    if unknown := done.get("speakers_not_registered"):
        say(f"Not registered, so their talks do not keep them busy: {', '.join(unknown)}")
