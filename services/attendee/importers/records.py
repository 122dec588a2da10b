"""Objects out of JSON files of any size, each checked against the few fields declared; the rest is not kept."""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import chain
from typing import Any, TypeVar

import msgspec

from services.attendee.importers.chunks import lines
from services.attendee.importers.interaction import ImportFailed, Tally
from services.attendee.importers.reading import Reader
from services.attendee.importers.splitting import MAX_OBJECT, Unsplittable, split

MAX_WHOLE = 4 * 1024 * 1024  # bytes of a file that is decoded at once, which is several times as fast

EMPTY = msgspec.Raw(b"[]")  # a list that is not there

T = TypeVar("T", bound=msgspec.Struct)

_BROKEN = (msgspec.DecodeError, Unsplittable, UnicodeError, RecursionError)


def array(chunks: Iterable[bytes], key: str, kind: type[T], tally: Tally, file: str) -> Iterator[T]:
    """Every object of the array that is the file, or the value of `key` in it.

    What is not of this kind is counted as skipped. Raises ImportFailed when the file is not such JSON.
    """
    reader = Reader(chunks)
    head = _whole(reader)
    try:
        if len(head) <= MAX_WHOLE:
            yield from _items(_value(head, key), kind, tally)
        else:
            decoder = _decoder(kind)
            for raw in split(chain([head], reader.rest()), key):
                if (found := checked(decoder, raw, tally)) is not None:
                    yield found
    except _BROKEN:
        what = f"with a list named {key}" if key else "that is a list"
        raise ImportFailed(f"it is not whole JSON {what}; export it again, or leave this file out", file) from None


def items(raw: msgspec.Raw, kind: type[T], tally: Tally) -> list[T]:
    """Every object of a list inside something already decoded; what is not of this kind is counted as skipped."""
    try:
        return _items(raw, kind, tally)
    except _BROKEN:
        tally.skipped += 1
        return []


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
    decoder = _decoder(kind)
    for line in lines(chunks, MAX_OBJECT):
        if (line is None or line.strip()) and (found := checked(decoder, line, tally)) is not None:
            yield found


def _whole(reader: Reader) -> bytes:
    """Everything, if that is no more than MAX_WHOLE bytes, else a little more than those."""
    held = bytearray()
    while len(held) <= MAX_WHOLE and (piece := reader.read()):
        held += piece
    return bytes(held)


def _value(data: bytes, key: str) -> bytes | msgspec.Raw:
    raw = _bare(data)
    return msgspec.json.decode(raw, type=dict[str, msgspec.Raw]).get(key, b"") if key else raw


def _items(raw: bytes | msgspec.Raw, kind: type[T], tally: Tally) -> list[T]:
    """All at once if all are of this kind, which is the usual case, else one by one."""
    try:
        return _decoder(list[kind]).decode(raw)  # type: ignore[valid-type]
    except (msgspec.ValidationError, UnicodeError):
        decoder = _decoder(kind)
        found = (checked(decoder, item, tally) for item in _decoder(list[msgspec.Raw]).decode(raw))
        return [item for item in found if item is not None]


@lru_cache(maxsize=64)
def _decoder(kind: Any) -> Any:
    """Made once a kind; holds nothing of what it decodes."""
    return msgspec.json.Decoder(kind)


def _bare(data: bytes) -> bytes:
    return data.removeprefix(b"\xef\xbb\xbf")


def checked(decoder: Any, raw: bytes | msgspec.Raw | None, tally: Tally) -> Any:
    """What a decoder makes of `raw`; None, counted as skipped, when that is None or not of its kind."""
    try:
        found = decoder.decode(raw) if raw is not None else None
    except _BROKEN:
        found = None
    tally.skipped += found is None
    return found
