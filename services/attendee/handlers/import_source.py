"""Keeps what an import counted, in place of what the same source counted before."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from uuid import UUID

from services.attendee.domain.events import SourceImported
from services.attendee.domain.resolving import Archive, resolve
from services.attendee.domain.source import HANDLES_OF, Source, SourceFigures, SourceHeader
from services.attendee.domain.tie import PairTotal, add_up
from services.attendee.handlers.ports import Importing
from services.attendee.handlers.tell_ties import tell_ties


async def import_source(store: Importing, header: SourceHeader, archive: Archive, new_id: Callable[[], UUID]) -> Source:
    """The source with its figures. Raises NotFound for the conference."""
    await store.lock_conference(header.conference_id)
    attendees = await store.addresses(header.conference_id, HANDLES_OF[header.network])
    # In a thread: half a million counts would hold up every other call for seconds.
    totals, figures = await asyncio.to_thread(_count, archive, attendees)
    before = await store.find_source(header)
    source = (
        replace(before, header=header, figures=figures, version=before.version + 1)
        if before
        else (Source(new_id(), header, figures))
    )
    changed = await store.replace_counts(source, totals)
    await store.save_source(source)
    await store.publish([SourceImported(source)])
    await tell_ties(store, changed)
    return source


def _count(archive: Archive, attendees: Mapping[str, UUID]) -> tuple[list[PairTotal], SourceFigures]:
    resolved = resolve(archive, attendees)
    totals = add_up(resolved.counts)
    return totals, SourceFigures(
        messages=archive.messages,
        interactions=sum(c.count for c in resolved.counts),
        unresolved=archive.unresolved + resolved.strangers,
        ties=len({(t.a, t.b) for t in totals}),
    )
