"""A list as a page and as a CSV file: the same rows, read a page at a time."""

import csv
import io
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Response
from fastapi.responses import StreamingResponse

from services.portal.api.pages.visit import Visit

ROWS = 200
ROWS_AT_ONCE = 2_000  # of a file
MOST_ROWS = 100_000
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")

Row: TypeAlias = "tuple[UUID, tuple[object, ...]]"


@dataclass(frozen=True)
class Choice:
    """A part of the list one can choose: its address's value, words, and how many are in it where that is known."""

    value: str
    words: str
    count: int | None = None


@dataclass(frozen=True)
class Listing:
    """What is listed; ``read(after, limit)`` gives rows by id, ``name`` is the page's last part and the file's name."""

    name: str
    heading: str
    caption: str
    columns: tuple[str, ...]
    empty: str
    read: Callable[[UUID | None, int], Awaitable[Sequence[Row]]]
    choice_name: str = ""
    chosen: str = ""
    choices: tuple[Choice, ...] = ()

    @property
    def query(self) -> str:
        """The part of an address that says what was chosen."""
        return urlencode({self.choice_name: self.chosen}) if self.chosen else ""


async def show(
    visit: Visit, listing: Listing, after: UUID | None, template: str = "list.html", **more: Any
) -> Response:
    """The list's page."""
    rows = await listing.read(after, ROWS)
    next = rows[-1][0] if len(rows) == ROWS else None
    return visit.page(template, page=listing.name, listing=listing, rows=rows, next=next, after=after, **more)


async def export(visit: Visit, listing: Listing) -> Response:
    """The whole list as a file. It is read in pages, so that a slow reader holds no connection to the database."""
    assert visit.conference
    name = "-".join(part for part in (visit.conference.slug, listing.name, listing.chosen.replace("_", "-")) if part)
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return StreamingResponse(_lines(listing), media_type="text/csv; charset=utf-8", headers=headers)


async def _lines(listing: Listing) -> AsyncIterator[bytes]:
    yield b"\xef\xbb\xbf" + _csv([listing.columns])  # without the mark spreadsheets take it for Latin-1
    after, left = None, MOST_ROWS
    while left > 0 and (rows := await listing.read(after, min(left, ROWS_AT_ONCE))):
        yield _csv(cells for _, cells in rows)
        after, left = rows[-1][0], left - len(rows)


def _csv(rows: Iterable[Sequence[object]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([safe_cell(cell) for cell in row] for row in rows)
    return text.getvalue().encode()


def safe_cell(cell: object) -> object:
    """The cell, as text where a spreadsheet would take it for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA_STARTS) else cell
