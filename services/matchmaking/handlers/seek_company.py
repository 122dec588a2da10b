"""Somebody who is there looks for company at once; with another who does they are suggested to each other."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from services.matchmaking.domain.suggestion import Route, Suggestion, SuggestionState
from services.matchmaking.handlers.list_offerable import list_offerable
from services.matchmaking.handlers.ports import Lists, Publisher, Seekings, Suggestions

LOOKS_FOR = timedelta(minutes=30)
BEST = 1.0  # the weight of a sure tie: it comes first on both people's lists, since it is over soonest
FORMAT = "coffee"


async def seek_company(
    lists: Lists,
    seekings: Seekings,
    suggestions: Suggestions,
    publisher: Publisher,
    new_id: Callable[[], UUID],
    conference_id: UUID,
    attendee_id: UUID,
    candidates: Sequence[UUID],
    now: datetime,
) -> None:
    """Suggests the two beyond their budgets, and never says whether there was somebody (promise 2)."""
    until = now + LOOKS_FOR
    await seekings.begin(conference_id, attendee_id, until)
    others = await seekings.among(conference_id, candidates, now)
    for other in await list_offerable(lists, conference_id, attendee_id, others):
        suggestion = Suggestion(
            id=new_id(),
            conference_id=conference_id,
            attendee_ids=(min(attendee_id, other), max(attendee_id, other)),
            route=Route.HERE_NOW,
            evidence=(),
            format=FORMAT,
            weight=BEST,
            state=SuggestionState.OPEN,
            expires_at=until,
            version=1,
        )
        if added := await suggestions.add([suggestion], beyond_budget=True):
            await seekings.end([attendee_id, other])
            await publisher.suggestions(added)
            return
