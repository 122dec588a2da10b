"""The attendee service from the outside: commands over gRPC, facts on Kafka."""

from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
from hallway.attendee.v1 import attendee_pb2 as pb
from hallway.attendee.v1 import service_pb2 as rpc

from services.kit.errors import Conflict, Invalid, NotFound
from tests.attendee_service import AttendeeService, person, running
from tests.conftest import MakeDatabase

LOG = b"""[14:00] <ada> hello
[14:01] <bob> ada: hi
[14:02] <ada> bob: how is the build?
[14:03] <bob> ada: green
[14:09] <cyd> bob: thanks
"""
NOWHERE = "01936f00-0000-7000-8000-000000000000"


@pytest.fixture
async def service(database: MakeDatabase, kafka_settings: dict[str, Any]) -> AsyncIterator[AttendeeService]:
    async with running(await database("attendee"), kafka_settings) as service:
        yield service


def join(conference_id: str, *ids: str) -> rpc.JoinAttendeesRequest:
    return rpc.JoinAttendeesRequest(conference_id=conference_id, attendee_ids=ids)


def the_log(month: str = "2026-03") -> list[tuple[str, bytes]]:
    return [(f"{month}-01.log", LOG)]


async def test_ties_appear_on_kafka_once_both_people_have_joined(service: AttendeeService) -> None:
    conference = await service.conference()
    ada, bob, _ = await service.register(conference, person("ada"), person("bob"), person("cyd"))
    source = await service.upload(conference, the_log())
    assert (source.messages, source.interactions, source.ties) == (5, 4, 2)
    assert await service.kinds() == {"ConferenceCreated": 1, "AttendeeRegistered": 3, "SourceImported": 1}

    assert (await service.call("JoinAttendees", join(conference, ada))).joined == 1
    assert "TieChanged" not in await service.kinds()
    assert (await service.call("JoinAttendees", join(conference, ada, bob))).joined == 1

    (told,) = [fact for fact in await service.facts() if fact.kind == "TieChanged"]
    (count,) = told.message.tie.counts
    assert {told.message.tie.a, told.message.tie.b} == {ada, bob}
    both = {told.message.tie.a: count.a_to_b, told.message.tie.b: count.b_to_a}
    assert (both[ada], both[bob], count.kind, count.month) == (1, 2, "reply", "2026-03")
    assert (count.source_id, told.key, told.sequence) == (source.id, told.message.tie.id, 1)


async def test_a_retry_with_the_same_request_id_changes_nothing_and_hears_the_same(service: AttendeeService) -> None:
    conference = await service.conference()
    first = await service.register(conference, person("ada"), request_id="once")
    before = await service.kinds()
    # Under another request id the same would be counted as unchanged.
    assert await service.register(conference, person("ada"), request_id="once") == first
    one = await service.upload(conference, the_log(), request_id="import")
    assert await service.upload(conference, the_log(), request_id="import") == one
    assert await service.kinds() == before | {"SourceImported": 1}


async def test_what_did_not_change_is_not_told_again(service: AttendeeService) -> None:
    conference = await service.conference()
    people = [person("ada", joined=True), person("bob", joined=True)]
    ids = await service.register(conference, *people)
    await service.upload(conference, the_log())
    before = await service.kinds()
    assert await service.register(conference, *people) == ids
    await service.upload(conference, the_log())
    assert await service.kinds() == before | {"SourceImported": 2}
    await service.upload(conference, the_log("2026-04"))
    assert await service.kinds() == before | {"SourceImported": 3, "TieChanged": 2}


async def test_who_cancels_takes_their_ties_with_them(service: AttendeeService) -> None:
    conference = await service.conference()
    await service.register(conference, *(person(n, joined=True) for n in ("ada", "bob", "cyd")))
    await service.upload(conference, the_log())
    cancel = rpc.CancelRegistrationRequest(conference_id=conference, ticket="bob")
    assert (await service.call("CancelRegistration", cancel)).state == pb.ATTENDEE_STATE_CANCELLED
    assert (await service.call("CancelRegistration", cancel)).state == pb.ATTENDEE_STATE_CANCELLED
    last = {fact.key: fact for fact in await service.facts() if fact.kind == "TieChanged"}
    assert [(len(fact.message.tie.counts), fact.sequence) for fact in last.values()] == [(0, 2), (0, 2)]
    assert (await service.kinds())["AttendeeCancelled"] == 1
    assert not (await service.call("ListTies", rpc.ListTiesRequest(conference_id=conference))).ties


