"""Cuts the array in a JSON file of any size into its objects, undecoded.

Streaming parsers (ijson) build every value, text too, and name each by its whole path, so that a few kilobytes of
nested brackets fill the memory. Here depth and size are bounded, and the decoder sees one object at a time.
"""

import re
from collections.abc import Iterable, Iterator

MAX_DEPTH = 64
MAX_OBJECT = 1024 * 1024  # bytes

_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+"|[\[\]{}]|"', re.DOTALL)  # the last: a string that goes on


class Unsplittable(Exception):
    """The file is no JSON with such an array, is cut off, too deep, or has an object that is too large."""


def split(chunks: Iterable[bytes], key: str) -> Iterator[bytes]:
    """Each object of the array that is the file, or the value of `key` in the file's object. Raises Unsplittable."""
    splitter = _Splitter(key)
    for chunk in chunks:
        yield from splitter.feed(chunk)
    splitter.end()


class _Splitter:
    def __init__(self, key: str) -> None:
        self._quoted = f'"{key}"'.encode() if key else b""
        self._buffer, self._at, self._start = b"", 0, -1
        self._depth = self._array = 0  # `_array`: depth inside the array that is wanted, once it has begun
        self._found = self._named = False

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """The objects that are complete with this chunk."""
        self._buffer += chunk
        for token in _TOKEN.finditer(self._buffer, self._at):
            mark = token[0]
            if mark == b'"':
                break
            if mark in (b"{", b"["):
                self._open(mark, token.start())
            elif mark in (b"}", b"]"):
                if (whole := self._close(mark, token.end())) is not None:
                    yield whole
            elif self._depth == 1:
                self._named = mark == self._quoted
            self._at = token.end()
        else:
            self._at = len(self._buffer)
        self._forget()

    def end(self) -> None:
        """Raises Unsplittable unless the array was found and everything is closed."""
        if self._depth or not self._found:
            raise Unsplittable

    def _open(self, mark: bytes, start: int) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise Unsplittable
        if self._array:
            if mark == b"{" and self._depth == self._array + 1:
                self._start = start
        elif mark == b"[" and self._depth == (2 if self._quoted else 1) and (self._named or not self._quoted):
            self._array, self._found = self._depth, True
        elif self._depth > 1:
            self._named = False

    def _close(self, mark: bytes, end: int) -> bytes | None:
        self._depth -= 1
        if self._depth < 0:
            raise Unsplittable
        if self._array and self._depth < self._array:
            self._array = 0
        if self._start >= 0 and self._depth == self._array:
            whole, self._start = self._buffer[self._start : end], -1
            if len(whole) > MAX_OBJECT:
                raise Unsplittable
            return whole
        return None

    def _forget(self) -> None:
        keep = self._start if self._start >= 0 else self._at
        self._buffer, self._at = self._buffer[keep:], self._at - keep
        self._start = 0 if self._start >= 0 else -1
        if len(self._buffer) > MAX_OBJECT:
            raise Unsplittable
