"""Archives as they arrive: the files inside a zip, gzip or tar, read in one pass and written nowhere."""

import tarfile
import zlib
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import IO, Any, TypeVar

from stream_unzip import UnzipError, stream_unzip

from services.attendee.importers.interaction import ImportFailed
from services.attendee.importers.reading import Reader

MAX_MEMBERS = 100_000
MAX_NAME = 400
MAX_RATIO = 200  # bytes out of one byte in; chat as JSON shrinks to a tenth or twentieth
FREE = 10 * 1024 * 1024  # bytes out before the ratio is looked at
MAX_TAR_HEADER = 256 * 1024
CHUNK = 65_536
MAGIC = 262  # bytes that tell every kind apart

File = tuple[str, Iterable[bytes]]
T = TypeVar("T")


def unpacked(files: Iterable[File], max_bytes: int) -> Iterator[File]:
    """The files as given, or those inside them; an archive inside an archive stays closed.

    Raises ImportFailed for an archive that unpacks to far more than itself or than four times `max_bytes`, has too
    many files, a name that leaves its folder, or one name twice.
    """
    flow = _Flow(max_bytes)
    for name, chunks in files:
        reader = Reader(flow.arriving(chunks, name))
        head = _head(reader)
        inside = _inside(name, head, chain([head], reader.rest()))
        if inside is None:
            yield name, chain([head], reader.rest())
        else:
            yield from _checked(name, _mended(inside, name), flow)


def _head(reader: Reader) -> bytes:
    held = b""
    while len(held) < MAGIC and (piece := reader.read(MAGIC - len(held))):
        held += piece
    return held


def _inside(name: str, head: bytes, chunks: Iterable[bytes]) -> Iterator[File] | None:
    if head.startswith(b"PK\x03\x04"):
        return _zip(name, chunks)
    if head.startswith(b"\x1f\x8b"):
        return _gzip(name, chunks)
    if head[257:262] == b"ustar":
        return _tar(name, chunks)
    return None


class _Flow:
    """Bytes that arrived and bytes that came out of them, over all archives of one import."""

    def __init__(self, max_bytes: int) -> None:
        self._most, self._arrived, self._out = max_bytes, 0, 0

    def arriving(self, chunks: Iterable[bytes], name: str) -> Iterator[bytes]:
        for chunk in chunks:
            self._arrived += len(chunk)
            if self._arrived > self._most:
                raise ImportFailed(f"the archive is larger than {self._most} bytes; import it in smaller parts", name)
            yield chunk

    def leaving(self, chunks: Iterable[bytes], name: str) -> Iterator[bytes]:
        for chunk in chunks:
            self._out += len(chunk)
            if self._out > FREE + min(MAX_RATIO * self._arrived, 4 * self._most):
                raise ImportFailed("it unpacks to far more than itself; leave out what is no conversation", name)
            yield chunk


def _checked(archive: str, members: Iterator[File], flow: _Flow) -> Iterator[File]:
    names: set[str] = set()
    for name, chunks in members:
        if name in names or len(names) >= MAX_MEMBERS:
            what = "one name twice" if name in names else f"more than {MAX_MEMBERS} files"
            raise ImportFailed(f"it has {what}; pack it again", archive)
        names.add(name)
        if len(name) > MAX_NAME or name.startswith("/") or "\\" in name or "\0" in name or ".." in name.split("/"):
            raise ImportFailed("it has a file whose name leaves its folder or is too long; pack it again", archive)
        content = flow.leaving(_mended(chunks, archive), archive)
        if not _hidden(name):
            yield name, content
        for _ in content:  # what nobody had a use for
            pass


def _hidden(name: str) -> bool:
    return name.endswith("/") or name.startswith("__MACOSX/") or name.rpartition("/")[2].startswith(".")


def _mended(pieces: Iterable[T], archive: str) -> Iterator[T]:
    """The same pieces, with every complaint of the libraries as ImportFailed."""
    try:
        yield from pieces
    except (UnzipError, tarfile.TarError, zlib.error, EOFError, UnicodeError, ValueError, OverflowError):
        raise ImportFailed(
            "it is damaged, has a password, or is packed in a way that cannot be read as it arrives; pack it again as "
            "an ordinary zip",
            archive,
        ) from None


def _zip(archive: str, chunks: Iterable[bytes]) -> Iterator[File]:
    for name, _, content in stream_unzip(chunks, chunk_size=CHUNK):
        yield name.decode("utf-8", "replace"), content


def _gzip(archive: str, chunks: Iterable[bytes]) -> Iterator[File]:
    reader = Reader(_inflated(chunks))
    head = _head(reader)
    content = chain([head], reader.rest())
    if head[257:262] == b"ustar":
        yield from _tar(archive, content)
    else:
        yield archive.removesuffix(".gz"), content


def _inflated(chunks: Iterable[bytes]) -> Iterator[bytes]:
    inflater = zlib.decompressobj(31)
    for chunk in chunks:
        waiting = chunk
        while waiting:
            if inflater.eof:  # archives of several months are often several gzips in a row
                inflater = zlib.decompressobj(31)
            yield inflater.decompress(waiting, CHUNK)
            waiting = inflater.unused_data if inflater.eof else inflater.unconsumed_tail
    if not inflater.eof:
        raise EOFError


def _tar(archive: str, chunks: Iterable[bytes]) -> Iterator[File]:
    reader: Any = _TarReader(chunks, archive)  # tarfile reads it and asks nothing else of it
    with tarfile.open(fileobj=reader, mode="r|", bufsize=CHUNK) as tar:
        for member in tar:
            content = tar.extractfile(member) if member.isreg() else None
            if content is not None:
                yield member.name, _pieces(reader, content)
            reader.passed = 0


def _pieces(reader: Reader, content: IO[bytes]) -> Iterator[bytes]:
    while piece := content.read(CHUNK):
        reader.passed = 0
        yield piece


class _TarReader(Reader):
    """Stops at headers that would be held in memory whole."""

    def __init__(self, chunks: Iterable[bytes], archive: str) -> None:
        super().__init__(chunks)
        self._archive = archive

    def read(self, size: int = -1) -> bytes:
        if self.passed > MAX_TAR_HEADER:
            raise ImportFailed("a file's name or attributes in it are too long; pack it again", self._archive)
        return super().read(size)
