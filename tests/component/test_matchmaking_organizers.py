"""What organizers decide of matchmaking: two people suggested by hand, and times without anything new."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from hallway.matchmaking.v1 import matchmaking_pb2 as pb
from hallway.matchmaking.v1 import service_pb2 as rpc

from services.kit.errors import Invalid, NotFound
from tests.conftest import MakeDatabase
from tests.matchmaking import ids
from tests.matchmaking_service import MatchmakingService, conference, imported, joined, paused, running, tied

HERE = uuid4()
LIST = uuid4()


@pytest.fixture
async def service(database: MakeDatabase, kafka_settings: dict[str, Any]) -> AsyncIterator[MatchmakingService]:
    async with running(await database("matchmaking"), kafka_settings) as service:
        await service.call("PauseMatching", rpc.PauseMatchingRequest(conference_id=str(HERE), paused=True))
        await service.tell(conference(HERE), imported(LIST, HERE))
        yield service


async def pair(service: MatchmakingService, a: UUID, b: UUID, where: UUID = HERE) -> Any:
    request = rpc.SuggestPairRequest(conference_id=str(where), attendee_id=str(a), other_id=str(b))
    return await service.call("SuggestPair", request)


async def test_a_pair_by_hand_is_a_suggestion_to_both_labelled_as_such_and_two_yes_make_it_a_match(
    service: MatchmakingService,
):
    a, b = ids(2)
    await service.tell(joined(a, HERE), joined(b, HERE))
    await pair(service, a, b)
    await pair(service, b, a)  # once more changes nothing
    for person in (a, b):
        (own,) = (await service.listed(HERE, person)).suggestions
        assert (own.suggestion.route, list(own.suggestion.evidence), own.answer) == (pb.ROUTE_ORGANIZER, [], 0)
        await service.answer(own.suggestion.id, person, rpc.ANSWER_YES)
    assert sorted(fact.kind for fact in await service.facts()) == ["MatchMade", "SuggestionMade"]


@pytest.mark.parametrize("why", ["blocked", "met", "declined", "no room", "not joined"])
async def test_a_pair_of_which_nothing_comes_is_answered_like_any_other_whoever_said_what(
    service: MatchmakingService, why: str
):
    a, b, c, d = ids(4)
    await service.tell(*(joined(person, HERE, 1) for person in (a, b, c, d)))
    if why == "declined":
        await pair(service, a, b)
        (own,) = (await service.listed(HERE, b)).suggestions
        await service.answer(own.suggestion.id, b, rpc.ANSWER_NO)
        await service.answer(own.suggestion.id, a, rpc.ANSWER_NOT_NOW)
    elif why == "no room":
        await pair(service, b, c)
    elif why == "not joined":
        await service.tell(paused(b, HERE))
    else:
        await service.exclude(HERE, b, a, rpc.ExclusionReason.Value(f"EXCLUSION_REASON_{why.upper()}"))
    before = await service.facts()
    refused = await pair(service, a, b)
    taken = await pair(service, a, d)
    assert refused == taken == rpc.SuggestPairResponse()
    assert str(b) not in str(await service.partners(HERE, a))
    assert len(await service.facts()) == len(before) + 1
    assert await service.partners(HERE, d) == [a]


async def test_nobody_is_paired_with_themselves_or_with_somebody_of_another_conference(service: MatchmakingService):
    a, b = ids(2)
    elsewhere = uuid4()
    await service.tell(joined(a, HERE), conference(elsewhere), joined(b, elsewhere))
    with pytest.raises(Invalid):
        await pair(service, a, a)
    with pytest.raises(NotFound):
        await pair(service, a, b)
    with pytest.raises(NotFound):
        await pair(service, a, b, elsewhere)
    assert await service.facts() == []


async def test_while_paused_nothing_new_is_suggested_and_what_waited_is_when_it_goes_on(service: MatchmakingService):
    a, b, elsewhere, c, d = ids(5)
    await service.tell(joined(a, HERE), joined(b, HERE), tied(HERE, a, b, LIST))
    assert (await service.call("GetMatching", rpc.GetMatchingRequest(conference_id=str(HERE)))).paused
    await service.tell(
        conference(elsewhere), joined(c, elsewhere), joined(d, elsewhere), tied(elsewhere, c, d, uuid4())
    )
    assert await service.partners(HERE, a) == []
    assert await service.partners(elsewhere, c) == [d]  # a pause is one conference's
    await service.call("PauseMatching", rpc.PauseMatchingRequest(conference_id=str(HERE), paused=False))
    await service.quiet()
    assert await service.partners(HERE, a) == [b]
    assert not (await service.call("GetMatching", rpc.GetMatchingRequest(conference_id=str(HERE)))).paused
