"""gRPC: commands that take effect once, questions, errors that name the field, deadlines and traces on both sides."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeAlias, TypeVar

import asyncpg
import grpc
from google.protobuf.message import Message
from grpc import StatusCode
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from opentelemetry.trace import SpanKind

from services.kit import errors, failpoint, outbox, telemetry
from services.kit.db import TRANSIENT, Connection, Pool
from services.kit.errors import HallwayError, Problem
from services.kit.ids import new_id

MAX_MESSAGE = 32 * 1024 * 1024
MAX_SECONDS = 300.0  # an import; other callers set far less
REQUEST_ID = "x-request-id"
PROBLEMS = "hallway-problems-bin"
METADATA_BYTES = 6_000  # gRPC refuses more than 8 KiB of trailing metadata
STOP_SECONDS = 10.0

_STATUS: dict[type[HallwayError], StatusCode] = {
    errors.Invalid: StatusCode.INVALID_ARGUMENT,
    errors.NotFound: StatusCode.NOT_FOUND,
    errors.Conflict: StatusCode.FAILED_PRECONDITION,
    errors.Forbidden: StatusCode.PERMISSION_DENIED,
    errors.Unavailable: StatusCode.UNAVAILABLE,
}

Context: TypeAlias = Any  # grpc.aio.ServicerContext; grpcio ships no types
M = TypeVar("M", bound=Message)
T = TypeVar("T")
log = logging.getLogger(__name__)


async def command(pool: Pool, context: Context, reply_type: type[M], work: Callable[[Connection], Awaitable[M]]) -> M:
    """Runs ``work`` in one transaction, once for each request id: a retry gets the first reply."""
    request_id = _metadata(context).get(REQUEST_ID, "")
    try:
        if len(request_id) > 100:
            raise errors.Invalid(REQUEST_ID, "a request id has at most 100 characters")
        return await _retried(lambda: _once(pool, request_id, reply_type, work))
    except HallwayError as error:
        await _abort(context, error)
    except TRANSIENT as error:
        log.warning("command answered unavailable: %s: %s", type(error).__name__, error)
        await _abort(context, errors.Unavailable("the database does not answer now; try again"))
    raise AssertionError("abort raises")


async def _once(pool: Pool, request_id: str, reply_type: type[M], work: Callable[[Connection], Awaitable[M]]) -> M:
    name = reply_type.DESCRIPTOR.full_name
    async with pool.acquire(timeout=10) as tx, tx.transaction():
        if request_id and not await _claim(tx, request_id):
            earlier = await tx.fetchrow("select reply_type, reply from request where id = $1", request_id)
            if earlier is None or earlier["reply_type"] != name:
                raise errors.Conflict(REQUEST_ID, "this request id was used for another command; make a new one")
            return reply_type.FromString(earlier["reply"])
        reply = await work(tx)
        if request_id:
            await tx.execute(
                "update request set reply_type = $2, reply = $3 where id = $1",
                request_id, name, reply.SerializeToString(),
            )  # fmt: skip
    failpoint.reach("command.after_commit")
    outbox.announce()
    return reply


async def _claim(tx: Connection, request_id: str) -> bool:
    """True for the first to come; a second one waits here until the first has committed."""
    return bool(
        await tx.fetchval("insert into request (id) values ($1) on conflict do nothing returning true", request_id)
    )


async def _retried(work: Callable[[], Awaitable[T]], tries: int = 4) -> T:
    """Deadlocks and serialization failures are for the loser to try again."""
    for attempt in range(tries):
        try:
            return await work()
        except asyncpg.TransactionRollbackError:
            if attempt == tries - 1:
                raise
            await asyncio.sleep(0.01 * 2**attempt)
    raise AssertionError("unreachable")


async def question(pool: Pool, context: Context, work: Callable[[Connection], Awaitable[T]]) -> T:
    """Runs ``work`` in a read-only transaction."""
    try:
        async with pool.acquire(timeout=10) as tx, tx.transaction(readonly=True):
            return await work(tx)
    except HallwayError as error:
        await _abort(context, error)
    except TRANSIENT as error:
        log.warning("question answered unavailable: %s: %s", type(error).__name__, error)
        await _abort(context, errors.Unavailable("the database does not answer now; try again"))
    raise AssertionError("abort raises")


async def _abort(context: Context, error: HallwayError) -> None:
    told = [[p.field, p.message[:500], p.row] for p in error.problems]
    while len(packed := json.dumps(told).encode()) > METADATA_BYTES:
        told = told[: len(told) // 2]
    await context.abort(_STATUS[type(error)], error.message[:1000], ((PROBLEMS, packed),))


def _metadata(context: Context) -> dict[str, str]:
    return {key: value for key, value in context.invocation_metadata() or () if isinstance(value, str)}


class _Traces(grpc.aio.ServerInterceptor):
    """A server span for each call, a child of the caller's."""

    async def intercept_service(self, continuation: Any, details: grpc.HandlerCallDetails) -> Any:
        handler = await continuation(details)
        parent = dict(details.invocation_metadata).get("traceparent")
        if handler is None or parent is None:
            return handler
        name = str(details.method).lstrip("/")

        async def unary(request: Any, context: Context) -> Any:
            with telemetry.span(name, SpanKind.SERVER, str(parent)):
                return await (handler.unary_unary or handler.stream_unary)(request, context)

        return handler._replace(unary_unary=handler.unary_unary and unary, stream_unary=handler.stream_unary and unary)


