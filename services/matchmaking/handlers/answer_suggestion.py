"""Somebody answers a suggestion; the last yes makes the match."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from services.kit.errors import Conflict, NotFound
from services.matchmaking.domain.rules import check_answer, holds
from services.matchmaking.domain.suggestion import Answer, OwnSuggestion, Route, SuggestionState
from services.matchmaking.handlers.ports import Lists, Matches, Publisher, SolveRequests, Standing, Suggestions


async def answer_suggestion(
    suggestions: Suggestions,
    matches: Matches,
    lists: Lists,
    publisher: Publisher,
    solves: SolveRequests,
    suggestion_id: UUID,
    attendee_id: UUID,
    answer: Answer,
    now: datetime,
) -> OwnSuggestion:
    """Stores the answer; the same one again changes nothing. Raises NotFound for somebody else's suggestion, Conflict
    for one that is closed, or for a yes that came back too late to fit the budget.

    What is returned, and what happens, depends on others' answers only when this yes makes the match (promise 2)."""
    room = (await suggestions.room([attendee_id])).get(attendee_id, 0)
    standing = await suggestions.standing(suggestion_id, attendee_id)
    if standing is None:
        raise NotFound("suggestion", suggestion_id)
    before = standing.answers[attendee_id]
    table = standing.suggestion.route is Route.TABLE
    # Who does not come to a table must not learn that it was made without them: for them it is closed.
    comes = before is Answer.YES and attendee_id not in standing.apart
    if standing.suggestion.state is SuggestionState.MATCHED and (comes or not table):
        return _matched(standing, before, answer)
    _check_open(standing, now)
    if answer is not before:
        check_answer(answer, not table and attendee_id in standing.apart)
        _check_room(holds(before), answer, room)
        await suggestions.set_answer(suggestion_id, attendee_id, answer, holds(answer))
        if holds(before) and not holds(answer):
            await solves.request([standing.suggestion.conference_id])
    answers = {**standing.answers, attendee_id: answer}.values()
    if all(a is Answer.YES for a in answers) and not (table and standing.apart):
        come = standing.suggestion.attendee_ids
        await publisher.matches([await matches.make_match(standing.suggestion, come)])
        return OwnSuggestion(replace(standing.suggestion, state=SuggestionState.MATCHED), answer, rank=0)
    listed = {own.suggestion.id: own for own in await lists.own(attendee_id, now)}
    return listed.get(suggestion_id, OwnSuggestion(standing.suggestion, answer, rank=0))


def _matched(standing: Standing, before: Answer | None, answer: Answer) -> OwnSuggestion:
    if answer is not before:
        raise Conflict("answer", "It became a session; cancel the session instead.")
    return OwnSuggestion(standing.suggestion, answer, rank=0)


def _check_open(standing: Standing, now: datetime) -> None:
    if standing.suggestion.state is not SuggestionState.OPEN or standing.suggestion.expires_at <= now:
        raise Conflict("suggestion_id", "This suggestion is no longer open; look at your current suggestions.")


def _check_room(held: bool, answer: Answer, room: int) -> None:
    if holds(answer) and not held and room <= 0:
        raise Conflict(
            "answer",
            "Something else has taken this suggestion's place in your budget; answer that, or raise the budget.",
        )
