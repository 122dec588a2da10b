"""A match was made: its session is scheduled at once, or kept unplaced with the reason."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from services.scheduling.domain.conference import Match
from services.scheduling.domain.session import begun
from services.scheduling.handlers.placing import settle
from services.scheduling.handlers.ports import Placing

RETRY_AFTER = timedelta(minutes=1)


async def place_matches(store: Placing, matches: Sequence[Match], now: datetime) -> None:
    """Places matches in order; one whose session is known already is left as it is."""
    by_conference: dict[UUID, dict[UUID, Match]] = defaultdict(dict)
    for match in matches:
        by_conference[match.conference_id].setdefault(match.id, match)
    # Always in the same order: two transactions that wait for each other's conference would never end.
    for conference_id in sorted(by_conference):
        await store.lock(conference_id)
        await _place(store, conference_id, by_conference[conference_id], now)


async def _place(store: Placing, conference_id: UUID, matches: dict[UUID, Match], now: datetime) -> None:
    known = {session.id for session in await store.sessions(list(matches))}
    fresh = [match for match in matches.values() if match.id not in known]
    if fresh:
        causes = {match.id: match.cause for match in fresh}
        await settle(store, conference_id, [begun(match) for match in fresh], now, causes)
        await store.retry_by(conference_id, now + RETRY_AFTER)
