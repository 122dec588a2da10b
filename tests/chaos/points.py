"""Faults at named points of the code, where what is half done is known: death there, or standing still there."""

import asyncio
import random
import signal
import time
from pathlib import Path

from tests.chaos.hall import Hall
from tests.chaos.journal import Journal

CONSUMERS = ("matchmaking", "scheduling", "portal", "ledger")
RELAYS = ("attendee", "matchmaking", "scheduling")
POINTS = {
    "command.after_commit": RELAYS,
    "relay.before_send": RELAYS,
    "relay.after_send": RELAYS,
    "consumer.after_commit": CONSUMERS,
    "consumer.before_commit": CONSUMERS,
    "worker.before_write": ("matchmaking-worker",),
    "worker.before_commit": ("matchmaking-worker", "scheduling-worker"),
}
STILL = 9.0  # seconds: longer than a session with Kafka, and than a solver's lease
LIMIT = 45.0  # seconds within which a process starts anew
REACHED = 30.0  # seconds within which the workload leads it to the point


class Points:
    """Faults at points, of one Hallway."""

    def __init__(self, hall: Hall, journal: Journal, rng: random.Random) -> None:
        self._hall, self._journal, self._rng = hall, journal, rng

    async def die(self, point: str) -> None:
        """A process is started that dies at a point, which it reaches under the workload."""
        name, armed = await self._armed(point, "HALLWAY_FAILPOINT")
        until = time.monotonic() + REACHED
        while armed and self._hall.pid(name) == armed and time.monotonic() < until:
            await asyncio.sleep(0.05)
        if armed and self._hall.pid(name) == armed:
            self._not_reached(f"die at {point}", name)

    async def stand_still(self, point: str) -> None:
        """A process stops at a point past every time-out, loses its lock, and its twin takes over; then it wakes up."""
        name, armed = await self._armed(point, "CHAOS_STILL_AT")
        until = time.monotonic() + REACHED
        while armed and not stopped(armed) and time.monotonic() < until:
            await asyncio.sleep(0.05)
        if not armed or not stopped(armed):
            return self._not_reached(f"stand still at {point}", name)
        if point.startswith("relay."):
            await self._hall.end_connections(f"hallway_{name}", "select pid from pg_locks where locktype = 'advisory'")
        await asyncio.sleep(STILL)
        self._hall.signal(name, signal.SIGCONT)

    async def _armed(self, point: str, key: str) -> tuple[str, int | None]:
        """A process that will not pass the point, and its id; its twin is ended, so that the work is its own."""
        name = self._rng.choice(POINTS[point])
        before = self._hall.pid(name)
        self._hall.setting(name, key, point)
        self._hall.signal(name, signal.SIGKILL)
        armed = await new_pid(self._hall, name, before)
        self._hall.setting(name, key, "")
        until = time.monotonic() + LIMIT
        while armed and self._hall.pid(name) == armed and not stopped(armed) and time.monotonic() < until:
            if not await asyncio.to_thread(self._hall.not_ready, [name]):
                break
            await asyncio.sleep(0.1)
        for twin in self._hall.instances(name)[1:]:
            self._hall.signal(twin, signal.SIGKILL)
        return name, armed

    def _not_reached(self, fault: str, name: str) -> None:
        self._journal.skip(fault, f"{name} did not reach it in {REACHED:.0f} s")
        self._hall.signal(name, signal.SIGKILL)


async def new_pid(hall: Hall, name: str, before: int | None) -> int | None:
    """The id of the process that took the place of ``before``."""
    until = time.monotonic() + LIMIT
    while time.monotonic() < until:
        if (pid := hall.pid(name)) and pid != before:
            return pid
        await asyncio.sleep(0.02)
    return None


def stopped(pid: int) -> bool:
    """Whether a process stands still."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"
    except (FileNotFoundError, ProcessLookupError):
        return False