class Server:
    """A Part: the gRPC server of a service, with the standard health service."""

    def __init__(self, listen: str, register: Sequence[Callable[[grpc.aio.Server], None]]) -> None:
        self._listen = listen
        self._register = register
        self._health = health.aio.HealthServicer()
        self.port = 0

    async def start(self) -> None:
        """Listens; ``port`` is then known, also when the setting said 0."""
        options = [
            ("grpc.max_receive_message_length", MAX_MESSAGE),
            ("grpc.so_reuseport", 0),  # a taken port must fail, not be shared
        ]
        self._server = grpc.aio.server(interceptors=[_Traces()], options=options, maximum_concurrent_rpcs=1_000)
        for register in self._register:
            register(self._server)
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)
        self.port = self._server.add_insecure_port(self._listen)
        await self._server.start()
        await self._health.set("", health_pb2.HealthCheckResponse.SERVING)

    async def stop(self) -> None:
        """Refuses new calls, waits for those under way."""
        await self._health.enter_graceful_shutdown()
        await self._server.stop(STOP_SECONDS)

    def problem(self) -> str | None:
        """Always None: a server that listens has no other state."""
        return None


class Channel:
    """A client of one service: every call has a deadline and a request id, so that every call may be retried."""

    def __init__(self, target: str) -> None:
        self.target = target
        options = [("grpc.max_receive_message_length", MAX_MESSAGE), ("grpc.max_send_message_length", MAX_MESSAGE)]
        self.grpc = grpc.aio.insecure_channel(target, options=options)

    async def call(
        self, method: Any, request: Any, *, timeout: float = 5.0, request_id: str | None = None, tries: int = 3
    ) -> Any:
        """Calls ``method`` (of a stub on ``self.grpc``); raises kit errors, Unavailable once ``tries`` are used up.

        ``request`` is a message or, for a streaming call, an asynchronous iterator (then give tries=1)."""
        request_id = request_id or str(new_id())
        with telemetry.span(type(request).__name__, SpanKind.CLIENT) as traceparent:
            metadata = [(REQUEST_ID, request_id)] + ([("traceparent", traceparent)] if traceparent else [])
            for attempt in range(1, tries + 1):
                try:
                    return await method(request, timeout=timeout, metadata=metadata)
                except grpc.aio.AioRpcError as error:
                    if error.code() != StatusCode.UNAVAILABLE or attempt == tries:
                        raise _error(error, self.target) from None
                    await asyncio.sleep(0.05 * 4**attempt)
        raise AssertionError("unreachable")

    async def close(self) -> None:
        """Closes the connection."""
        await self.grpc.close()


def _error(error: grpc.aio.AioRpcError, target: str) -> HallwayError:
    message = error.details() or str(error.code())
    kinds = {code: kind for kind, code in _STATUS.items()}
    kind = kinds.get(error.code())
    if kind is None or kind is errors.Unavailable:
        return errors.Unavailable(f"{target} does not answer: {error.code().name}")
    result: HallwayError = kind.__new__(kind)
    HallwayError.__init__(result, message, _problems(error))
    return result


def _problems(error: grpc.aio.AioRpcError) -> list[Problem]:
    for key, value in error.trailing_metadata() or ():
        if key == PROBLEMS:
            return [Problem(*problem) for problem in json.loads(value)]
    return []
