"""What answering a suggestion does, with the store played by a double."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.kit.errors import Conflict, NotFound
from services.matchmaking.domain.suggestion import (
    Answer,
    Match,
    MatchState,
    OwnSuggestion,
    Route,
    Suggestion,
    SuggestionState,
)
from services.matchmaking.handlers.answer_suggestion import answer_suggestion
from services.matchmaking.handlers.ports import Standing

NOW = datetime(2027, 5, 10, 12, 0, tzinfo=UTC)
ADA, BOB, CONFERENCE, ID = (UUID(int=n) for n in (1, 2, 3, 4))
OPEN = Suggestion(
    ID, CONFERENCE, (ADA, BOB), Route.TIE, (), "coffee", 0.7, SuggestionState.OPEN, NOW + timedelta(hours=1), 1
)


class World:
    """Ada answers; Bob has answered ``bob``, Ada before that ``ada``."""

    def __init__(self, ada: Answer | None = None, bob: Answer | None = None, suggestion: Suggestion = OPEN) -> None:
        self.answers = {ADA: ada, BOB: bob}
        self.suggestion = suggestion
        self.free = 0
        self.excluded = False
        self.stored: list[tuple[Answer, bool]] = []
        self.published: list[Match] = []
        self.solves: list[UUID] = []

    async def room(self, ids: list[UUID]) -> dict[UUID, int]:
        return dict.fromkeys(ids, self.free)

    async def standing(self, suggestion_id: UUID, attendee_id: UUID) -> Standing | None:
        known = suggestion_id == ID and attendee_id in self.answers
        return Standing(self.suggestion, dict(self.answers), {ADA} if self.excluded else set()) if known else None

    async def set_answer(self, suggestion_id: UUID, attendee_id: UUID, answer: Answer, holds: bool) -> None:
        self.stored.append((answer, holds))
        self.answers[attendee_id] = answer

    async def make_match(self, s: Suggestion, come: tuple[UUID, ...]) -> Match:
        return Match(s.id, s.conference_id, come, s.evidence, s.format, MatchState.MADE, 1)

    async def own(self, attendee_id: UUID, now: datetime) -> list[OwnSuggestion]:
        mine = self.answers[attendee_id]
        return [OwnSuggestion(self.suggestion, mine, 3)] if mine in (None, Answer.YES) else []

    async def matches(self, changed: list[Match], cause: str | None = None) -> None:
        self.published += changed

    async def suggestions(self, changed: list[Suggestion], cause: str | None = None) -> None:
        raise AssertionError("no event tells of an answer")

    async def request(self, conference_ids: list[UUID], cause: str | None = None) -> None:
        self.solves += conference_ids

    async def answer(self, answer: Answer, who: UUID = ADA, suggestion_id: UUID = ID) -> OwnSuggestion:
        ports: Any = self  # of each port, what answering uses
        return await answer_suggestion(ports, ports, ports, ports, ports, suggestion_id, who, answer, NOW)


@pytest.mark.parametrize("bob", [None, Answer.NO, Answer.NOT_NOW])
async def test_a_yes_is_answered_alike_whatever_the_other_said(bob: Answer | None):
    world = World(bob=bob)
    assert await world.answer(Answer.YES) == OwnSuggestion(OPEN, Answer.YES, 3)
    assert (world.stored, world.published, world.solves) == ([(Answer.YES, True)], [], [])


async def test_the_last_yes_makes_the_match_with_the_suggestions_id():
    world = World(bob=Answer.YES)
    reply = await world.answer(Answer.YES)
    assert (reply.suggestion.state, reply.answer) == (SuggestionState.MATCHED, Answer.YES)
    assert world.published == [Match(ID, CONFERENCE, (ADA, BOB), (), "coffee", MatchState.MADE, 1)]


@pytest.mark.parametrize("answer", [Answer.NO, Answer.NOT_NOW])
@pytest.mark.parametrize("bob", [None, Answer.YES, Answer.NO])
async def test_a_no_frees_ones_own_place_and_tells_nobody(answer: Answer, bob: Answer | None):
    world = World(bob=bob)
    assert await world.answer(answer) == OwnSuggestion(OPEN, answer, 0)
    assert (world.stored, world.published, world.solves) == ([(answer, False)], [], [CONFERENCE])


async def test_the_same_answer_again_changes_nothing():
    world = World(ada=Answer.NO)
    assert await world.answer(Answer.NO) == OwnSuggestion(OPEN, Answer.NO, 0)
    assert (world.stored, world.solves) == ([], [])


async def test_a_yes_may_become_a_no_until_it_is_matched():
    world = World(ada=Answer.YES)
    await world.answer(Answer.NO)
    assert world.stored == [(Answer.NO, False)]


async def test_a_no_may_become_a_yes_while_there_is_room():
    world = World(ada=Answer.NO)
    with pytest.raises(Conflict, match="your budget"):
        await world.answer(Answer.YES)
    world.free = 1
    await world.answer(Answer.YES)
    assert world.stored == [(Answer.YES, True)]


async def test_who_has_met_or_blocked_the_other_cannot_say_yes():
    world = World(ada=Answer.NO)
    world.free, world.excluded = 1, True
    with pytest.raises(Conflict, match="have met"):
        await world.answer(Answer.YES)


async def test_after_the_match_a_no_is_refused_with_what_to_do_and_a_yes_is_fine():
    world = World(Answer.YES, Answer.YES, replace(OPEN, state=SuggestionState.MATCHED))
    with pytest.raises(Conflict, match="cancel the session"):
        await world.answer(Answer.NO)
    assert (await world.answer(Answer.YES)).suggestion.state is SuggestionState.MATCHED
    assert (world.stored, world.published) == ([], [])


@pytest.mark.parametrize(
    "closed",
    [
        replace(OPEN, state=SuggestionState.EXPIRED),
        replace(OPEN, state=SuggestionState.WITHDRAWN),
        replace(OPEN, expires_at=NOW),
    ],
)
async def test_a_closed_suggestion_takes_no_answer(closed: Suggestion):
    world = World(bob=Answer.YES, suggestion=closed)
    with pytest.raises(Conflict, match="no longer open"):
        await world.answer(Answer.YES)
    assert (world.stored, world.published) == ([], [])


async def test_somebody_elses_suggestion_is_not_there():
    world = World()
    with pytest.raises(NotFound):
        await world.answer(Answer.YES, who=UUID(int=99))
    with pytest.raises(NotFound):
        await world.answer(Answer.YES, suggestion_id=UUID(int=99))


TABLE = replace(OPEN, attendee_ids=(ADA, BOB, UUID(int=5), UUID(int=6)), route=Route.TABLE)


async def test_a_table_is_made_by_the_last_yes_unless_two_of_it_are_to_be_apart():
    for apart, made in ((False, 1), (True, 0)):
        world = World(bob=Answer.YES, suggestion=TABLE)
        world.excluded = apart
        await world.answer(Answer.YES)  # never refused: that would tell who is asked
        assert len(world.published) == made


@pytest.mark.parametrize("before", [None, Answer.NO, Answer.NOT_NOW])
async def test_for_who_did_not_come_a_table_that_was_made_is_as_one_that_was_not(before: Answer | None):
    errors = []
    for state in (SuggestionState.MATCHED, SuggestionState.EXPIRED):
        with pytest.raises(Conflict) as refused:
            await World(ada=before, bob=Answer.YES, suggestion=replace(TABLE, state=state)).answer(Answer.YES)
        errors.append(str(refused.value))
    assert errors[0] == errors[1]


async def test_who_said_yes_and_is_to_be_apart_does_not_learn_of_the_table():
    world = World(Answer.YES, Answer.YES, replace(TABLE, state=SuggestionState.MATCHED))
    assert (await world.answer(Answer.YES)).suggestion.state is SuggestionState.MATCHED
    world.excluded = True
    with pytest.raises(Conflict, match="no longer open"):
        await world.answer(Answer.YES)
