"""Chunks of bytes as something with `read`, which is how libraries want their input."""

from collections.abc import Iterable


class Reader:
    """Reads through chunks once; `passed` is how many bytes have been read since it was last set."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks, self._held = iter(chunks), b""
        self.passed = 0

    def read(self, size: int = -1) -> bytes:
        """Up to `size` bytes, none only at the end; without a size, whatever comes next."""
        while not self._held:
            chunk = next(self._chunks, None)
            if chunk is None:
                return b""
            self._held = chunk
        given = self._held if size < 0 else self._held[:size]
        self._held = self._held[len(given) :]
        self.passed += len(given)
        return given

    def rest(self) -> Iterable[bytes]:
        """What has not been read."""
        if self._held:
            yield self._held
        yield from self._chunks
