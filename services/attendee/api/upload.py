"""Files that arrive as a gRPC stream, read by an importer in a thread as fast as it can and no faster."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from hallway.attendee.v1.service_pb2 import ImportSourceHeader, ImportSourceRequest

from services.attendee.importers import ImportFailed, Tally, import_archive
from services.kit.errors import Invalid

AT_ONCE = 2  # imports that are read side by side; the next one waits, and so does its sender
SILENCE_SECONDS = 60.0
LONGEST_FILE_NAME = 200
MOST_FILES = 50_000


class Upload:
    """The messages of one import after its header, as (file name, chunks of bytes)."""

    def __init__(self, messages: AsyncIterator[ImportSourceRequest]) -> None:
        self._messages = messages
        self._loop = asyncio.get_running_loop()
        self._held: ImportSourceRequest | None = None

    def files(self) -> Iterator[tuple[str, Iterator[bytes]]]:
        """Each file in turn; blocks the calling thread until the sender has sent more."""
        message, files = self._pull(), 0
        while message is not None:
            if message.WhichOneof("part") != "file":
                raise ImportFailed("a file's name must come before its chunks, and the header only once")
            files += 1
            if files > MOST_FILES or len(message.file) > LONGEST_FILE_NAME:
                raise ImportFailed(f"send at most {MOST_FILES} files, with names of {LONGEST_FILE_NAME} characters")
            chunks = self._chunks()
            yield message.file, chunks
            for _ in chunks:  # what the importer had no use for
                pass
            message, self._held = self._held, None

    def _chunks(self) -> Iterator[bytes]:
        """Chunks up to the next file's name, which is held."""
        while (message := self._pull()) is not None:
            if message.WhichOneof("part") != "chunk":
                self._held = message
                return
            yield message.chunk

    def _pull(self) -> ImportSourceRequest | None:
        """The next message. Nothing is read ahead, so gRPC's flow control holds the sender back.

        None when the sender is done, and also when it went away: then the call is cancelled, and with it
        whatever was to be written.
        """
        asked = asyncio.run_coroutine_threadsafe(_next(self._messages), self._loop)
        try:
            return asked.result(SILENCE_SECONDS)
        except TimeoutError:
            asked.cancel()
            raise ImportFailed(f"nothing was sent for {SILENCE_SECONDS:g} seconds; send it again") from None


async def _next(messages: AsyncIterator[ImportSourceRequest]) -> ImportSourceRequest | None:
    return await anext(messages, None)


class Reader:
    """Reads imports; what it returns holds counts only, never text."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="import")

    async def header(self, messages: AsyncIterator[ImportSourceRequest]) -> ImportSourceHeader:
        """The first message. Raises Invalid if it is another."""
        first = await _next(messages)
        if first is None or first.WhichOneof("part") != "header":
            raise Invalid("header", "the first message of an import is its header")
        return first.header

    async def read(self, network: str, messages: AsyncIterator[ImportSourceRequest]) -> Tally:
        """The counts of the files that follow the header. Raises Invalid saying what to fix."""
        work = partial(import_archive, network, Upload(messages).files(), max_bytes=self._max_bytes)
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        except ImportFailed as error:
            raise Invalid("files", str(error)) from None
