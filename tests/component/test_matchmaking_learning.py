"""What organizers see of what worked: learned once suggestions are over, the same whatever somebody answered."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from hallway.matchmaking.v1 import service_pb2 as rpc

from services.matchmaking.store.facts import FactStore
from services.matchmaking.store.solving import SolveQueue
from tests.conftest import MakeDatabase
from tests.matchmaking import NOW, attendee, ids, tie
from tests.matchmaking_service import MatchmakingService, running

PAIRS, MEET = 30, 10


@pytest.fixture
async def service(database: MakeDatabase, kafka_settings: dict[str, Any]) -> AsyncIterator[MatchmakingService]:
    async with running(await database("matchmaking"), kafka_settings) as service:
        yield service


async def nothing(service: MatchmakingService, here: UUID, id: str, one: UUID, other: UUID) -> None:
    """Neither has looked."""


async def no(service: MatchmakingService, here: UUID, id: str, one: UUID, other: UUID) -> None:
    await service.answer(id, one, rpc.ANSWER_NO)


async def not_now_to_a_yes(service: MatchmakingService, here: UUID, id: str, one: UUID, other: UUID) -> None:
    await service.answer(id, one, rpc.ANSWER_NOT_NOW)
    await service.answer(id, other, rpc.ANSWER_YES)


async def blocked(service: MatchmakingService, here: UUID, id: str, one: UUID, other: UUID) -> None:
    request = rpc.ExcludePairRequest(
        conference_id=str(here), attendee_id=str(one), other_id=str(other), reason=rpc.EXCLUSION_REASON_BLOCKED
    )
    await service.call("ExcludePair", request)


async def worked(service: MatchmakingService, here: UUID) -> rpc.WhatWorked:
    return await service.call("GetWhatWorked", rpc.GetWhatWorkedRequest(conference_id=str(here)))


async def what_is_seen(service: MatchmakingService, act: Any) -> list[bytes]:
    """A conference of pairs, of whom some meet and the others do ``act``; what organizers see before and after."""
    service.clock.now = NOW
    here, source = uuid4(), uuid4()
    people = ids(2 * PAIRS)
    pairs = list(zip(people[::2], people[1::2], strict=True))
    async with service.pool.acquire() as tx, tx.transaction():  # at once: whoever comes first would get somebody else
        await FactStore(tx).save_attendees([attendee(id, here, 1) for id in people])
        await FactStore(tx).save_ties([tie(here, a, b, source) for a, b in pairs])
        await SolveQueue(tx).request([here])
    await service.quiet()
    seen = [(await worked(service, here)).SerializeToString()]
    for n, (a, b) in enumerate(pairs):
        (own,) = (await service.listed(here, a)).suggestions
        if n < MEET:
            for person in (a, b):
                await service.answer(own.suggestion.id, person, rpc.ANSWER_YES)
        else:
            await act(service, here, own.suggestion.id, a, b)
    await service.quiet()
    seen.append((await worked(service, here)).SerializeToString())
    await service.pass_hours(73)
    return [*seen, (await worked(service, here)).SerializeToString()]


async def test_what_worked_is_seen_once_suggestions_are_over_and_knows_no_answer(service: MatchmakingService):
    before, during, after = await what_is_seen(service, nothing)
    assert before == during
    signals = {s.signal: s for s in rpc.WhatWorked.FromString(after).signals}
    assert (signals["messages"].outcomes, signals["messages"].sessions, signals["messages"].weight) == (30, 10, 1.0)
    assert {signals[name].outcomes for name in ("contacts", "traits", "walks", "none")} == {0}
    for act in (no, not_now_to_a_yes, blocked):
        assert await what_is_seen(service, act) == [before, during, after]
