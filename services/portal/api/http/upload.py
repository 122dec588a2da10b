"""Passes the files of a multipart upload on as they arrive: message text is never kept, on disk or in memory."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fastapi import HTTPException, Request
from hallway.attendee.v1 import service_pb2
from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header

from services.kit.errors import Invalid

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks  # a name for type checkers only

CHUNK = 256 * 1024
FILES = 10_000
NAME_CHARACTERS = 200
_SHOWN = "send the files as multipart/form-data, each part with a file name"


@dataclass
class _Parts:
    """What the parser has found and nobody has taken yet."""

    messages: list[service_pb2.ImportSourceRequest] = field(default_factory=list)
    files: int = 0
    ended: bool = False
    _header: list[bytes] = field(default_factory=lambda: [b"", b""])
    _disposition: bytes = b""

    def callbacks(self) -> "MultipartCallbacks":
        """What the push parser calls."""
        return {
            "on_part_begin": self._part_begins,
            "on_header_field": lambda data, start, end: self._collect(0, data[start:end]),
            "on_header_value": lambda data, start, end: self._collect(1, data[start:end]),
            "on_header_end": self._header_ends,
            "on_headers_finished": self._file_begins,
            "on_part_data": self._data,
            "on_end": self._ends,
        }

    def _part_begins(self) -> None:
        self._disposition, self._header = b"", [b"", b""]

    def _collect(self, which: int, data: bytes) -> None:
        self._header[which] += data

    def _header_ends(self) -> None:
        if self._header[0].lower() == b"content-disposition":
            self._disposition = self._header[1]
        self._header = [b"", b""]

    def _file_begins(self) -> None:
        _, options = parse_options_header(self._disposition)
        path = options.get(b"filename", b"").decode("utf-8", "replace")
        name = path.replace("\\", "/").rpartition("/")[2][:NAME_CHARACTERS]
        self.files += 1
        if not name:
            raise Invalid("files", f"part {self.files} of the upload has no file name; {_SHOWN}")
        if self.files > FILES:
            raise Invalid("files", f"more than {FILES} files; put them into several sources")
        self.messages.append(service_pb2.ImportSourceRequest(file=name))

    def _data(self, data: bytes, start: int, end: int) -> None:
        for at in range(start, end, CHUNK):
            self.messages.append(service_pb2.ImportSourceRequest(chunk=data[at : min(at + CHUNK, end)]))

    def _ends(self) -> None:
        self.ended = True


class Upload:
    """The messages of ImportSource out of a request; ``error`` says why they ended early."""

    def __init__(self, request: Request, header: service_pb2.ImportSourceHeader) -> None:
        kind, options = parse_options_header(request.headers.get("content-type"))
        if kind != b"multipart/form-data" or not options.get(b"boundary"):
            raise HTTPException(415, _SHOWN)
        self._request = request
        self._header = header
        self._boundary = options[b"boundary"]
        self.error: Exception | None = None

    async def messages(self) -> AsyncIterator[service_pb2.ImportSourceRequest]:
        """The header, then each file's name and chunks; a body chunk is let go before the next is read."""
        try:
            yield service_pb2.ImportSourceRequest(header=self._header)
            async for message in self._files():
                yield message
        except Exception as error:
            self.error = error
            raise

    async def _files(self) -> AsyncIterator[service_pb2.ImportSourceRequest]:
        parts = _Parts()
        try:
            parser = MultipartParser(self._boundary, parts.callbacks())
            async for data in self._request.stream():
                parser.write(data)
                for message in _taken(parts):
                    yield message
        except MultipartParseError:
            raise Invalid("files", f"the upload is not well-formed multipart; {_SHOWN}") from None
        if not parts.ended:
            raise Invalid("files", "the upload ends in the middle of a file; send all of it again")
        if not parts.files:
            raise Invalid("files", f"there is no file in the upload; {_SHOWN}")


def _taken(parts: _Parts) -> Sequence[service_pb2.ImportSourceRequest]:
    messages, parts.messages = parts.messages, []
    return messages
