"""Organizers try out weights and budgets: the engine is the same, and nothing is written but counts."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from hallway.matchmaking.v1 import service_pb2 as rpc

from services.kit.errors import Invalid
from services.matchmaking.store.facts import FactStore
from services.matchmaking.store.solving import SolveQueue
from tests.conftest import MakeDatabase, eventually
from tests.matchmaking import attendee, ids, tie
from tests.matchmaking_service import MatchmakingService, running


@pytest.fixture
async def service(database: MakeDatabase, kafka_settings: dict[str, Any]) -> AsyncIterator[MatchmakingService]:
    async with running(await database("matchmaking"), kafka_settings) as service:
        yield service


async def star(service: MatchmakingService) -> tuple[UUID, list[UUID]]:
    """Somebody with a budget of one whom four others write to."""
    here, people = uuid4(), ids(5)
    async with service.pool.acquire() as tx, tx.transaction():
        await FactStore(tx).save_attendees([attendee(id, here, 1 if id == people[0] else 4) for id in people])
        await FactStore(tx).save_ties(
            [tie(here, people[0], other, uuid4(), n) for n, other in enumerate(people[1:], 1)]
        )
        await SolveQueue(tx).request([here])
    await service.quiet()
    return here, people


async def previewed(service: MatchmakingService, here: UUID, **trial: Any) -> rpc.Preview:
    asked = await service.call("RequestPreview", rpc.RequestPreviewRequest(conference_id=str(here), **trial))
    assert asked.state == rpc.PREVIEW_STATE_WAITING
    found: list[rpc.Preview] = []

    async def done() -> bool:
        request = rpc.GetPreviewRequest(conference_id=str(here), preview_id=asked.id)
        found[:] = [await service.call("GetPreview", request)]
        return bool(found[0].state == rpc.PREVIEW_STATE_DONE)

    await eventually(done)
    return found[0]


async def everything(service: MatchmakingService) -> dict[str, list[Any]]:
    """All that matchmaking has written of suggestions, matches, leases and events."""
    tables = ("suggestion", "membership", "match", "exclusion", "lesson", "reasons_seen", "solve_lease", "outbox")
    return {
        name: [tuple(row) for row in await service.pool.fetch(f"select * from {name} order by 1, 2")] for name in tables
    }


async def test_a_preview_counts_what_would_be_and_changes_nothing(service: MatchmakingService):
    here, _ = await star(service)
    before = await everything(service)
    found = await previewed(service, here, budget=2)
    assert (found.now.people, found.now.by_route["tie"], found.now.reached) == (5, 1, 5)
    assert (found.then.by_route["tie"], found.then.most) == (2, 2)
    heavier = await previewed(service, here, weights={"messages": 4.0, "walks": 0.25})
    assert heavier.then == heavier.now  # one signal speaks here, and its order stays
    await service.quiet()
    assert await everything(service) == before


async def test_no_count_of_a_preview_tells_of_an_answer_or_a_block(service: MatchmakingService):
    here, people = await star(service)
    before = await previewed(service, here)
    (own,) = (await service.listed(here, people[0])).suggestions
    await service.answer(own.suggestion.id, people[0], rpc.ANSWER_NO)
    for other in people[1:]:
        await service.call(
            "ExcludePair",
            rpc.ExcludePairRequest(
                conference_id=str(here), attendee_id=str(other), other_id=str(people[0]),
                reason=rpc.EXCLUSION_REASON_BLOCKED,
            ),
        )  # fmt: skip
    await service.quiet()
    after = await previewed(service, here)
    assert (after.now, after.then) == (before.now, before.then)


@pytest.mark.parametrize(
    ("trial", "field"),
    [
        ({"weights": {"fame": 2.0}}, "weights"),
        ({"weights": {"none": 2.0}}, "weights"),
        ({"weights": {"walks": 4.1}}, "weights.walks"),
        ({"weights": {"walks": -1.0}}, "weights.walks"),
        ({"weights": {"walks": float("nan")}}, "weights.walks"),
        ({"budget": 21}, "budget"),
    ],
)
async def test_a_trial_beyond_its_bounds_is_refused_by_its_field(
    service: MatchmakingService, trial: dict[str, Any], field: str
):
    with pytest.raises(Invalid) as refused:
        await service.call("RequestPreview", rpc.RequestPreviewRequest(conference_id=str(uuid4()), **trial))
    assert refused.value.problems[0].field == field
