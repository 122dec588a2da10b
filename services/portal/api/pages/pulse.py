"""One look at the change counters for all open dashboards of this process."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from uuid import UUID

PAUSE = 0.5  # seconds between two looks


class Pulse:
    """Polls while somebody watches, however many they are; a task only lives as long as its watchers."""

    def __init__(self, read: Callable[[], Awaitable[dict[UUID, int]]]) -> None:
        self._read = read
        self._counters: dict[UUID, int] = {}
        self._beat = asyncio.Event()
        self._watchers = 0
        self._task: asyncio.Task[None] | None = None

    async def counters(self, conference_id: UUID) -> AsyncGenerator[int, None]:
        """The conference's counter now and whenever it has moved; several moves between two looks come as one."""
        self._watchers += 1
        if self._task is None:
            self._task = asyncio.create_task(self._poll())
        seen: int | None = None  # so the first look counts: what moved while a stream began is not lost
        try:
            while True:
                await self._beat.wait()
                if (now := self._counters.get(conference_id)) is not None and now != seen:
                    seen = now
                    yield now
        finally:
            self._watchers -= 1
            if self._watchers == 0 and self._task:
                self._task.cancel()
                self._task = None

    async def _poll(self) -> None:
        while True:
            try:
                self._counters = await self._read()
            except Exception:  # whatever it is: the dashboards wait and catch up, a dead task would leave them deaf
                logging.getLogger(__name__).warning("the change counters cannot be read", exc_info=True)
            beat, self._beat = self._beat, asyncio.Event()
            beat.set()
            await asyncio.sleep(PAUSE)
