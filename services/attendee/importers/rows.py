"""Rows of CSV files, by the names in their header."""

import csv
from collections.abc import Iterable, Iterator

from services.attendee.importers.chunks import lines
from services.attendee.importers.interaction import ImportFailed, Tally


def rows(chunks: Iterable[bytes], file: str, needed: tuple[str, ...], tally: Tally) -> Iterator[dict[str, str]]:
    """Each row's values of the columns `needed`, in lower case; other columns are not kept.

    Lines before the header are passed over; rows that are too short are counted as skipped. Raises ImportFailed
    when there is no such header.
    """
    found = csv.reader(_texts(chunks, tally))
    at: list[int] = []
    while True:
        try:
            row = next(found, None)
        except csv.Error:
            raise ImportFailed("a field in it is too long or its quotes do not match; export it again", file) from None
        if row is None:
            break
        if not at:
            names = [name.strip().strip("\ufeff").lower() for name in row]
            at = [names.index(name) for name in needed] if set(needed) <= set(names) else []
        elif len(row) > max(at):
            yield dict(zip(needed, (row[column].strip() for column in at), strict=True))
        elif row:
            tally.skipped += 1
    if not at:
        raise ImportFailed(f"its header has no columns {', '.join(needed)}; export it again", file)


def _texts(chunks: Iterable[bytes], tally: Tally) -> Iterator[str]:
    for line in lines(chunks):
        if line is None:
            tally.skipped += 1
        else:
            yield line.decode("utf-8", "replace").replace("\0", "") + "\n"
