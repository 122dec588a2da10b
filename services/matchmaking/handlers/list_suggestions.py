"""One person's open suggestions."""

from datetime import datetime
from uuid import UUID

from services.matchmaking.domain.suggestion import OwnSuggestion
from services.matchmaking.handlers.ports import Lists


async def list_suggestions(lists: Lists, conference_id: UUID, attendee_id: UUID, now: datetime) -> list[OwnSuggestion]:
    """Best first, with the person's own answers; nobody else's answer has any influence on it (promise 2)."""
    return [own for own in await lists.own(attendee_id, now) if own.suggestion.conference_id == conference_id]
