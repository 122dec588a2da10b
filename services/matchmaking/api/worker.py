"""The worker's door: due conferences are leased, solved beside the event loop, and the difference is written."""

import asyncio
import gc
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from uuid import UUID

from services.kit import failpoint
from services.kit.clock import Clock
from services.kit.db import TRANSIENT, Pool
from services.kit.ids import new_id
from services.matchmaking.handlers.expire_suggestions import expire_suggestions
from services.matchmaking.handlers.plan import Plan, make_plan, warm_up
from services.matchmaking.handlers.ports import Past, Picture
from services.matchmaking.handlers.preview import try_out
from services.matchmaking.handlers.reasons import give_reasons
from services.matchmaking.settings import Settings
from services.matchmaking.store.learning import LessonStore
from services.matchmaking.store.matches import MatchStore
from services.matchmaking.store.pauses import PauseStore
from services.matchmaking.store.picture import Pictures
from services.matchmaking.store.previews import PreviewStore
from services.matchmaking.store.publish import OutboxPublisher
from services.matchmaking.store.reasons import ReasonStore
from services.matchmaking.store.seeking import SeekingStore
from services.matchmaking.store.solving import Requests, SolveQueue
from services.matchmaking.store.write import SuggestionStore

PREVIEW_SECONDS = 300.0  # for both of its plans, of a conference of any size
log = logging.getLogger(__name__)


class Worker:
    """Solves conferences and expires suggestions; any number may run side by side."""

    def __init__(self, settings: Settings, pool: Pool, clock: Clock) -> None:
        self._settings = settings
        self._pool = pool
        self._clock = clock
        self._id = new_id()
        self._pictures = Pictures()
        self._warm = False

    async def solve(self) -> bool:
        """Solves one conference that is due; False when there was none. A crash leaves the old suggestions and the
        requests, and the lease runs out."""
        if not self._warm:
            await asyncio.to_thread(warm_up)
            gc.collect()
            gc.freeze()  # what is loaded stays: looking through it again is half of the time of reading a picture
            self._warm = True
        seconds = self._settings.solve_lease_seconds
        async with self._pool.acquire() as tx, tx.transaction():
            conference_id = await SolveQueue(tx).claim(self._id, self._settings.solve_quiet_seconds, seconds)
        if conference_id is None:
            return False
        try:
            await self._solve(conference_id)
        except TRANSIENT:
            # A deadlock, say: nothing was written, and nobody should wait for the lease to run out.
            async with self._pool.acquire() as tx:
                await SolveQueue(tx).give_back(conference_id, self._id)
            raise
        return True

    async def _solve(self, conference_id: UUID) -> None:
        async with self._renewing(conference_id):
            requests, picture, paused = await self._read(conference_id)
            hours = self._settings.suggestion_hours
            # Paused, only the reasons of what is open are looked at.
            plan = Plan(()) if paused else await asyncio.to_thread(make_plan, picture, self._clock(), hours, new_id)
        failpoint.reach("worker.before_write")
        await self._write(picture, requests, plan)

    async def _read(self, conference_id: UUID) -> tuple[Requests, Picture, bool]:
        async with self._pool.acquire() as tx, tx.transaction(isolation="repeatable_read", readonly=True):
            requests = await SolveQueue(tx).requests(conference_id)
            past = await LessonStore(tx).past(conference_id, self._clock())
            picture = replace(await self._pictures.read(tx, conference_id), past=past)
            return requests, picture, await PauseStore(tx).is_paused(conference_id)

    async def _write(self, picture: Picture, requests: Requests, plan: Plan) -> None:
        """The difference and its events in one transaction, if the lease is still ours."""
        conference_id = picture.conference_id
        async with self._pool.acquire() as tx, tx.transaction():
            queue, suggestions, publisher = SolveQueue(tx), SuggestionStore(tx), OutboxPublisher(tx)
            if not await queue.renew(conference_id, self._id, self._settings.solve_lease_seconds):
                log.warning("lost the lease on conference %s; another worker solves it", conference_id)
                return
            grounds = await ReasonStore(tx).read(conference_id, plan.new, picture.seen)
            reasoned = await asyncio.to_thread(give_reasons, plan.new, picture.seekers, grounds)
            added = await suggestions.add(reasoned.new)
            await publisher.suggestions(added, requests.cause)
            await publisher.suggestions(await suggestions.refresh(reasoned.changed), requests.cause)
            if plan.lesson:
                await LessonStore(tx).add(conference_id, plan.lesson, self._clock())
            await queue.finish(conference_id, requests)
            failpoint.reach("worker.before_commit")
        log.info("solved conference %s: %d new of %d planned", conference_id, len(added), len(plan.new))

    @asynccontextmanager
    async def _renewing(self, conference_id: UUID) -> AsyncIterator[None]:
        task = asyncio.create_task(self._renew(conference_id))
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _renew(self, conference_id: UUID) -> None:
        seconds = self._settings.solve_lease_seconds
        while True:
            await asyncio.sleep(seconds / 3)
            try:
                async with self._pool.acquire() as tx:
                    await SolveQueue(tx).renew(conference_id, self._id, seconds)
            except TRANSIENT as error:
                log.warning("could not renew the lease on conference %s: %s", conference_id, type(error).__name__)

    async def preview(self) -> bool:
        """Tries out what organizers asked for; False when nothing waits. Only counts are written."""
        async with self._pool.acquire() as tx, tx.transaction():
            preview = await PreviewStore(tx).take(PREVIEW_SECONDS)
        if preview is None:
            return False
        async with self._pool.acquire() as tx, tx.transaction(isolation="repeatable_read", readonly=True):
            past = Past(await LessonStore(tx).latest(preview.conference_id))
            picture = replace(await self._pictures.read(tx, preview.conference_id), past=past)
        now, then = await asyncio.to_thread(try_out, picture, preview.trial)
        async with self._pool.acquire() as tx:
            await PreviewStore(tx).answer(preview.id, now, then)
        return True

    async def expire(self) -> bool:
        """Expires what is due; False when nothing was."""
        async with self._pool.acquire() as tx, tx.transaction():
            await SeekingStore(tx).forget(self._clock())
            suggestions, matches, publisher = SuggestionStore(tx), MatchStore(tx), OutboxPublisher(tx)
            return await expire_suggestions(suggestions, matches, publisher, SolveQueue(tx), self._clock()) > 0