async def test_withdrawing_a_source_takes_its_ties_with_it(service: AttendeeService) -> None:
    conference = await service.conference()
    ada, bob = await service.register(conference, person("ada", joined=True), person("bob", joined=True))
    source = await service.upload(conference, the_log())
    counted = rpc.PairCount(actor_id=ada, target_id=bob, kind="review", month="2026-05", count=4)
    own = rpc.RecordInteractionsRequest(
        conference_id=conference, network="github", source_name="reviews",
        visibility=pb.VISIBILITY_PRIVATE, counts=[counted],
    )  # fmt: skip
    assert (await service.call("RecordInteractions", own)).ties_changed == 1
    await service.call("WithdrawSource", rpc.WithdrawSourceRequest(source_id=source.id))
    with pytest.raises(NotFound):
        await service.call("WithdrawSource", rpc.WithdrawSourceRequest(source_id=source.id))
    (tie,) = (await service.call("ListTies", rpc.ListTiesRequest(conference_id=conference, attendee_id=bob))).ties
    assert [(c.kind, c.a_to_b + c.b_to_a) for c in tie.counts] == [("review", 4)]
    (left,) = (await service.call("ListSources", rpc.ListSourcesRequest(conference_id=conference))).sources
    assert (left.name, left.interactions, left.ties) == ("reviews", 4, 1)
    assert (await service.kinds())["SourceWithdrawn"] == 1


async def test_pausing_and_telling_a_new_profile(service: AttendeeService) -> None:
    conference = await service.conference()
    ada, _ = await service.register(conference, person("ada", joined=True), person("bob"))
    assert (await service.call("PauseAttendee", rpc.PauseAttendeeRequest(attendee_id=ada))).state == (
        pb.ATTENDEE_STATE_PAUSED
    )
    told = rpc.UpdateProfileRequest(attendee_id=ada, interests=["Packaging "], handles=["irc:Ada_"], attention_budget=2)
    await service.call("UpdateProfile", told)
    found = await service.call("GetAttendee", rpc.GetAttendeeRequest(attendee_id=ada))
    assert (list(found.attendee.interests), found.attendee.attention_budget) == (["packaging"], 2)
    assert list(found.handles) == ["irc:ada_"]
    told.handles[:] = ["irc:bob"]
    with pytest.raises(Conflict, match="irc:bob is somebody else's") as error:
        await service.call("UpdateProfile", told)
    assert error.value.problems[0].field == "handles"


async def test_every_problem_of_a_request_is_reported_and_nothing_half_done(service: AttendeeService) -> None:
    conference = await service.conference()
    await service.register(conference, person("ada"))
    rows = [person("bob"), person("cyd", email="ADA@example.org"), person("dan", handles=["irc:bob"])]
    with pytest.raises(Invalid) as error:
        await service.register(conference, *rows)
    assert [(p.row, p.field) for p in error.value.problems] == [(1, "email"), (2, "handles")]
    assert "ada" in error.value.problems[0].message and "cyd" in error.value.problems[0].message
    page = await service.call("ListAttendees", rpc.ListAttendeesRequest(conference_id=conference))
    assert [a.ticket for a in page.attendees] == ["ada"]


async def test_an_unknown_conference_is_not_found_by_any_command_or_list(service: AttendeeService) -> None:
    for method, request in [
        ("RegisterAttendees", rpc.RegisterAttendeesRequest(conference_id=NOWHERE, registrations=[person("ada")])),
        ("JoinAttendees", join(NOWHERE, NOWHERE)),
        ("CancelRegistration", rpc.CancelRegistrationRequest(conference_id=NOWHERE, ticket="ada")),
        ("ListAttendees", rpc.ListAttendeesRequest(conference_id=NOWHERE)),
        ("ListSources", rpc.ListSourcesRequest(conference_id=NOWHERE)),
        ("ListTies", rpc.ListTiesRequest(conference_id=NOWHERE)),
    ]:
        with pytest.raises(NotFound):
            await service.call(method, request)
    with pytest.raises(NotFound):
        await service.upload(NOWHERE, the_log())


