"""`hallway dashboard`: the organizers' numbers in the terminal."""

from time import sleep
from typing import Annotated, Any

import typer
from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from cli.connection import Conference, ConferenceOption, JsonOption, conference
from cli.output import clean, show_json

EVERY = 2.0  # seconds
LEFT_OUT = 12  # people named
FUNNEL = (
    ("registered", "registered"),
    ("joined", "joined"),
    ("with_ties", "talk online with somebody here"),
    ("suggested", "had a suggestion"),
    ("matched", "had a match"),
    ("people_reached", "reached: have a session"),
)
SESSIONS = ("scheduled", "unplaced", "held", "missed", "cancelled")


def dashboard(
    context: typer.Context,
    slug: ConferenceOption = "",
    watch: Annotated[bool, typer.Option("--watch", help="Follow it until Ctrl-C.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Show who is being connected, and who is left out."""
    at = conference(context, slug)
    if as_json:
        return show_json(at.ask("/dashboard"))
    if not watch:
        return Console().print(_picture(at))
    with Live(_picture(at), console=Console(), auto_refresh=False) as live:
        while True:
            sleep(EVERY)
            live.update(_picture(at), refresh=True)


def _picture(at: Conference) -> Group:
    counts = at.ask("/dashboard")
    return Group(_funnel(counts), _sessions(counts), _left_out(counts))


def _funnel(counts: dict[str, Any]) -> Table:
    table = Table.grid(padding=(0, 2))
    table.title, table.title_justify = "People", "left"
    most = max(counts["registered"], 1)
    for name, words in FUNNEL:
        table.add_row(str(counts[name]), words, Text("\N{FULL BLOCK}" * round(30 * counts[name] / most), "dark_orange"))
    return table


def _sessions(counts: dict[str, Any]) -> Text:
    return Text("\nSessions: " + ", ".join(f"{counts[state]} {state}" for state in SESSIONS) + "\n")


def _left_out(counts: dict[str, Any]) -> Table:
    table = Table.grid(padding=(0, 2))
    table.title, table.title_justify = f"Without a session: {counts['left_out_total']}", "left"
    for person in counts["left_out"][:LEFT_OUT]:
        table.add_row(Text(clean(person["name"])), Text(clean(person["words"])))
    if counts["left_out_total"] > LEFT_OUT:
        table.add_row("...", f"and {counts['left_out_total'] - LEFT_OUT} more")
    return table
