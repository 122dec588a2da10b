"""Does a change and takes it back: what an organizer is shown is what the very change would do."""

from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from services.kit import outbox
from services.kit.db import Connection

T = TypeVar("T")
Work = Callable[[Connection], Coroutine[Any, Any, T]]


class _TakenBack(Exception):
    """Ends the inner transaction."""


def previewed(work: Work[T]) -> Work[T]:
    """The same work, of which nothing is left but its answer."""

    async def preview(tx: Connection) -> T:
        untold = outbox.later.set([])  # who commits would gather the events, and publish them
        try:
            async with tx.transaction():
                answer = await work(tx)
                raise _TakenBack
        except _TakenBack:
            return answer
        finally:
            outbox.later.reset(untold)

    return preview
