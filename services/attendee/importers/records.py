"""Objects out of JSON files of any size, each checked against the few fields declared; the rest is not kept."""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any, TypeVar

import msgspec

from services.attendee.importers.chunks import lines
from services.attendee.importers.interaction import ImportFailed, Tally
from services.attendee.importers.reading import Reader
from services.attendee.importers.splitting import MAX_OBJECT, Unsplittable, split

MAX_WHOLE = 4 * 1024 * 1024  # bytes of a file that is decoded at once, which is several times as fast

T = TypeVar("T", bound=msgspec.Struct)

_BROKEN = (msgspec.DecodeError, Unsplittable, UnicodeError, RecursionError)


def array(chunks: Iterable[bytes], key: str, kind: type[T], tally: Tally, file: str) -> Iterator[T]:
    """Every object of the array that is the file, or the value of `key` in it.

    What is not of this kind is counted as skipped. Raises ImportFailed when the file is not such JSON.
    """
    reader = Reader(chunks)
    head = _whole(reader)
    decoder = msgspec.json.Decoder(kind)
    try:
        if len(head) <= MAX_WHOLE:
            objects: Iterable[Any] = _list(head, key)
        else:
            objects = split(chain([head], reader.rest()), key)
        for raw in objects:
            yield from checked(decoder, raw, tally)
    except _BROKEN:
        what = f"with a list named {key}" if key else "that is a list"
        raise ImportFailed(f"it is not whole JSON {what}; export it again, or leave this file out", file) from None


def one(chunks: Iterable[bytes], kind: type[T], file: str) -> T:
    """A small file that is one object. Raises ImportFailed when it is not, or larger than MAX_WHOLE."""
    data = whole_file(chunks, file)
    try:
        return msgspec.json.decode(_bare(data), type=kind)
    except _BROKEN:
        raise ImportFailed("it is not the JSON object expected; export it again, or leave it out", file) from None


def whole_file(chunks: Iterable[bytes], file: str) -> bytes:
    """A small file. Raises ImportFailed when it is larger than MAX_WHOLE."""
    data = _whole(Reader(chunks))
    if len(data) > MAX_WHOLE:
        raise ImportFailed(f"it is larger than {MAX_WHOLE} bytes; fetch it in pages", file)
    return data


def each_line(chunks: Iterable[bytes], kind: type[T], tally: Tally) -> Iterator[T]:
    """An object from every line that has one; other lines are counted as skipped."""
    decoder = msgspec.json.Decoder(kind)
    for line in lines(chunks, MAX_OBJECT):
        if line is None or line.strip():
            yield from checked(decoder, line, tally)


def _whole(reader: Reader) -> bytes:
    """Everything, if that is no more than MAX_WHOLE bytes, else a little more than those."""
    held = bytearray()
    while len(held) <= MAX_WHOLE and (piece := reader.read()):
        held += piece
    return bytes(held)


def _list(data: bytes, key: str) -> list[msgspec.Raw]:
    raw: Any = _bare(data)
    if key:
        raw = msgspec.json.decode(raw, type=dict[str, msgspec.Raw]).get(key, b"")
    return msgspec.json.decode(raw, type=list[msgspec.Raw])


def _bare(data: bytes) -> bytes:
    return data.removeprefix(b"\xef\xbb\xbf")


def checked(decoder: Any, raw: Any, tally: Tally) -> Iterator[Any]:
    """What a decoder makes of `raw`; nothing, counted as skipped, when that is None or not of its kind."""
    try:
        found = decoder.decode(raw) if raw is not None else None
    except _BROKEN:
        found = None
    if found is None:
        tally.skipped += 1
    else:
        yield found
