"""Keeps what an import counted, in place of what the same source counted before."""

import asyncio
from collections.abc import Callable, Collection, Mapping
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
    refused = await store.refusers(header)
    # In a thread: half a million counts would hold up every other call for seconds.
    totals, figures = await asyncio.to_thread(_count, archive, attendees, refused)
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


def _count(
    archive: Archive, attendees: Mapping[str, UUID], refused: Collection[UUID]
) -> tuple[list[PairTotal], SourceFigures]:
    """Who refused is left out once it is known who is who: nothing of theirs falls to somebody of a like name."""
    resolved = resolve(archive, attendees)
    kept = [c for c in resolved.counts if c.actor not in refused and c.target not in refused]
    totals, interactions = add_up(kept), sum(c.count for c in kept)
    left_out = sum(c.count for c in resolved.counts) - interactions
    return totals, SourceFigures(
        messages=archive.messages,
        interactions=interactions,
        unresolved=archive.unresolved + resolved.strangers + left_out,
        ties=len({(t.a, t.b) for t in totals}),
    )
