"""Bytes that arrive in chunks of any size, as lines of bounded length."""

from collections.abc import Iterable, Iterator

from services.attendee.importers.interaction import ImportFailed

MAX_LINE = 64 * 1024


def lines(chunks: Iterable[bytes], max_line: int = MAX_LINE) -> Iterator[bytes | None]:
    """Lines without their line end (LF or CRLF); None stands for one longer than `max_line` bytes."""
    held, dropping = b"", False
    for chunk in chunks:
        first, *rest = chunk.split(b"\n")
        held, dropping = _extend(held, first, dropping, max_line)
        for piece in rest:
            yield None if dropping else held.rstrip(b"\r")
            held, dropping = _extend(b"", piece, False, max_line)
    if dropping or held:
        yield None if dropping else held.rstrip(b"\r")


def _extend(held: bytes, piece: bytes, dropping: bool, max_line: int) -> tuple[bytes, bool]:
    if dropping or len(held) + len(piece) > max_line:
        return b"", True
    return held + piece, False


class Budget:
    """How many bytes an import may still read, over all its files."""

    def __init__(self, max_bytes: int) -> None:
        self.max_bytes = self.left = max_bytes

    def guard(self, chunks: Iterable[bytes], file: str) -> Iterator[bytes]:
        """The same chunks; raises ImportFailed once they are more than the budget."""
        for chunk in chunks:
            self.left -= len(chunk)
            if self.left < 0:
                raise ImportFailed(
                    f"the archive is larger than {self.max_bytes} bytes; import it in smaller parts", file
                )
            yield chunk
