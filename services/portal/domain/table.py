"""Reads a CSV file that came from outside: bounded, and every complaint says which line and what to do."""

import codecs
import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from services.kit.errors import Invalid, Problem

ROWS = 20_000
LINE_CHARACTERS = 65_536
PROBLEMS = 100  # told at once; more are not read by anybody
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the table: its line in the file (1 is the header) and its cells by column."""

    number: int
    cells: dict[str, str]


def read(content: bytes, columns: Sequence[str], optional: Sequence[str] = ()) -> list[Line]:
    """The rows of a CSV file in UTF-8 with a header of ``columns``, in any order. Raises Invalid."""
    rows = _rows(_text(content))
    header_line, header = next(rows, (1, []))
    names = [name.strip().lower() for name in header]
    problems = _header_problems(names, columns, optional)
    if problems:
        raise Invalid.all(problems)
    lines: list[Line] = []
    for number, cells in rows:
        if not any(cells):
            continue
        if len(lines) == ROWS:
            raise Invalid("file", f"more than {ROWS} rows; split the file, each part with the header line")
        line, wrong = _line(number, names, cells)
        lines.append(line)
        problems += wrong
        if len(problems) >= PROBLEMS:
            break
    if problems:
        raise Invalid.all(problems[:PROBLEMS])
    if not lines:
        raise Invalid("file", f"there is no row below the header in line {header_line}; add one for each entry")
    return lines


def _text(content: bytes) -> str:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" in content:
        raise Invalid("file", "the file is in UTF-16 or binary, not UTF-8; save it as 'CSV UTF-8' and send it again")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise Invalid(
            "file",
            f"line {line} is not UTF-8 (byte 0x{content[error.start]:02x}), perhaps Windows-1252 or ISO 8859-1; "
            "save the file as 'CSV UTF-8' and send it again",
            row=line,
        ) from None


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """(line number, cells) of each row; the number is that of the row's first line."""
    reader = csv.reader(_bounded(text), strict=True)
    while True:
        number = reader.line_num + 1
        try:
            row = next(reader, None)
        except csv.Error as error:
            hint = "check its quotes: a quote inside a quoted cell is written twice"
            raise Invalid("file", f"line {number} is not CSV ({error}); {hint}", row=number) from None
        if row is None:
            return
        yield number, row


def _bounded(text: str) -> Iterator[str]:
    start, number = 0, 1
    while start < len(text):
        end = text.find("\n", start) + 1 or len(text)
        if end - start > LINE_CHARACTERS:
            message = f"line {number} is {end - start} characters long, {LINE_CHARACTERS} are allowed"
            raise Invalid("file", f"{message}; check that the file is a CSV with line breaks", row=number)
        yield text[start:end]
        start, number = end, number + 1


def _header_problems(names: list[str], columns: Sequence[str], optional: Sequence[str]) -> list[Problem]:
    wanted = ",".join([*columns, *optional])
    problems = [
        Problem(name, f"the column {name} is missing; the header must name {wanted}", 1)
        for name in columns
        if name not in names
    ]
    for i, name in enumerate(names):
        if name not in (*columns, *optional):
            problems.append(Problem(name[:40], f"there is no column {name[:40]!r}; remove it or use {wanted}", 1))
        elif name in names[:i]:
            problems.append(Problem(name, f"the column {name} is there twice; remove one of them", 1))
    return problems[:PROBLEMS]


def _line(number: int, names: list[str], cells: list[str]) -> tuple[Line, list[Problem]]:
    if len(cells) != len(names):
        message = f"line {number} has {len(cells)} cells, the header has {len(names)}; quote cells that hold a comma"
        return Line(number, {}), [Problem("file", message, number)]
    problems = [
        Problem(name, f"line {number}, column {name} begins like a spreadsheet formula; remove the leading "
                      f"{cell[0]!r}", number)
        for name, cell in zip(names, cells, strict=True)
        if cell.lstrip(" ").startswith(_FORMULA)
    ]  # fmt: skip
    return Line(number, {name: cell.strip() for name, cell in zip(names, cells, strict=True)}), problems
