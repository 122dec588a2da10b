"""One look at the change counters, and one rendering of a change, for all open dashboards of this process."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import AsyncGenerator, Awaitable, Callable, Hashable
from typing import Generic, TypeVar
from uuid import UUID

T = TypeVar("T")
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


class Newest(Generic[T]):
    """Keeps the newest value of each key: made once for each counter, however many ask at the same time."""

    def __init__(self) -> None:
        self._made: dict[Hashable, tuple[int, T]] = {}
        self._locks: defaultdict[Hashable, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def get(self, key: Hashable, counter: int, make: Callable[[], Awaitable[T]]) -> T:
        """The value at this counter, which starts anew when the read model is rebuilt."""
        async with self._locks[key]:
            if key not in self._made or self._made[key][0] != counter:
                self._made[key] = (counter, await make())
            return self._made[key][1]
