"""gRPC on the wire: commands take effect once, errors name the field, calls are bounded and traced."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from hallway.attendee.v1 import attendee_pb2 as pb
from hallway.attendee.v1 import service_pb2 as api
from hallway.attendee.v1 import service_pb2_grpc

from services.kit import errors, rpc
from services.kit.db import Connection, Pool
from services.kit.rpc import Server, command, question
from services.portal.api.channel import Channel
from tests.component.conftest import running
from tests.conftest import MakeDatabase


class Notes(service_pb2_grpc.AttendeeServiceServicer):
    """Writes a row a command."""

    def __init__(self, pool: Pool) -> None:
        self.pool = pool
        self.metadata: dict[str, Any] = {}

    async def CreateConference(self, request: api.CreateConferenceRequest, context: Any) -> pb.Conference:
        self.metadata = dict(context.invocation_metadata())

        async def work(tx: Connection) -> pb.Conference:
            if request.slug == "bad":
                raise errors.Invalid.all(
                    [errors.Problem("slug", "write it in lower case", 3), errors.Problem("name", "is missing")]
                )
            if request.slug == "many":
                raise errors.Invalid.all([errors.Problem("slug", "x" * 200, row) for row in range(1000)])
            if request.slug == "long":
                raise errors.Invalid.all([errors.Problem("slug", "語" * 1000, row) for row in range(1000)])
            if request.slug == "taken":
                raise errors.Conflict("slug", "another conference has it")
            row = await tx.fetchval("insert into note (text) values ($1) returning id", request.slug)
            return pb.Conference(id=str(row), slug=request.slug)

        return await command(self.pool, context, pb.Conference, work)

    async def PauseAttendee(self, request: api.PauseAttendeeRequest, context: Any) -> pb.Attendee:
        async def work(tx: Connection) -> pb.Attendee:
            return pb.Attendee(id="other")

        return await command(self.pool, context, pb.Attendee, work)

    async def GetAttendee(self, request: api.GetAttendeeRequest, context: Any) -> api.GetAttendeeResponse:
        async def work(tx: Connection) -> api.GetAttendeeResponse:
            if request.attendee_id == "write":
                await tx.execute("insert into note (text) values ('from a question')")
            if request.attendee_id == "slow":
                await asyncio.sleep(30)
            raise errors.NotFound("attendee", request.attendee_id)

        return await question(self.pool, context, work)


class World:
    def __init__(self, pool: Pool, notes: Notes, channel: Channel, port: int) -> None:
        self.pool, self.notes, self.channel, self.port = pool, notes, channel, port
        self.stub = service_pb2_grpc.AttendeeServiceStub(channel.grpc)

    async def create(self, slug: str, request_id: str | None = None) -> pb.Conference:
        request = api.CreateConferenceRequest(slug=slug)
        return await self.channel.call(self.stub.CreateConference, request, request_id=request_id)


@pytest.fixture
async def world(database: MakeDatabase) -> AsyncIterator[World]:
    pool = (await database("kit")).pool
    await pool.execute("create table note (id bigint generated always as identity, text text)")
    notes = Notes(pool)  # type: ignore[abstract]
    server = Server("127.0.0.1:0", [lambda s: service_pb2_grpc.add_AttendeeServiceServicer_to_server(notes, s)])
    async with running(server):
        channel = Channel(f"127.0.0.1:{server.port}")
        yield World(pool, notes, channel, server.port)
        await channel.close()


async def rows(world: World) -> int:
    return await world.pool.fetchval("select count(*) from note")


async def test_a_retry_under_the_same_request_id_changes_nothing_and_gets_the_first_reply(world: World) -> None:
    first = await world.create("a", "r1")
    assert await world.create("a", "r1") == first
    assert await rows(world) == 1
    assert (await world.create("a", "r2")).id != first.id


async def test_retries_that_arrive_together_take_effect_once(world: World) -> None:
    replies = await asyncio.gather(*(world.create("a", "together") for _ in range(8)))
    assert len({reply.id for reply in replies}) == 1
    assert await rows(world) == 1


async def test_a_request_id_of_another_command_is_refused(world: World) -> None:
    await world.create("a", "r1")
    with pytest.raises(errors.Conflict, match="used for another command"):
        await world.channel.call(world.stub.PauseAttendee, api.PauseAttendeeRequest(), request_id="r1")


async def test_a_failed_command_leaves_its_request_id_free(world: World) -> None:
    with pytest.raises(errors.Invalid):
        await world.create("bad", "r1")
    assert (await world.create("good", "r1")).slug == "good"


async def test_every_problem_of_a_request_reaches_the_caller_with_field_and_row(world: World) -> None:
    with pytest.raises(errors.Invalid) as caught:
        await world.create("bad")
    assert caught.value.problems == (
        errors.Problem("slug", "write it in lower case", 3),
        errors.Problem("name", "is missing"),
    )


async def test_more_problems_than_fit_are_cut_not_lost(world: World) -> None:
    with pytest.raises(errors.Invalid) as caught:
        await world.create("many")
    assert 5 < len(caught.value.problems) < 1000
    assert caught.value.problems[0] == errors.Problem("slug", "x" * 200, 0)


async def test_many_problems_with_a_long_message_in_any_script_still_fit(world: World) -> None:
    for _ in range(20):  # past its bound gRPC refuses some, past twice the bound all
        with pytest.raises(errors.Invalid, match="^語{1000}$") as caught:
            await world.create("long")
        assert caught.value.problems[0].field == "slug"


async def test_a_call_without_a_deadline_is_refused(world: World) -> None:
    with pytest.raises(grpc.aio.AioRpcError, match="needs a deadline") as refused:
        await world.stub.CreateConference(api.CreateConferenceRequest(slug="a"))
    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert await rows(world) == 0


async def test_a_call_with_too_late_a_deadline_is_bounded_by_the_service(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rpc, "MAX_SECONDS", 0.2)
    with pytest.raises(grpc.aio.AioRpcError) as ended:
        await world.stub.GetAttendee(api.GetAttendeeRequest(attendee_id="slow"), timeout=60)
    assert ended.value.code() is grpc.StatusCode.UNAVAILABLE


async def test_a_message_over_the_bound_is_refused(world: World) -> None:
    request = api.CreateConferenceRequest(slug="a", name="x" * rpc.MAX_MESSAGE)
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await world.stub.CreateConference(request, timeout=60)
    assert refused.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED


async def test_more_calls_at_once_than_the_bound_are_refused(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rpc, "MAX_CALLS", 2)
    notes = world.notes
    server = Server("127.0.0.1:0", [lambda s: service_pb2_grpc.add_AttendeeServiceServicer_to_server(notes, s)])
    async with running(server), grpc.aio.insecure_channel(f"127.0.0.1:{server.port}") as channel:
        stub = service_pb2_grpc.AttendeeServiceStub(channel)
        calls = [stub.GetAttendee(api.GetAttendeeRequest(attendee_id="slow"), timeout=60) for _ in range(3)]
        assert await next(asyncio.as_completed([call.code() for call in calls])) is grpc.StatusCode.RESOURCE_EXHAUSTED
        for call in calls:
            call.cancel()


async def test_conflict_and_not_found_keep_their_kind(world: World) -> None:
    with pytest.raises(errors.Conflict, match="another conference has it"):
        await world.create("taken")
    with pytest.raises(errors.NotFound, match="there is no attendee nobody"):
        await world.channel.call(world.stub.GetAttendee, api.GetAttendeeRequest(attendee_id="nobody"))


async def test_a_question_cannot_write(world: World) -> None:
    with pytest.raises(errors.HallwayError):
        await world.channel.call(world.stub.GetAttendee, api.GetAttendeeRequest(attendee_id="write"), tries=1)
    assert await rows(world) == 0


async def test_a_call_ends_at_its_deadline(world: World) -> None:
    request = api.GetAttendeeRequest(attendee_id="slow")
    with pytest.raises(errors.Unavailable, match="DEADLINE_EXCEEDED"):
        await world.channel.call(world.stub.GetAttendee, request, timeout=0.3)


async def test_a_service_that_is_not_there_is_unavailable() -> None:
    channel = Channel("127.0.0.1:1")
    stub = service_pb2_grpc.AttendeeServiceStub(channel.grpc)
    with pytest.raises(errors.Unavailable, match=r"127\.0\.0\.1:1 does not answer"):
        await channel.call(stub.GetAttendee, api.GetAttendeeRequest(), timeout=2)
    await channel.close()


async def test_a_taken_port_is_an_error_at_start(world: World) -> None:
    with pytest.raises(RuntimeError):
        await Server(f"127.0.0.1:{world.port}", []).start()


async def test_the_standard_health_service_answers(world: World) -> None:
    async with grpc.aio.insecure_channel(f"127.0.0.1:{world.port}") as channel:
        reply = await health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(), timeout=30)
    assert reply.status == health_pb2.HealthCheckResponse.SERVING


async def test_every_call_carries_a_request_id(world: World) -> None:
    await world.create("a")
    assert uuid.UUID(world.notes.metadata["x-request-id"]).version == 7
