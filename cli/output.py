"""What commands print: tables and lines for people, JSON for scripts; errors and progress on standard error."""

import json
import sys
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from rich import box
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

WIDE = 120  # characters a line


def clean(value: object) -> str:
    """Text from elsewhere without what would command the terminal."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in str(value))


def say(line: str) -> None:
    """One line for people, on standard output."""
    Console(highlight=False, soft_wrap=True).print(clean(line), markup=False)


def tell(line: str) -> None:
    """How far a long command is, on standard error."""
    Console(stderr=True, highlight=False, soft_wrap=True).print(clean(line), markup=False)


def complain(lines: Sequence[str]) -> None:
    """Why the command failed: the first line, then what to mend."""
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    first, *more = lines
    for number, line in enumerate(first.splitlines()):
        console.print(Text("Error: " if number == 0 else "", "bold red") + Text(line))
    for line in more:
        console.print(Text("  \N{BULLET} ", "red") + Text(clean(line)))


def show_json(value: Any) -> None:
    """The API's JSON as it is, for scripts."""
    json.dump(value, sys.stdout, indent=2)
    sys.stdout.write("\n")


def show_table(columns: Sequence[str], rows: Iterable[Sequence[object]], empty: str) -> None:
    """A table, or the sentence `empty` when it has no row. Columns that start with '#' are numbers.

    A last column "id" is left out where it would squeeze the others; scripts find ids in the JSON.
    """
    console, table = Console(), Table(box=box.SIMPLE_HEAD, pad_edge=False)
    shown = columns[:-1] if columns[-1] == "id" and console.width < WIDE else columns
    for column in shown:
        number = column.startswith("#")
        justify: Literal["right", "left"] = "right" if number else "left"
        table.add_column(column.removeprefix("#"), justify=justify, overflow="fold", no_wrap=column == "id")
    for row in rows:
        table.add_row(*(Text(clean("" if cell is None else cell)) for cell in row[: len(shown)]))
    if table.row_count:
        console.print(table)
    else:
        say(empty)


def upload_progress() -> Progress:
    """A bar of bytes sent."""
    return Progress(
        TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn(),
        console=Console(stderr=True), transient=True,
    )  # fmt: skip


def when(starts: str | None, ends: str | None, zone: str) -> str:
    """Two moments of the API as local time: Tue 2026-12-01 10:30-11:00."""
    if not starts or not ends:
        return "no time yet"
    first, last = (datetime.fromisoformat(moment).astimezone(ZoneInfo(zone)) for moment in (starts, ends))
    return f"{first:%a %Y-%m-%d %H:%M}-{last:%H:%M}"


def names(people: Iterable[dict[str, Any]], *, but: str = "") -> str:
    """The names of a suggestion's, tie's or session's people, but the one with this id."""
    return ", ".join(person["name"] or person["id"] for person in people if person["id"] != but)
