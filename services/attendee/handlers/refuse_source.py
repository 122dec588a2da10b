"""One person withdraws from a source: their counts in it go, and no later import of it brings them back."""

from dataclasses import replace
from uuid import UUID

from services.attendee.domain.attendee import State
from services.attendee.domain.events import SourceImported
from services.attendee.handlers.ports import Refusing
from services.attendee.handlers.tell_ties import tell_ties
from services.kit.errors import Conflict, NotFound


async def refuse_source(store: Refusing, source_id: UUID, attendee_id: UUID) -> int:
    """How many ties changed. Raises NotFound for both, also when they are of two conferences; Conflict if cancelled."""
    source = await store.lock_source(source_id)
    attendee = (await store.person(attendee_id)).attendee
    if attendee.conference_id != source.header.conference_id:
        raise NotFound("attendee", attendee_id)
    if attendee.state is State.CANCELLED:
        raise Conflict("attendee_id", f"ticket {attendee.ticket} is cancelled; nothing of it is in any source")
    await store.refuse(source.header, attendee_id)
    changed, interactions = await store.forget_counts(source, attendee_id)
    if changed:
        figures = replace(
            source.figures,
            interactions=max(source.figures.interactions - interactions, 0),
            ties=max(source.figures.ties - len(changed), 0),
        )
        source = replace(source, figures=figures, version=source.version + 1)
        await store.save_source(source)
        await store.publish([SourceImported(source)])
        await tell_ties(store, changed)
    return len(changed)
