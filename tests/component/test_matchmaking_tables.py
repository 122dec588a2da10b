"""Tables of several: asked blind, made of those who say yes, up to their session; who did not come nobody is told."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from hallway.matchmaking.v1 import matchmaking_pb2 as pb
from hallway.matchmaking.v1 import service_pb2 as rpc
from hallway.scheduling.v1 import scheduling_pb2 as scheduling_pb

from services.kit.errors import Conflict
from services.matchmaking.store.facts import FactStore
from services.matchmaking.store.solving import SolveQueue
from tests.conftest import MakeDatabase
from tests.matchmaking import NOW, attendee, ids, tie
from tests.matchmaking_service import MatchmakingService, cancelled, conference, running, tied
from tests.scheduling_service import open_conference, run

EXPIRED = 36.5  # hours: half of what a pair has, and a little


@pytest.fixture
async def service(database: MakeDatabase, kafka_settings: dict[str, Any]) -> AsyncIterator[MatchmakingService]:
    async with running(await database("matchmaking"), kafka_settings) as service:
        yield service


async def asked(service: MatchmakingService, here: UUID, count: int = 5) -> tuple[list[UUID], str]:
    """People who know each other in a row, each with one place and a liking for tables, and what is suggested."""
    people, mails = ids(count), uuid4()
    service.clock.now = NOW
    await service.tell(conference(here))
    async with service.pool.acquire() as tx, tx.transaction():  # at once: three who come first would be a table
        await FactStore(tx).save_attendees([replace(attendee(id, here, 1), formats=("table",)) for id in people])
        await FactStore(tx).save_ties([tie(here, a, b, mails) for a, b in zip(people, people[1:], strict=False)])
        await SolveQueue(tx).request([here])
    await service.quiet()
    found = [(await service.listed(here, person)).suggestions for person in people]
    (id,) = {own.suggestion.id for lists in found for own in lists}
    return people, id


async def exclude(service: MatchmakingService, here: UUID, who: UUID, other: UUID) -> None:
    await service.call(
        "ExcludePair",
        rpc.ExcludePairRequest(
            conference_id=str(here), attendee_id=str(who), other_id=str(other), reason=rpc.EXCLUSION_REASON_BLOCKED
        ),
    )


async def matches(service: MatchmakingService) -> list[list[UUID]]:
    facts = await service.facts()
    return [[UUID(id) for id in fact.about.attendee_ids] for fact in facts if fact.kind == "MatchMade"]


async def test_a_table_names_nobody_else_until_it_is_made_of_those_who_said_yes(service: MatchmakingService):
    here = uuid4()
    people, id = await asked(service, here)
    for person in people:
        (own,) = (await service.listed(here, person)).suggestions
        assert list(own.suggestion.attendee_ids) == [str(person)]
        assert (own.suggestion.size, own.suggestion.format, own.rank) == (5, "table", 1)
        assert (own.suggestion.route, list(own.suggestion.ranks)) == (pb.ROUTE_TABLE, [])
    for person in people[:3]:
        reply = await service.answer(id, person, rpc.ANSWER_YES)
        assert (list(reply.suggestion.attendee_ids), reply.answer) == ([str(person)], rpc.ANSWER_YES)
    await service.answer(id, people[3], rpc.ANSWER_NO)
    assert await matches(service) == []
    await service.pass_hours(EXPIRED)
    assert await matches(service) == [people[:3]]
    assert [await service.held(person) for person in people[:3]] == [1, 1, 1]
    for absent in people[3:]:
        with pytest.raises(Conflict, match="no longer open"):
            await service.answer(id, absent, rpc.ANSWER_YES)
    reply = await service.answer(id, people[0], rpc.ANSWER_YES)
    assert reply.suggestion.state == pb.SUGGESTION_STATE_MATCHED


async def test_two_yes_make_no_table_and_all_make_it_at_once(service: MatchmakingService):
    few, many = uuid4(), uuid4()
    people, id = await asked(service, few, 4)
    for person in people[:2]:
        await service.answer(id, person, rpc.ANSWER_YES)
    await service.pass_hours(EXPIRED)
    assert await matches(service) == []
    people, id = await asked(service, many, 4)
    for person in people:
        await service.answer(id, person, rpc.ANSWER_YES)
    assert await matches(service) == [people]


async def test_a_table_goes_with_a_tie_it_rests_on(service: MatchmakingService):
    here = uuid4()
    people, id = await asked(service, here, 3)
    await service.tell(tied(here, people[0], people[1], uuid4(), replies=0, sequence=2))
    closed = [fact.kind for fact in await service.facts() if fact.key == id]
    assert closed == ["SuggestionMade", "SuggestionWithdrawn"]


async def test_only_a_ticket_of_somebody_who_comes_cancels_the_match(service: MatchmakingService):
    here = uuid4()
    people, id = await asked(service, here, 4)
    for person in people[:3]:
        await service.answer(id, person, rpc.ANSWER_YES)
    await service.pass_hours(EXPIRED)
    await service.tell(cancelled(people[3], here))
    kinds = [fact.kind for fact in await service.facts() if fact.key == id]
    assert sorted(kinds) == ["MatchMade", "SuggestionMade"]
    await service.tell(cancelled(people[2], here))
    kinds = [fact.kind for fact in await service.facts() if fact.key == id]
    assert sorted(kinds) == ["MatchCancelled", "MatchMade", "SuggestionMade"]


async def seen_by(service: MatchmakingService, who: int, last: str) -> list[Any]:
    """Everything that one of the first three, who say yes, or the fourth, who says nothing, can observe of a table
    whose fifth person does ``last``."""
    here = uuid4()
    people, id = await asked(service, here)
    views: list[Any] = []

    async def look() -> None:
        await service.quiet()
        text = (await service.listed(here, people[who])).SerializeToString()
        names = {id: "table", str(here): "here", **{str(person): f"person {n}" for n, person in enumerate(people)}}
        for known, name in names.items():
            text = text.replace(known.encode(), name.ljust(36, ".").encode())
        views.append(text)

    await look()
    if last in ("no", "not now", "blocks and comes"):
        answers = {"no": rpc.ANSWER_NO, "not now": rpc.ANSWER_NOT_NOW, "blocks and comes": rpc.ANSWER_YES}
        await service.answer(id, people[4], answers[last])
    if last == "blocks and comes":
        await exclude(service, here, people[4], people[0])
        (kept,) = (await service.listed(here, people[4])).suggestions
        assert kept.suggestion.id == id  # that it goes would tell that the blocked person is asked
    await look()
    for person in people[:2] if last == "the table fails" else people[:3]:
        await service.answer(id, person, rpc.ANSWER_YES)
    await look()
    await service.pass_hours(EXPIRED)
    await look()
    told = [[people.index(person) for person in match] for match in await matches(service) if people[0] in match]
    if who == 3:
        with pytest.raises(Conflict) as refused:
            await service.answer(id, people[3], rpc.ANSWER_YES)
        return [*views, str(refused.value)]
    return [*views, told]


@pytest.mark.parametrize("last", ["no", "not now", "blocks and comes"])
async def test_who_comes_sees_the_same_whatever_somebody_who_does_not_come_did(service: MatchmakingService, last: str):
    silent = await seen_by(service, 0, "nothing")
    assert silent[-1] == [[0, 1, 2]]
    assert await seen_by(service, 0, last) == silent


async def test_who_does_not_come_cannot_tell_whether_there_is_a_table(service: MatchmakingService):
    assert await seen_by(service, 3, "the table fails") == await seen_by(service, 3, "no")


@pytest.mark.parametrize("last", [rpc.ANSWER_NO, rpc.ANSWER_NOT_NOW, None])
async def test_who_is_here_and_may_be_offered_does_not_tell_who_is_asked_to_a_table(
    service: MatchmakingService, last: Any
):
    here = uuid4()
    people, id = await asked(service, here)
    strangers = [UUID(text) for text in (await service.offerable(here, people[0], *people)).attendee_ids]
    assert sorted(strangers) == people[1:]
    for person in people[:3]:
        await service.answer(id, person, rpc.ANSWER_YES)
    if last is not None:
        await service.answer(id, people[4], last)
    await service.pass_hours(EXPIRED)
    after = [UUID(text) for text in (await service.offerable(here, people[0], *people)).attendee_ids]
    assert sorted(after) == people[3:]  # those they came with, they need not be offered


async def test_a_table_becomes_a_session_of_those_who_said_yes(
    service: MatchmakingService, database: MakeDatabase, kafka_settings: dict[str, Any]
):
    here = uuid4()
    async with run(await database("scheduling"), kafka_settings) as scheduling:
        scheduling.conference = str(here)
        await open_conference(scheduling)
        people, id = await asked(service, here)
        for person in people[:4]:
            await service.answer(id, person, rpc.ANSWER_YES)
        await service.pass_hours(EXPIRED)
        session = await scheduling.reaches(id, scheduling_pb.SESSION_STATE_SCHEDULED)
        assert (session.format, session.place_name) == ("table", "Foyer")
        assert sorted(session.attendee_ids) == [str(person) for person in people[:4]]
