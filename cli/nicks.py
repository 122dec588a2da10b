"""`hallway nicks`: who speaks in IRC logs, as a registrations CSV to start from."""

import csv
import re
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from cli.errors import CommandError
from cli.output import say
from cli.upload import find_files

COLUMNS = ("ticket", "name", "email", "handles", "interests", "formats", "budget")
_SAID = re.compile(r"^[^<*]{0,80}(?:<[ @+%&~!]?([^\s<>]{1,64})>|[ \t]\*[ \t]([^\s<>*]{1,64})[ \t])")


def nicks(
    logs: Annotated[list[Path], typer.Argument(metavar="LOG...", help="IRC logs, or folders of them.")],
    out: Annotated[Path, typer.Option("--out", "-o", metavar="FILE.csv", help="Where to write it.")],
    least: Annotated[int, typer.Option(min=1, help="Leave out who said fewer lines.")] = 1,
) -> None:
    """Write a registrations CSV of everybody who speaks in IRC logs.

    For trying Hallway on an archive before there are registrations: name and handle are the nick, in small letters as
    IRC takes them for the same; ticket and address (...@example.org) are made up.
    """
    lines = Counter(nick for file in find_files(logs) for nick in _speakers(file))
    speaking = sorted(nick for nick, count in lines.items() if count >= least)
    if not speaking:
        raise CommandError("nobody speaks there: no line looks like '[14:05] <nick> text'")
    try:
        with out.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(COLUMNS)
            writer.writerows(_row(number, nick) for number, nick in enumerate(speaking, 1))
    except OSError as error:
        raise CommandError(f"{out} cannot be written: {error.strerror}") from None
    say(f"{len(speaking)} nicks in {out}. Next: hallway register {out}")


def _speakers(log: Path) -> list[str]:
    try:
        with log.open(encoding="utf-8", errors="replace") as lines:
            found = (_SAID.match(line) for line in iter(lambda: lines.readline(65_536), ""))
            return [(said[1] or said[2]).lower() for said in found if said]
    except OSError as error:
        raise CommandError(f"{log} cannot be read: {error.strerror}") from None


def _row(number: int, nick: str) -> tuple[str, ...]:
    plain = re.sub(r"[^a-z0-9]", "", nick) or "nick"
    return f"N-{number}", nick, f"{plain}.{number}@example.org", f"irc:{nick}", "", "", ""
