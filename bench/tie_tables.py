"""Reads the tables of the tie bench: every cell is checked, and a wrong one is named by file, row and column."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from services.matchmaking.domain.kinds import KINDS, OTHER_KIND
from services.matchmaking.engine.shared import is_protected
from services.matchmaking.engine.strength import Rows, Traits

MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
CELL = 500  # characters
# More pairs than this are not ranked: name candidates.
PAIRS = 20_000_000


class Wrong(Exception):
    """A table cannot be used; the message says where and what to do."""


@dataclass
class People:
    """Names and their positions, in order of appearance."""

    at: dict[str, int] = field(default_factory=dict)

    def of(self, name: str) -> int:
        """The position of a name, a new one if it has none."""
        return self.at.setdefault(name, len(self.at))


Row = dict[str, str]


def rows(path: Path, columns: tuple[str, ...]) -> Iterator[tuple[int, Row]]:
    """Row number (the header is 1) and its cells, stripped; columns beyond those named are left alone."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file)
            missing = [name for name in columns if name not in (reader.fieldnames or ())]
            if missing:
                raise Wrong(f"{path}: no column {', '.join(missing)}; the first line must name {','.join(columns)}")
            for number, row in enumerate(reader, 2):
                yield number, {name: _cell(path, number, name, row[name]) for name in columns}
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise Wrong(f"{path}: cannot be read as CSV in UTF-8: {error}") from error


def _cell(path: Path, number: int, name: str, text: str | None) -> str:
    if text is None or len(text) > CELL:
        raise Wrong(f"{path}, row {number}, {name}: {'missing' if text is None else f'longer than {CELL} characters'}")
    return text.strip()


def _name(path: Path, number: int, row: Row, column: str) -> str:
    if not row[column]:
        raise Wrong(f"{path}, row {number}, {column}: empty; name a person")
    return row[column]


def _amount(path: Path, number: int, row: Row, column: str) -> float:
    try:
        amount = float(row[column])
    except ValueError:
        amount = -1.0
    if not 0 <= amount < 1e12:
        raise Wrong(f"{path}, row {number}, {column}: {row[column]!r} is no number from 0 to 10^12")
    return amount


def messages(path: Path, people: People) -> Rows:
    """``person,other,kind,count,month``: counts weighed by kind; the month (YYYY-MM or empty) changes nothing."""
    a, b, amounts = [], [], []
    for number, row in rows(path, ("person", "other", "kind", "count", "month")):
        if row["month"] and not MONTH.fullmatch(row["month"]):
            raise Wrong(f"{path}, row {number}, month: {row['month']!r} is not YYYY-MM; leave it empty if unknown")
        a.append(people.of(_name(path, number, row, "person")))
        b.append(people.of(_name(path, number, row, "other")))
        amounts.append(_amount(path, number, row, "count") * KINDS.get(row["kind"], OTHER_KIND))
    return Rows(a, b, amounts)


def contacts(path: Path, people: People) -> Rows:
    """``a,b,day,seconds``: seconds together, added up to one row a pair and day."""
    seconds: dict[tuple[int, int, str], float] = {}
    for number, row in rows(path, ("a", "b", "day", "seconds")):
        one, other = (people.of(_name(path, number, row, column)) for column in ("a", "b"))
        key = (min(one, other), max(one, other), row["day"])
        seconds[key] = seconds.get(key, 0.0) + _amount(path, number, row, "seconds")
    return Rows([a for a, _, _ in seconds], [b for _, b, _ in seconds], list(seconds.values()))


def traits(path: Path, people: People) -> tuple[Traits, list[str]]:
    """``person,field,value``, and the names of fields left out because nobody is to be chosen by them."""
    fields, values = People(), People()
    who, which, what, left_out = [], [], [], set()
    for number, row in rows(path, ("person", "field", "value")):
        person = people.of(_name(path, number, row, "person"))
        if is_protected(row["field"]):
            left_out.add(row["field"])
        elif row["value"]:
            who.append(person)
            which.append(fields.of(row["field"]))
            what.append(values.of(f"{row['field']}\n{row['value']}"))
    return Traits(who, which, what), sorted(left_out)


def pairs(path: Path, people: People) -> tuple[list[int], list[int]]:
    """``person,candidate``, each pair once, in order of appearance."""
    found: dict[tuple[int, int], None] = {}
    for number, row in rows(path, ("person", "candidate")):
        one, other = (people.of(_name(path, number, row, column)) for column in ("person", "candidate"))
        if one != other:
            found[one, other] = None
        if len(found) > PAIRS:
            raise Wrong(f"{path}: more than {PAIRS} pairs; name fewer candidates")
    return [a for a, _ in found], [b for _, b in found]


def every_pair(people: int) -> tuple[np.ndarray, np.ndarray]:
    """Everybody with everybody else, in both directions."""
    if people * (people - 1) > PAIRS:
        raise Wrong(f"{people} people make more than {PAIRS} pairs; name the candidates with --candidates")
    a, b = np.divmod(np.arange(people * people, dtype=np.int64), max(people, 1))
    return a[a != b], b[a != b]
