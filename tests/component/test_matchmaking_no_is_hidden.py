"""Promise 2: what somebody can observe is the same whether the other said no, not now, nothing, or blocked them."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from hallway.matchmaking.v1 import service_pb2 as rpc

from services.kit.errors import Invalid
from tests.conftest import MakeDatabase
from tests.matchmaking import NOW, ids
from tests.matchmaking_service import MatchmakingService, conference, imported, joined, running, tied

Act = Callable[[MatchmakingService, "World", str], Awaitable[object]]


class World:
    """A conference of its own: Ada and Bob are suggested to each other; Cyd, Dee and Eve are there as well."""

    def __init__(self) -> None:
        self.conference, self.source = uuid4(), uuid4()
        self.ada, self.bob, self.cyd, self.dee, self.eve = ids(5)
        people = {"ada": self.ada, "bob": self.bob, "cyd": self.cyd, "dee": self.dee, "eve": self.eve}
        self.names = {str(id): name for name, id in people.items()}
        self.names |= {str(self.conference): "conference", str(self.source): "source"}

    def normal(self, message: Any) -> bytes:
        """The message's bytes, with this world's random ids replaced by names as long as they are."""
        text: bytes = message.SerializeToString()
        for id, name in self.names.items():
            text = text.replace(id.encode(), name.ljust(36, ".").encode())
        return text


def answering(answer: rpc.Answer.ValueType) -> Act:
    return lambda service, world, id: service.answer(id, world.ada, answer)


def excluding(reason: rpc.ExclusionReason.ValueType) -> Act:
    def act(service: MatchmakingService, world: World, id: str) -> Awaitable[object]:
        return service.exclude(world.conference, world.ada, world.bob, reason)

    return act


async def nothing(service: MatchmakingService, world: World, id: str) -> None:
    """Ada has not looked yet."""


async def yes_then_no(service: MatchmakingService, world: World, id: str) -> None:
    await service.answer(id, world.ada, rpc.ANSWER_YES)
    await service.answer(id, world.ada, rpc.ANSWER_NO)


ACTS: dict[str, Act] = {
    "no": answering(rpc.ANSWER_NO),
    "not now": answering(rpc.ANSWER_NOT_NOW),
    "yes, then no": yes_then_no,
    "blocked": excluding(rpc.EXCLUSION_REASON_BLOCKED),
    "met": excluding(rpc.EXCLUSION_REASON_MET),
}


@pytest.fixture
async def service(database: MakeDatabase, kafka_settings: dict[str, Any]) -> AsyncIterator[MatchmakingService]:
    async with running(await database("matchmaking"), kafka_settings) as service:
        yield service


async def bobs_view(service: MatchmakingService, act: Act, ada_sees_it_after: bool) -> list[Any]:
    """Plays a world in which Ada does ``act``; everything that Bob can observe until well after the expiry."""
    service.clock.now = NOW
    world = World()
    here = world.conference
    seen: list[Any] = []

    async def look() -> None:
        await service.quiet()
        listed = await service.listed(here, world.bob)
        for own in listed.suggestions:
            world.names.setdefault(own.suggestion.id, f"suggestion {len(world.names)}")
        seen.append(world.normal(listed))
        seen.append(world.normal(await service.offerable(here, world.bob, world.ada, world.cyd, world.dee, world.eve)))

    await service.tell(
        conference(here), imported(world.source, here),
        joined(world.ada, here, 1), joined(world.bob, here, 1), joined(world.cyd, here, 4), joined(world.dee, here, 4),
        tied(here, world.ada, world.bob, world.source, 10), tied(here, world.bob, world.cyd, world.source, 2),
    )  # fmt: skip
    await look()
    assert await service.partners(here, world.bob) == [world.ada]
    assert seen[1] == world.normal(rpc.ListOfferableResponse(attendee_ids=[str(world.cyd), str(world.dee)]))
    (own,) = (await service.listed(here, world.bob)).suggestions

    await act(service, world, own.suggestion.id)
    await look()
    assert (world.bob in await service.partners(here, world.ada)) is ada_sees_it_after
    # Somebody Bob knows even better joins: his budget is taken as before.
    await service.tell(joined(world.eve, here, 4), tied(here, world.bob, world.eve, world.source, 40))
    await look()
    for _ in range(2):
        seen.append(world.normal(await service.answer(own.suggestion.id, world.bob, rpc.ANSWER_YES)))
        await look()
    await service.pass_hours(71)
    await look()
    await service.pass_hours(2)
    await look()
    assert await service.partners(here, world.bob) == [world.eve]
    return [*seen, *await _events(service, world)]


async def _events(service: MatchmakingService, world: World) -> list[Any]:
    """The events Bob is part of, and how many of them there are."""
    facts = [fact for fact in await service.facts() if str(world.bob) in fact.about.attendee_ids]
    return sorted((fact.kind, fact.sequence, world.normal(fact.message)) for fact in facts)


@pytest.mark.parametrize("name", ACTS)
async def test_bob_cannot_tell_what_ada_did(service: MatchmakingService, name: str):
    unanswered = await bobs_view(service, nothing, ada_sees_it_after=True)
    assert [event[:2] for event in unanswered if isinstance(event, tuple)] == [
        ("SuggestionExpired", 2), ("SuggestionMade", 1), ("SuggestionMade", 1),
    ]  # fmt: skip
    assert await bobs_view(service, ACTS[name], ada_sees_it_after=False) == unanswered


async def test_the_comparison_would_notice_a_match(service: MatchmakingService):
    """The guard itself can fail: a world in which Ada says yes looks different."""
    world = World()
    service.clock.now = NOW
    await service.tell(
        joined(world.ada, world.conference), joined(world.bob, world.conference),
        tied(world.conference, world.ada, world.bob, world.source),
    )  # fmt: skip
    (own,) = (await service.listed(world.conference, world.bob)).suggestions
    await service.answer(own.suggestion.id, world.ada, rpc.ANSWER_YES)
    await service.answer(own.suggestion.id, world.bob, rpc.ANSWER_YES)
    assert [kind for kind, *_ in await _events(service, world)] == ["MatchMade", "SuggestionMade"]


async def test_who_turned_somebody_down_gets_somebody_else_in_their_place(service: MatchmakingService):
    world = World()
    here = world.conference
    await service.tell(
        joined(world.ada, here, 1), joined(world.bob, here, 1), joined(world.cyd, here, 4),
        tied(here, world.ada, world.bob, world.source, 10), tied(here, world.ada, world.cyd, world.source, 2),
    )  # fmt: skip
    (own,) = (await service.listed(here, world.ada)).suggestions
    await service.answer(own.suggestion.id, world.ada, rpc.ANSWER_NO)
    await service.quiet()
    assert await service.partners(here, world.ada) == [world.cyd]
    assert await service.partners(here, world.bob) == [world.ada]


async def test_nobody_blocked_met_suggested_or_not_joined_is_offered_on_the_spot(service: MatchmakingService):
    world, gus = World(), uuid4()
    here, bob = world.conference, world.bob
    await service.tell(
        conference(here), imported(world.source, here),
        joined(world.ada, here, 1), joined(bob, here, 1), tied(here, world.ada, bob, world.source, 10),
    )  # fmt: skip
    assert await service.partners(here, bob) == [world.ada]
    strangers = [joined(one, here, 1) for one in (world.cyd, world.dee, world.eve)]
    await service.tell(*strangers, tied(here, bob, world.eve, world.source, 2))
    among = [world.ada, bob, world.cyd, world.dee, world.eve, gus]
    offered = list((await service.offerable(here, bob, *among)).attendee_ids)
    assert offered == [str(world.eve), *map(str, sorted([world.cyd, world.dee]))]  # whom he writes with comes first
    await service.exclude(here, bob, world.cyd, rpc.EXCLUSION_REASON_MET)
    await service.exclude(here, world.dee, bob, rpc.EXCLUSION_REASON_BLOCKED)
    assert (await service.offerable(here, bob, *among)).attendee_ids == [str(world.eve)]
    assert (await service.offerable(here, gus, *among)).attendee_ids == []  # who did not join is offered nobody
    with pytest.raises(Invalid, match="1001 are too many"):
        await service.offerable(here, bob, *[gus] * 1_001)


def test_names_are_as_long_as_ids():
    assert {len(name.ljust(36, ".")) for name in World().names.values()} == {len(str(UUID(int=0)))}
