"""An organizer suggests two people to each other; both still answer for themselves."""

from datetime import datetime
from uuid import UUID

from services.kit.errors import Invalid, NotFound
from services.matchmaking.domain.rules import choose_format, expiry
from services.matchmaking.domain.suggestion import Route, Suggestion, SuggestionState
from services.matchmaking.handlers.ports import Facts, Publisher, Suggestions

BEST = 1.0  # the weight of a sure tie: whoever asks for it by hand means it


async def suggest_pair(
    facts: Facts,
    suggestions: Suggestions,
    publisher: Publisher,
    id: UUID,
    conference_id: UUID,
    pair: tuple[UUID, UUID],
    hours: float,
    now: datetime,
) -> None:
    """Adds the suggestion where budgets and earlier words allow it, and never says whether they did (promise 2)."""
    if pair[0] == pair[1]:
        raise Invalid("other_id", "name somebody else: nobody is suggested to themselves")
    likes = await facts.formats(conference_id, pair)
    for person in pair:
        if person not in likes:
            raise NotFound("attendee", person)
    suggestion = Suggestion(
        id=id,
        conference_id=conference_id,
        attendee_ids=(min(pair), max(pair)),
        route=Route.ORGANIZER,
        evidence=(),
        format=choose_format(list(likes.values())),
        weight=BEST,
        state=SuggestionState.OPEN,
        expires_at=expiry(now, hours, await facts.ends_at(conference_id)),
        version=1,
    )
    await publisher.suggestions(await suggestions.add([suggestion]))
