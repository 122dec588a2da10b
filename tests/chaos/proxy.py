"""A TCP proxy between the services and a broker, whose network a test can slow, silence or cut."""

import asyncio
from contextlib import suppress

CHUNK = 65_536


class Proxy:
    """Listens on ``port``, passes on to ``target``; ``delay`` in seconds each way; ``silent`` keeps what it hears."""

    def __init__(self, port: int, target: int) -> None:
        self.port, self.target = port, target
        self.delay = 0.0
        self.silent = False
        self._cut = False
        self._open: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listens."""
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", self.port)

    async def stop(self) -> None:
        """Ends every connection."""
        if self._server:
            self._server.close()
        self.cut_now()

    def cut(self, on: bool) -> None:
        """Ends every connection and refuses new ones, until called with False."""
        self._cut = on
        if on:
            self.cut_now()

    def cut_now(self) -> None:
        """Ends every connection, in the middle of whatever it says; new ones are welcome."""
        for writer in list(self._open):
            writer.transport.abort()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._cut:
            writer.transport.abort()
            return
        try:
            onward, back = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            writer.transport.abort()
            return
        self._open |= {writer, back}
        try:
            ways = [asyncio.create_task(self._pass(reader, back)), asyncio.create_task(self._pass(onward, writer))]
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            for way in ways:
                way.cancel()
        finally:
            self._open -= {writer, back}
            for end in (writer, back):
                end.transport.abort()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(CHUNK):
                if self.delay:
                    await asyncio.sleep(self.delay)
                while self.silent:
                    await asyncio.sleep(0.1)
                writer.write(data)
                await writer.drain()
