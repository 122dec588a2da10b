"""Registrations as a registration system hands them over, one by one or as a CSV file."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from services.kit.errors import Invalid, Problem
from services.portal.domain import table
from services.portal.domain.table import Line

COLUMNS = ("ticket", "name", "email", "handles", "interests", "formats", "budget")
OPTIONAL = ("joined",)
MAX_BUDGET = 100
_YES, _NO = {"yes", "y", "true", "1"}, {"no", "n", "false", "0", ""}


@dataclass(frozen=True, slots=True)
class Registration:
    """One registered person; row is the line of the file or the index of the request. budget 0: the default."""

    row: int
    ticket: str
    name: str
    email: str
    handles: tuple[str, ...] = ()
    interests: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    budget: int = 0
    joined: bool = False


def from_csv(content: bytes) -> list[Registration]:
    """The registrations of a CSV file, all of them or none. Raises Invalid naming every line to mend."""
    problems: list[Problem] = []
    registrations = [_registration(line, problems) for line in table.read(content, COLUMNS, OPTIONAL)]
    check(registrations, "line", problems)
    return registrations


def check(registrations: Sequence[Registration], row_word: str, problems: Sequence[Problem] = ()) -> None:
    """Raises Invalid for empty cells and for people who are there twice, naming both rows."""
    found = [*problems, *_empty(registrations, row_word)]
    found += _twice(registrations, "ticket", lambda r: r.ticket, row_word)
    found += _twice(registrations, "email", lambda r: r.email.lower(), row_word)
    if found:
        raise Invalid.all(sorted(found, key=lambda p: p.row or 0)[: table.PROBLEMS])


def _registration(line: Line, problems: list[Problem]) -> Registration:
    cells = line.cells
    budget, joined = cells["budget"], cells.get("joined", "").lower()
    if budget and not (budget.isascii() and budget.isdigit() and int(budget[:9]) <= MAX_BUDGET):
        message = f"line {line.number}: budget is a number from 1 to {MAX_BUDGET}, or empty for the default"
        problems.append(Problem("budget", message, line.number))
        budget = ""
    if joined not in _YES | _NO:
        problems.append(Problem("joined", f"line {line.number}: joined is yes or no", line.number))
    return Registration(
        line.number,
        cells["ticket"],
        cells["name"],
        cells["email"],
        tuple(cells["handles"].split()),
        _list(cells["interests"]),
        _list(cells["formats"]),
        int(budget or 0),
        joined in _YES,
    )


def _list(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split(";") if part.strip())


def _empty(registrations: Sequence[Registration], row_word: str) -> list[Problem]:
    return [
        Problem(field, f"{row_word} {r.row}: {field} is empty; every registration needs one", r.row)
        for r in registrations
        for field in ("ticket", "name", "email")
        if not getattr(r, field)
    ]


def _twice(
    registrations: Sequence[Registration], field: str, key: Callable[[Registration], str], row_word: str
) -> list[Problem]:
    first: dict[str, int] = {}
    problems = []
    for r in registrations:
        if (value := key(r)) and first.setdefault(value, r.row) != r.row:
            message = f"{row_word} {r.row} has the same {field} as {row_word} {first[value]}; keep one of them"
            problems.append(Problem(field, message, r.row))
    return problems
