"""Replaces a conference's talks; where one clashes with a session now, its people are asked to choose another time."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from services.kit.ids import new_id
from services.scheduling.domain.bulk_change import Before, BulkChange, Kind
from services.scheduling.domain.interval import Interval
from services.scheduling.domain.programme import Talk, check_talks
from services.scheduling.domain.session import Change, Session, clashed, cleared
from services.scheduling.handlers.offering import ask
from services.scheduling.handlers.ports import Programme

Busy = dict[UUID, list[Interval]]

TROUBLE = "a talk of one of you is at the same time now"


async def set_talks(store: Programme, conference_id: UUID, talks: Sequence[Talk], now: datetime) -> list[Change]:
    """Takes the whole programme; returns what became of sessions. Raises Invalid for talks that cannot be."""
    check_talks(talks)
    await store.lock(conference_id)
    before = Before(talks=tuple(await store.talks(conference_id)))
    await store.keep_change(BulkChange(new_id(), conference_id, Kind.TALKS, before))
    return await replace_talks(store, conference_id, talks, now)


async def replace_talks(store: Programme, conference_id: UUID, talks: Sequence[Talk], now: datetime) -> list[Change]:
    """The step that setting talks and taking that back share; the conference is locked."""
    before, after = _busy(await store.talks(conference_id)), _busy(talks)
    await store.replace_talks(conference_id, talks)
    ahead = await store.scheduled_ahead(conference_id, now) if before or after else []
    changes = [await _changed(store, session, before, after, now) for session in ahead]
    told = [change for change in changes if change]
    for change in told:
        await store.save(change.session)
    await store.publish(told)
    await store.wake(conference_id, now)
    return told


async def _changed(store: Programme, session: Session, before: Busy, after: Busy, now: datetime) -> Change | None:
    clashed_before, clashes = _clashes(session, before), _clashes(session, after)
    if clashes and not session.asked and not clashed_before:
        model = await store.load_model(session.conference_id, session.attendee_ids, now, without=[session.id])
        return clashed(session, ask(model, session, TROUBLE)[0])
    return cleared(session) if session.asked and clashed_before and not clashes else None


def _busy(talks: Iterable[Talk]) -> Busy:
    """When each speaker speaks."""
    busy: Busy = defaultdict(list)
    for talk in talks:
        for speaker_id in talk.speaker_ids:
            busy[speaker_id].append(talk.during)
    return busy


def _clashes(session: Session, busy: Busy) -> bool:
    during = session.during
    talks = (talk for attendee_id in session.attendee_ids for talk in busy.get(attendee_id, ()))
    return during is not None and any(during.overlaps(talk) for talk in talks)
