"""A match was called off before or after it was placed: its session is cancelled."""

from collections.abc import Sequence
from datetime import datetime

from services.scheduling.domain.conference import Match
from services.scheduling.domain.session import CALLED_OFF, State, begun, cancelled
from services.scheduling.handlers.ports import Sessions


async def cancel_matches(store: Sessions, matches: Sequence[Match], now: datetime) -> None:
    """Cancels each match's session; one that is not there yet is remembered, so that it is never scheduled."""
    for match in sorted(matches, key=lambda match: match.conference_id):
        await store.lock(match.conference_id)
        session = await store.session(match.id) or begun(match)
        past = session.during is not None and session.during.ends_at <= now
        if past or session.state not in (State.UNPLACED, State.SCHEDULED):
            continue
        change = cancelled(session, CALLED_OFF, match.cause)
        await store.save(change.session)
        await store.publish([change])
        await store.wake(match.conference_id, now)
