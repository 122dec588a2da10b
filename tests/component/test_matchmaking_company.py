"""Company at once: only with who asks for it, too, whatever their budgets, and without a word of who may not be."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from hallway.matchmaking.v1 import matchmaking_pb2 as pb
from hallway.matchmaking.v1 import service_pb2 as rpc

from tests.conftest import MakeDatabase
from tests.matchmaking import NOW, ids
from tests.matchmaking_service import MatchmakingService, conference, joined, running


@pytest.fixture
async def service(database: MakeDatabase, kafka_settings: dict[str, Any]) -> AsyncIterator[MatchmakingService]:
    async with running(await database("matchmaking"), kafka_settings) as service:
        service.clock.now = NOW
        yield service


async def people(service: MatchmakingService, here: UUID, count: int) -> list[UUID]:
    """People with no room for anything."""
    found = ids(count)
    await service.tell(conference(here), *(joined(person, here, budget=0) for person in found))
    await service.quiet()
    return found


async def seek(service: MatchmakingService, here: UUID, person: UUID, *others: UUID) -> bytes:
    request = rpc.SeekCompanyRequest(
        conference_id=str(here), attendee_id=str(person), candidates=[str(other) for other in others]
    )
    reply: rpc.SeekCompanyResponse = await service.call("SeekCompany", request)
    await service.quiet()
    return reply.SerializeToString()


async def test_two_who_look_are_suggested_beyond_their_budgets_for_half_an_hour(service: MatchmakingService):
    here = uuid4()
    ada, bob, cyd = await people(service, here, 3)
    await seek(service, here, ada, bob, cyd)
    assert await service.partners(here, ada) == []  # nobody else looks: who is merely here is left alone
    await seek(service, here, bob, ada, cyd)
    assert (await service.partners(here, ada), await service.partners(here, bob)) == ([bob], [ada])
    (own,) = (await service.listed(here, ada)).suggestions
    assert (own.suggestion.route, own.suggestion.format, list(own.suggestion.evidence)) == (
        pb.ROUTE_HERE_NOW, "coffee", [],
    )  # fmt: skip
    await seek(service, here, cyd, ada, bob)
    assert await service.partners(here, cyd) == []  # both have somebody
    await service.answer(own.suggestion.id, ada, rpc.ANSWER_YES)
    await service.answer(own.suggestion.id, bob, rpc.ANSWER_YES)
    assert "MatchMade" in [fact.kind for fact in await service.facts() if fact.key == own.suggestion.id]


async def test_nobody_looks_for_longer_than_half_an_hour(service: MatchmakingService):
    here = uuid4()
    ada, bob = await people(service, here, 2)
    await seek(service, here, ada, bob)
    await service.pass_hours(0.51)
    await seek(service, here, bob, ada)
    assert await service.partners(here, bob) == []
    await seek(service, here, ada, bob)
    assert await service.partners(here, bob) == [ada]
    await service.pass_hours(0.51)
    assert await service.partners(here, bob) == []
    assert await service.pool.fetchval("select count(*) from seeking") == 0


@pytest.mark.parametrize("blocks", [True, False])
async def test_who_blocks_the_other_is_like_one_who_does_not_look(service: MatchmakingService, blocks: bool):
    here = uuid4()
    ada, bob = await people(service, here, 2)
    if blocks:
        await service.exclude(here, bob, ada, rpc.EXCLUSION_REASON_BLOCKED)
        await seek(service, here, bob, ada)
    assert await seek(service, here, ada, bob) == b""
    assert await service.partners(here, ada) == []


async def test_who_has_not_joined_is_suggested_to_nobody(service: MatchmakingService):
    here = uuid4()
    ada, bob = await people(service, here, 2)
    gus = uuid4()
    await seek(service, here, ada, bob)
    await seek(service, here, gus, ada, bob)
    assert await service.partners(here, ada) == []
