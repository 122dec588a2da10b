"""The worker's door: a due conference is leased, what waits in it is planned beside the event loop, and written; where
nothing waits, better spots are looked for."""

import asyncio
import time
from uuid import UUID

from services.kit import failpoint
from services.kit.clock import Clock
from services.kit.db import TRANSIENT, Pool
from services.scheduling.engine.whole.waiting import Wanted, plan_waiting
from services.scheduling.handlers.offering import group_of
from services.scheduling.handlers.retry_unplaced import AT_ONCE, retry_unplaced
from services.scheduling.handlers.suggest_moves import look_for_better, suggest_moves
from services.scheduling.store.write import Store

LEASE_SECONDS = 20.0  # a worker silent for so long is taken for dead
PLAN_SECONDS = 5.0
LOOK_SECONDS = 1.0  # three plans and looks end before the lease does
TRIES = 3  # when changes never cease, a plan of what was there before is better than none
STEPS = 200  # of annealing, for each session: the plan does not depend on how fast the machine is
QUIET_SECONDS = 0.3  # between two plans of a conference, so that changes in a row make one


class Worker:
    """Finds times and places for what waits; any number may run side by side."""

    def __init__(self, pool: Pool, clock: Clock, quiet_seconds: float = QUIET_SECONDS) -> None:
        self._pool, self._clock, self._quiet = pool, clock, quiet_seconds

    async def plan(self) -> bool:
        """One conference's next sessions; False when none is due.

        A crash leaves the plan as it was, and the lease runs out.
        """
        async with self._pool.acquire() as tx, tx.transaction():
            conference_id = await Store(tx).lease_due(self._clock(), LEASE_SECONDS)
        if conference_id is None:
            return False
        try:
            for left in reversed(range(TRIES)):
                if await self._plan(conference_id, again=left > 0):
                    break
        except TRANSIENT:
            # Nothing was written, and nobody should wait for the lease to run out.
            async with self._pool.acquire() as tx:
                await Store(tx).end_lease(conference_id, self._quiet)
            raise
        return True

    async def _plan(self, conference_id: UUID, again: bool) -> bool:
        """Plans and writes; False, with nothing written, when something changed and it is to be done again."""
        round, wanted = await self._wanted(conference_id)
        looked = await self._look(conference_id)
        async with self._pool.acquire() as tx, tx.transaction():
            await Store(tx).lock(conference_id)
            if again and await Store(tx).round(conference_id) != round:
                return False
            await retry_unplaced(Store(tx), conference_id, self._clock(), wanted)
            await suggest_moves(Store(tx), conference_id, looked, self._clock())
            await Store(tx).end_lease(conference_id, self._quiet)
            failpoint.reach("worker.before_commit")
        return True

    async def _look(self, conference_id: UUID) -> dict[UUID, bool]:
        """What of the agreed sessions could be at a better spot; no lock is held meanwhile."""
        until = time.monotonic() + LOOK_SECONDS
        async with self._pool.acquire() as tx, tx.transaction(isolation="repeatable_read", readonly=True):
            return await look_for_better(Store(tx), conference_id, self._clock(), lambda: time.monotonic() < until)

    async def _wanted(self, conference_id: UUID) -> tuple[int, Wanted[UUID]]:
        """The round, and where those that wait had best be, if there are several; no lock is held meanwhile."""
        async with self._pool.acquire() as tx, tx.transaction(isolation="repeatable_read", readonly=True):
            round = await Store(tx).round(conference_id)
            sessions = [one for one in await Store(tx).waiting(conference_id, AT_ONCE) if one.during is None]
            if len(sessions) < 2:
                return round, {}
            people = {attendee_id for session in sessions for attendee_id in session.attendee_ids}
            model = await Store(tx).load_model(conference_id, people, self._clock())
        groups = {session.id: group_of(model, session) for session in sessions}
        steps = STEPS * len(groups)
        return round, await asyncio.to_thread(plan_waiting, model, groups, 0, steps, time.monotonic, PLAN_SECONDS)
