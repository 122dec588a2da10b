"""Reads instances of the B2B meeting scheduling benchmark: MiniZinc data files."""

import re
from pathlib import Path
from typing import TypeVar

from services.scheduling.engine.meetings import Meeting, Problem

T = TypeVar("T")
MAX_BYTES = 64 * 1024 * 1024
MORNING, AFTERNOON, ANY = 1, 2, 3


class BadInstance(ValueError):
    """What is wrong with the file, in which field and row."""


class _Fields:
    """The assignments of a data file, each read as what it must be."""

    def __init__(self, text: str) -> None:
        plain = re.sub(r"%[^\n]*", "", text)
        self._texts = {m[1]: m[2].strip() for m in re.finditer(r"(\w+)\s*=\s*([^;=]*);", plain)}

    def number(self, name: str) -> int:
        """A count, at least 1."""
        text = self._text(name)
        if not re.fullmatch(r"\d{1,7}", text) or int(text) < 1:
            raise BadInstance(f"{name}: expected a number from 1 on, found {text[:40]!r}")
        return int(text)

    def rows(self, name: str, width: int) -> list[list[int]]:
        """A two-dimensional array `[| a, b, | c, d |]`."""
        texts = [row for row in self._text(name).strip("[]").split("|") if row.strip()]
        rows = [self._numbers(name, number, row) for number, row in enumerate(texts, 1)]
        for number, row in enumerate(rows, 1):
            if len(row) != width:
                raise BadInstance(f"{name}, row {number}: expected {width} numbers, found {len(row)}")
        return rows

    def sets(self, name: str, count: int) -> list[set[int]]:
        """An array of `count` sets; all empty if the file has none of this name."""
        if name not in self._texts:
            return [set() for _ in range(count)]
        found = re.findall(r"\{([^{}]*)\}", self._texts[name])
        return self._counted(name, count, [set(self._numbers(name, row, text)) for row, text in enumerate(found, 1)])

    def numbers(self, name: str, count: int) -> list[int]:
        """An array of `count` numbers; all 0 if the file has none of this name."""
        if name not in self._texts:
            return [0] * count
        return self._counted(name, count, self._numbers(name, 1, self._texts[name].strip("[]")))

    def _text(self, name: str) -> str:
        if name not in self._texts:
            raise BadInstance(f"{name} is missing; expected '{name} = ...;'")
        return self._texts[name]

    def _numbers(self, name: str, row: int, text: str) -> list[int]:
        words = [word.strip() for word in text.split(",") if word.strip()]
        for word in words:
            if not re.fullmatch(r"\d{1,7}", word):
                raise BadInstance(f"{name}, row {row}: {word[:40]!r} is not a number from 0 on")
        return [int(word) for word in words]

    def _counted(self, name: str, count: int, found: list[T]) -> list[T]:
        if len(found) != count:
            raise BadInstance(f"{name}: expected {count} entries, found {len(found)}")
        return found


def read(path: Path) -> Problem:
    """The problem of a file; people, meetings and slots numbered from 0. Raises BadInstance."""
    if path.stat().st_size > MAX_BYTES:
        raise BadInstance(f"{path.name}: larger than {MAX_BYTES} bytes")
    return parse(path.read_text(encoding="utf-8", errors="replace"))


def parse(text: str) -> Problem:
    """The same of a text."""
    fields = _Fields(text)
    people, count = fields.number("nBusiness"), fields.number("nMeetings")
    slots, mornings = fields.number("nTotalSlots"), fields.number("nMorningSlots")
    requested = fields.rows("requested", 3)
    if len(requested) != count:
        raise BadInstance(f"requested: expected nMeetings = {count} rows, found {len(requested)}")
    forbidden, fixed = fields.sets("forbidden", people), fields.numbers("fixed", count)
    periods = {MORNING: range(1, mornings + 1), AFTERNOON: range(mornings + 1, slots + 1), ANY: range(1, slots + 1)}
    meetings = []
    for row, ((one, other, period), slot) in enumerate(zip(requested, fixed, strict=True), 1):
        if not (1 <= one <= people and 1 <= other <= people and one != other and period in periods):
            raise BadInstance(f"requested, row {row}: expected two people of 1 to {people} and a period 1, 2 or 3")
        barred = forbidden[one - 1] | forbidden[other - 1]
        free = [s for s in periods[period] if s <= slots and s not in barred and slot in (0, s)]
        meetings.append(Meeting((one - 1, other - 1), tuple(s - 1 for s in free)))
    return Problem(people, slots, fields.number("nTables"), tuple(meetings), _order(fields, count))


def _order(fields: _Fields, count: int) -> tuple[tuple[int, int], ...]:
    pairs = []
    for second, firsts in enumerate(fields.sets("precedences", count), 1):
        for first in sorted(firsts - {0}):
            if first > count:
                raise BadInstance(f"precedences, row {second}: there is no meeting {first}, the last is {count}")
            pairs.append((first - 1, second - 1))
    return tuple(pairs)