async def test_a_slug_is_given_once(service: AttendeeService) -> None:
    await service.conference()
    with pytest.raises(Conflict, match="tiny-conf"):
        await service.conference()
    found = await service.call("ListConferences", rpc.ListConferencesRequest())
    assert [c.slug for c in found.conferences] == ["tiny-conf"]


async def test_lists_come_in_pages_that_meet(service: AttendeeService) -> None:
    conference = await service.conference()
    ids = await service.register(conference, *(person(f"p{n}") for n in range(5)))
    seen, after = [], ""
    while True:
        request = rpc.ListAttendeesRequest(conference_id=conference, after=after, limit=2)
        page = await service.call("ListAttendees", request)
        seen += [a.id for a in page.attendees]
        after = page.next
        if not after:
            break
    assert seen == sorted(ids)
    with pytest.raises(Invalid, match="1000"):
        await service.call("ListAttendees", rpc.ListAttendeesRequest(conference_id=conference, limit=1_001))


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every statement sent on a connection of the pool; the relay's own is not one."""
    sent: list[str] = []
    for name in ("execute", "fetch", "fetchval", "fetchrow"):
        real = getattr(asyncpg.Connection, name)

        async def counted(self: Any, query: str, *args: Any, _real: Any = real, **kwargs: Any) -> Any:
            if self._proxy is not None:
                sent.append(query)
            return await _real(self, query, *args, **kwargs)

        monkeypatch.setattr(asyncpg.Connection, name, counted)
    return sent


async def test_twenty_thousand_registrations_take_as_many_statements_as_two(
    service: AttendeeService, statements: list[str]
) -> None:
    conference = await service.conference()
    statements.clear()
    await service.register(conference, person("ada", joined=True), person("bob", joined=True))
    few = len(statements)
    statements.clear()
    ids = await service.register(conference, *(person(f"t{n}", joined=True) for n in range(20_000)))
    assert len(set(ids)) == 20_000
    assert len(statements) == few <= 20
    assert await service.pool.fetchval("select count(*) from outbox") == 1 + 2 * 20_002


async def test_a_profile_change_takes_four_statements_and_its_share_of_seven(
    service: AttendeeService, statements: list[str]
) -> None:
    conference = await service.conference()
    [ada] = await service.register(conference, person("ada", joined=True))
    statements.clear()
    told = rpc.UpdateProfileRequest(attendee_id=ada, attention_budget=5, handles=["irc:ada"])
    await service.call("UpdateProfile", told)
    # A savepoint, the person, their handles, the change; and once for all commands of a transaction: begin, lock
    # time-out, request ids, outbox, replies, commit, reset of the connection.
    assert len(statements) == 4 + 7, "\n".join(statements)


async def test_ten_thousand_counts_take_as_many_statements_as_one(
    service: AttendeeService, statements: list[str]
) -> None:
    conference = await service.conference()
    ids = await service.register(conference, *(person(f"t{n}", joined=True) for n in range(201)))
    pairs = [(a, b) for a in ids[:100] for b in ids[101:]]

    def counts(some: list[tuple[str, str]]) -> rpc.RecordInteractionsRequest:
        return rpc.RecordInteractionsRequest(
            conference_id=conference, network="github", source_name="reviews", visibility=pb.VISIBILITY_PUBLIC,
            counts=[rpc.PairCount(actor_id=a, target_id=b, kind="review", count=1) for a, b in some],
        )  # fmt: skip

    await service.call("RecordInteractions", counts(pairs[:1]))
    statements.clear()
    await service.call("RecordInteractions", counts(pairs[:1]))
    few = len(statements)
    statements.clear()
    assert (await service.call("RecordInteractions", counts(pairs))).ties_changed == 10_000
    assert len(statements) == few <= 20
    assert await service.pool.fetchval("select sum(a_to_b + b_to_a) from tie_count") == 10_002
