"""Matchmaking from the outside: events in, suggestions and answers over gRPC, events out."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from hallway.attendee.v1 import attendee_pb2 as attendee_pb
from hallway.matchmaking.v1 import matchmaking_pb2 as pb
from hallway.matchmaking.v1 import service_pb2 as rpc
from hallway.scheduling.v1 import events_pb2 as scheduled
from hallway.scheduling.v1 import scheduling_pb2 as scheduling_pb

from services.kit.errors import Conflict, Invalid, NotFound
from tests.conftest import MakeDatabase
from tests.matchmaking import ids
from tests.matchmaking_service import (
    Fact,
    MatchmakingService,
    cancelled,
    conference,
    event,
    imported,
    joined,
    paused,
    running,
    tied,
    withdrawn,
)

HERE = uuid4()
LIST = uuid4()


@pytest.fixture
async def service(database: MakeDatabase, kafka_settings: dict[str, Any]) -> AsyncIterator[MatchmakingService]:
    async with running(await database("matchmaking"), kafka_settings) as service:
        yield service


def kinds(facts: list[Fact]) -> list[str]:
    return sorted(fact.kind for fact in facts)


async def suggested(service: MatchmakingService, budget: int = 3) -> tuple[UUID, UUID, str]:
    """Two people with a tie, and the id of their suggestion."""
    a, b = ids(2)
    await service.tell(
        conference(HERE), imported(LIST, HERE), joined(a, HERE, budget), joined(b, HERE, budget), tied(HERE, a, b, LIST)
    )
    (own,) = (await service.listed(HERE, a)).suggestions
    return a, b, own.suggestion.id


async def both_say_yes(service: MatchmakingService, id: str, *people: UUID) -> None:
    for person in people:
        await service.answer(id, person, rpc.ANSWER_YES)


async def test_two_yes_make_exactly_one_match_whatever_comes_twice_or_in_any_order(service: MatchmakingService):
    a, b = ids(2)
    tie, late = tied(HERE, a, b, LIST, 5, sequence=2), tied(HERE, a, b, LIST, 99, sequence=1)
    people = [joined(a, HERE), joined(b, HERE)]
    await service.tell(tie, tie, *people, late, imported(LIST, HERE), *people, conference(HERE), tie)
    (own,) = (await service.listed(HERE, a)).suggestions
    assert (own.suggestion.route, own.suggestion.format, own.rank) == (pb.ROUTE_TIE, "coffee", 1)
    assert list(own.suggestion.evidence) == [
        pb.Evidence(
            source_name="the list", kind="reply", first_to_second=5, second_to_first=5,
            first_month="2027-03", last_month="2027-03", source_id=str(LIST),
        )
    ]  # fmt: skip

    yes = [service.answer(own.suggestion.id, person, rpc.ANSWER_YES) for person in (a, b, a, b, a, b)]
    assert {reply.answer for reply in await asyncio.gather(*yes)} == {rpc.ANSWER_YES}

    (match,) = [fact for fact in await service.facts() if fact.kind == "MatchMade"]
    assert (match.key, match.about.id, match.sequence) == (own.suggestion.id, own.suggestion.id, 1)
    assert list(match.about.attendee_ids) == [str(a), str(b)]
    assert match.about.evidence == own.suggestion.evidence
    assert (await service.held(a), await service.held(b)) == (1, 1)
    with pytest.raises(Conflict, match="cancel the session"):
        await service.answer(own.suggestion.id, a, rpc.ANSWER_NO)


async def test_a_suggestion_is_published_once_and_carries_no_answer(service: MatchmakingService):
    _, b, id = await suggested(service)
    await service.answer(id, b, rpc.ANSWER_NO)
    made = [fact for fact in await service.facts() if fact.key == id]
    assert kinds(made) == ["SuggestionMade"]
    assert made[0].about.state == pb.SUGGESTION_STATE_OPEN


async def test_a_private_source_counts_but_is_never_named(service: MatchmakingService):
    a, b = ids(2)
    secret = imported(LIST, HERE, attendee_pb.VISIBILITY_PRIVATE)
    await service.tell(secret, joined(a, HERE), joined(b, HERE), tied(HERE, a, b, LIST))
    (own,) = (await service.listed(HERE, a)).suggestions
    assert (own.suggestion.route, list(own.suggestion.evidence)) == (pb.ROUTE_TIE, [])


async def test_a_reason_appears_when_its_source_is_told_of_and_goes_when_that_is_withdrawn(service: MatchmakingService):
    a, b = ids(2)
    await service.tell(joined(a, HERE), joined(b, HERE), tied(HERE, a, b, LIST))
    await service.tell(imported(LIST, HERE))
    (own,) = (await service.listed(HERE, a)).suggestions
    assert [reason.source_name for reason in own.suggestion.evidence] == ["the list"]
    await service.tell(withdrawn(LIST, HERE))
    told = [(f.kind, f.sequence, len(f.about.evidence)) for f in await service.facts()]
    assert told == [("SuggestionMade", 1, 0), ("SuggestionMade", 2, 1), ("SuggestionMade", 3, 0)]


async def test_a_cancelled_ticket_withdraws_suggestions_and_cancels_matches(service: MatchmakingService):
    a, b, c = ids(3)
    await service.tell(
        joined(a, HERE), joined(b, HERE), joined(c, HERE), tied(HERE, a, b, LIST), tied(HERE, a, c, LIST)
    )
    to_b, to_c = (await service.listed(HERE, a)).suggestions
    await both_say_yes(service, to_c.suggestion.id, *map(UUID, to_c.suggestion.attendee_ids))
    await service.tell(cancelled(a, HERE))
    facts = {(fact.kind, fact.key): fact for fact in await service.facts()}
    assert facts["SuggestionWithdrawn", to_b.suggestion.id].about.state == pb.SUGGESTION_STATE_WITHDRAWN
    assert facts["MatchCancelled", to_c.suggestion.id].about.state == pb.MATCH_STATE_CANCELLED
    assert facts["MatchCancelled", to_c.suggestion.id].sequence == 2
    assert await service.partners(HERE, a) == []
    assert await service.partners(HERE, b) == [c]  # who now have each other, by another route


async def test_a_tie_that_is_gone_takes_its_suggestion_along(service: MatchmakingService):
    a, b, id = await suggested(service)
    await service.tell(tied(HERE, a, b, LIST, replies=0, sequence=2))
    assert kinds(await service.facts()) == ["SuggestionMade", "SuggestionWithdrawn"]
    assert await service.partners(HERE, a) == []
    with pytest.raises(Conflict, match="no longer open"):
        await service.answer(id, a, rpc.ANSWER_YES)


async def test_a_paused_person_keeps_what_is_open_and_gets_nothing_new(service: MatchmakingService):
    a, b, _ = await suggested(service)
    (c,) = ids(1)
    await service.tell(paused(a, HERE), joined(c, HERE), tied(HERE, a, c, LIST))
    assert await service.partners(HERE, a) == [b]
    assert await service.partners(HERE, c) == [b]


async def test_a_session_held_frees_both_and_they_are_not_suggested_again(service: MatchmakingService):
    a, b, id = await suggested(service, budget=1)
    await both_say_yes(service, id, a, b)
    (c,) = ids(1)
    await service.tell(joined(c, HERE, 1), tied(HERE, a, c, LIST))
    assert await service.partners(HERE, c) == []
    session = scheduling_pb.Session(id=id, conference_id=str(HERE), attendee_ids=[str(a), str(b)])
    await service.tell(
        event(scheduled.SessionScheduled(session=session), UUID(id), 1),
        event(scheduled.SessionHeld(session=session), UUID(id), 2),
    )
    assert await service.partners(HERE, a) == [c]
    assert await service.partners(HERE, b) == []  # c has no place left, and a was met


async def test_expiry_is_told_and_makes_room_for_somebody_else(service: MatchmakingService):
    a, b, id = await suggested(service, budget=1)
    (c,) = ids(1)
    await service.tell(joined(c, HERE), tied(HERE, a, c, LIST, 1))
    assert await service.partners(HERE, a) == [b]
    await service.pass_hours(73)
    assert await service.partners(HERE, a) == [c]
    told = {(fact.kind, fact.key): fact.about.state for fact in await service.facts()}
    assert told["SuggestionExpired", id] == pb.SUGGESTION_STATE_EXPIRED
    with pytest.raises(Conflict, match="no longer open"):
        await service.answer(id, a, rpc.ANSWER_YES)


async def test_a_suggestion_does_not_outlive_the_conference(service: MatchmakingService):
    a, b = ids(2)
    await service.tell(conference(HERE, ends_on="2027-05-11"))
    await service.tell(joined(a, HERE), joined(b, HERE), tied(HERE, a, b, LIST))
    (own,) = (await service.listed(HERE, a)).suggestions
    assert own.suggestion.expires_at.ToJsonString() == "2027-05-11T22:00:00Z"


async def test_wrong_requests_say_what_to_mend_and_reveal_nothing(service: MatchmakingService):
    a, _, id = await suggested(service)
    stranger = uuid4()
    with pytest.raises(NotFound) as foreign:
        await service.answer(id, stranger, rpc.ANSWER_YES)
    assert str(foreign.value) == f"there is no suggestion {id}"
    with pytest.raises(Invalid, match="yes, not now or no"):
        await service.answer(id, a, rpc.ANSWER_UNSPECIFIED)
    with pytest.raises(Invalid, match="suggestion_id is not a UUID"):
        await service.answer("'; drop table suggestion; --", a, rpc.ANSWER_YES)
    for other, error in ((stranger, NotFound), (a, Invalid)):
        request = rpc.ExcludePairRequest(
            conference_id=str(HERE), attendee_id=str(a), other_id=str(other), reason=rpc.EXCLUSION_REASON_MET
        )
        with pytest.raises(error):
            await service.call("ExcludePair", request)
    assert await service.partners(uuid4(), a) == []


async def test_asking_for_a_solve_is_taken(service: MatchmakingService):
    assert await service.call("RequestSolve", rpc.RequestSolveRequest(conference_id=str(HERE)))
    await service.quiet()


async def test_many_workers_and_many_conferences_exceed_no_budget(
    database: MakeDatabase, kafka_settings: dict[str, Any]
):
    async with running(await database("matchmaking"), kafka_settings, workers=4) as service:
        here, there = uuid4(), uuid4()
        people = {place: ids(12) for place in (here, there)}
        budget = {p: 1 + n % 3 for place in people for n, p in enumerate(people[place])}
        joins = [joined(p, place, budget[p]) for place in people for p in people[place]]
        ties = [tied(place, a, b, LIST) for place in people for a in people[place] for b in people[place] if a < b]
        await service.tell(*joins[:12], *ties[::2], *joins[12:], *ties[1::2])
        held = {p: await service.held(p) for p in budget}
        assert all(0 < held[p] <= budget[p] for p in budget)
        open_now = [own for place in people for p in people[place] for own in await service.partners(place, p)]
        assert len(open_now) == sum(held.values())
