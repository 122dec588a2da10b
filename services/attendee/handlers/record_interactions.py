"""Adds interactions that somebody else counted to a source's ties."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from uuid import UUID

from services.attendee.domain.attendee import SAID_YES, State
from services.attendee.domain.events import SourceImported, TieChanged
from services.attendee.domain.source import Source, SourceFigures, SourceHeader
from services.attendee.domain.text import Problems
from services.attendee.domain.tie import PairCount, add_up, check_pair_count
from services.attendee.handlers.ports import Importing
from services.kit.errors import Conflict, Invalid

MOST = 10_000


async def record_interactions(
    store: Importing, header: SourceHeader, counts: Sequence[PairCount], new_id: Callable[[], UUID]
) -> int:
    """How many ties changed. Raises NotFound for the conference, Invalid with all wrong rows, Conflict."""
    if not 1 <= len(counts) <= MOST:
        raise Invalid("counts", f"{len(counts)} counts in one request; send 1 to {MOST}")
    await store.lock_conference(header.conference_id)
    said_yes = await _check(store, header, counts)
    before = await store.find_source(header) or Source(new_id(), header, SourceFigures(), version=0)
    if before.header.visibility is not header.visibility:
        # Counts given in private must not become evidence by a later call.
        raise Conflict("visibility", f"source {header.name} is {before.header.visibility}; withdraw it to change that")
    refused = await store.refusers(header)
    counts = [c for c in counts if c.actor not in refused and c.target not in refused]
    added = await store.add_counts(before, add_up(counts), said_yes)
    figures = replace(
        before.figures,
        interactions=before.figures.interactions + sum(c.count for c in counts),
        ties=before.figures.ties + added.new,
    )
    source = replace(before, figures=figures, version=before.version + 1)
    await store.save_source(source)
    await store.publish([SourceImported(source), *map(TieChanged, added.told)])
    return added.changed


async def _check(store: Importing, header: SourceHeader, counts: Sequence[PairCount]) -> set[UUID]:
    """Those who said yes, of all who are named."""
    problems = Problems()
    known = await store.attendees(header.conference_id, {i for c in counts for i in (c.actor, c.target)})
    for problems.row, count in enumerate(counts):
        check_pair_count(count, problems)
        for field, attendee_id in (("actor_id", count.actor), ("target_id", count.target)):
            attendee = known.get(attendee_id)
            if attendee is None or attendee.state is State.CANCELLED:
                problems.add(field, f"{field} {attendee_id} is no attendee registered for this conference")
    if problems.found:
        raise Invalid.all(problems.found)
    return {attendee.id for attendee in known.values() if attendee.state in SAID_YES}
