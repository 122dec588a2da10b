"""Publishes ties, in portions that bound memory and statement size."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from services.attendee.domain.events import TieChanged
from services.attendee.handlers.ports import Events, Ties

PORTION = 10_000


class Telling(Ties, Events, Protocol):
    """What publishing ties needs."""


async def tell_ties(store: Telling, tie_ids: Sequence[UUID]) -> None:
    """Tells the state of those of `tie_ids` whose two people said yes."""
    for start in range(0, len(tie_ids), PORTION):
        ties = await store.advance(tie_ids[start : start + PORTION])
        await store.publish([TieChanged(tie) for tie in ties])
