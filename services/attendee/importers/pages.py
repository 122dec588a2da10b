"""Pages of an API as fetched: a JSON list in a file, or a list or an object on every line (.jsonl, .ndjson)."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

import msgspec

from services.attendee.importers.chunks import lines
from services.attendee.importers.interaction import Tally
from services.attendee.importers.records import MAX_WHOLE, array, checked

T = TypeVar("T", bound=msgspec.Struct)


def is_lines(name: str) -> bool:
    """Whether a file of this name holds one value a line."""
    return name.lower().endswith((".jsonl", ".ndjson"))


def pages(chunks: Iterable[bytes], name: str, kind: type[T], tally: Tally, key: str = "") -> Iterator[T]:
    """Every object of every page; `key` names the list where a page is an object. What is not of this kind is skipped.

    Raises ImportFailed when a file is no such JSON.
    """
    if not is_lines(name):
        yield from array(chunks, key, kind, tally, name)
        return
    decoder = msgspec.json.Decoder(kind)
    for line in lines(chunks, MAX_WHOLE):
        if line is None:
            tally.skipped += 1
        elif line[:1] == b"[" or (key and f'"{key}"'.encode() in line):
            yield from array([line], "" if line[:1] == b"[" else key, kind, tally, name)
        elif line.strip() and (found := checked(decoder, line, tally)) is not None:
            yield found
