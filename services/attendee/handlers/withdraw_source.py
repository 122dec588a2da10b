"""Takes a source back, with every count that rested on it."""

from dataclasses import replace
from uuid import UUID

from services.attendee.domain.events import SourceWithdrawn
from services.attendee.domain.source import Source, SourceFigures
from services.attendee.handlers.ports import Importing
from services.attendee.handlers.tell_ties import tell_ties


async def withdraw_source(store: Importing, source_id: UUID) -> Source:
    """The source as it is now: empty. Raises NotFound."""
    before = await store.lock_source(source_id)
    source = replace(before, figures=SourceFigures(), version=before.version + 1)
    changed = await store.remove_source(source)
    await store.publish([SourceWithdrawn(source)])
    await tell_ties(store, changed)
    return source
