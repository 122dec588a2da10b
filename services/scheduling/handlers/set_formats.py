"""Replaces what a conference's formats are like; agreed sessions stay, what waits is tried again."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from services.kit.ids import new_id
from services.scheduling.domain.bulk_change import Before, BulkChange, Kind
from services.scheduling.domain.formats import FORMATS, Format, FormatRow, check_formats, format
from services.scheduling.domain.session import Change, Session
from services.scheduling.engine.slots import day_of, hours
from services.scheduling.handlers.ports import Programme


async def set_formats(store: Programme, conference_id: UUID, rows: Sequence[FormatRow], now: datetime) -> list[Session]:
    """Takes all formats that are not to be as usual. The answer: agreed sessions that are outside of the new hours.

    These stay where they are, since their people agreed to that (promise 8). Raises Invalid.
    """
    check_formats(rows)
    await store.lock(conference_id)
    before = await store.formats(conference_id)
    unusual = tuple(known for known in before.values() if known != FORMATS[known.name])
    await store.keep_change(BulkChange(new_id(), conference_id, Kind.FORMATS, Before(formats=unusual)))
    await replace_formats(store, conference_id, list(map(format, rows)), now)
    after = await store.formats(conference_id)
    return await _outside(store, conference_id, {f.name: f for f in after.values() if f != before[f.name]}, now)


async def replace_formats(
    store: Programme, conference_id: UUID, formats: Sequence[Format], now: datetime
) -> list[Change]:
    """The step that setting formats and taking that back share; no session changes. The conference is locked."""
    await store.replace_formats(conference_id, formats)
    await store.wake(conference_id, now)
    return []


async def _outside(store: Programme, conference_id: UUID, changed: dict[str, Format], now: datetime) -> list[Session]:
    conference = await store.conference(conference_id)
    if conference is None:
        return []  # then nothing was ever scheduled
    ahead = await store.scheduled_ahead(conference_id, now)
    return [one for one in ahead if one.format in changed and not _kept(one, changed[one.format], conference.time_zone)]


def _kept(session: Session, format: Format, time_zone: str) -> bool:
    assert session.during is not None  # it is scheduled
    window = hours(day_of(session.during.starts_at, time_zone), format.opens, format.closes, time_zone)
    return window is not None and session.during.within(window) and len(session.attendee_ids) <= format.people
