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
from services.kit.errors import HallwayError, Problem, describe
from services.kit.ids import new_id

MAX_MESSAGE = 32 * 1024 * 1024
MAX_SECONDS = 300.0  # an import; other callers set far less
REQUEST_ID = "x-request-id"
PROBLEMS = "hallway-problems-bin"
METADATA_BYTES = 6_000  # beside a message of at most 12,000: a Channel takes 32 KiB, gRPC itself 8
TRIES = 4

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
Work: TypeAlias = Callable[[Connection], Awaitable[T]]
log = logging.getLogger(__name__)


async def command(pool: Pool, context: Context, reply_type: type[M], work: Work[M]) -> M:
    """Runs ``work`` in one transaction, once for each request id: a retry gets the first reply."""
    request_id = str(dict(context.invocation_metadata() or ()).get(REQUEST_ID, ""))
    reply = await _answer(pool, context, lambda tx: _once(tx, request_id, reply_type, work))
    failpoint.reach("command.after_commit")
    outbox.announce()
    return reply


async def question(pool: Pool, context: Context, work: Work[T]) -> T:
    """Runs ``work`` in a read-only transaction."""
    return await _answer(pool, context, work, readonly=True)


async def _once(tx: Connection, request_id: str, reply_type: type[M], work: Work[M]) -> M:
    if not request_id:
        return await work(tx)
    if len(request_id) > 100:
        raise errors.Invalid(REQUEST_ID, "a request id has at most 100 characters")
    name = reply_type.DESCRIPTOR.full_name
    # Of several that come together one inserts; the others wait here until it has committed.
    claim = "insert into request (id) values ($1) on conflict do nothing returning true"
    if not await tx.fetchval(claim, request_id):
        earlier = await tx.fetchrow("select reply_type, reply from request where id = $1", request_id)
        if earlier is None or earlier["reply_type"] != name:
            raise errors.Conflict(REQUEST_ID, "this request id was used for another command; make a new one")
        return reply_type.FromString(earlier["reply"])
    reply = await work(tx)
    keep = "update request set reply_type = $2, reply = $3 where id = $1"
    await tx.execute(keep, request_id, name, reply.SerializeToString())
    return reply


async def _answer(pool: Pool, context: Context, work: Work[T], readonly: bool = False) -> T:
    """What ``work`` returns, or the status of its error. The loser of a deadlock tries again."""
    for attempt in range(1, TRIES + 1):
        try:
            async with asyncio.timeout(MAX_SECONDS), pool.acquire(timeout=10) as tx, tx.transaction(readonly=readonly):
                return await work(tx)
        except HallwayError as error:
            await _abort(context, error)
        except TRANSIENT as error:
            if not isinstance(error, asyncpg.TransactionRollbackError) or attempt == TRIES:
                log.warning("a call was answered unavailable: %s", describe(error))
                await _abort(context, errors.Unavailable("the database does not answer now; try again"))
            await asyncio.sleep(0.005 * 2**attempt)
    raise AssertionError("abort raises")


async def _abort(context: Context, error: HallwayError) -> None:
    told = [[p.field, p.message[:500], p.row] for p in error.problems]
    while len(packed := json.dumps(told).encode()) > METADATA_BYTES:
        told = told[: len(told) // 2]
    await context.abort(_STATUS[type(error)], error.message[:1000], ((PROBLEMS, packed),))


class _Traces(grpc.aio.ServerInterceptor):
    """A server span for each call, a child of the caller's."""

    async def intercept_service(self, continuation: Any, details: grpc.HandlerCallDetails) -> Any:
        handler = await continuation(details)
        parent = dict(details.invocation_metadata).get("traceparent")
        if handler is None or parent is None:
            return handler

        async def unary(request: Any, context: Context) -> Any:
            with telemetry.span(str(details.method).lstrip("/"), SpanKind.SERVER, str(parent)):
                return await (handler.unary_unary or handler.stream_unary)(request, context)

        return handler._replace(unary_unary=handler.unary_unary and unary, stream_unary=handler.stream_unary and unary)


class Server:
    """A Part: the gRPC server of a service, with the standard health service."""

    def __init__(self, listen: str, register: Sequence[Callable[[grpc.aio.Server], None]]) -> None:
        self._listen, self._register, self.port = listen, register, 0
        self._health = health.aio.HealthServicer()

    async def start(self) -> None:
        """Listens; ``port`` is then known, also when the setting said 0."""
        options = [("grpc.max_receive_message_length", MAX_MESSAGE), ("grpc.so_reuseport", 0)]  # a taken port must fail
        self._server = grpc.aio.server(interceptors=[_Traces()], options=options, maximum_concurrent_rpcs=1_000)
        for register in self._register:
            register(self._server)
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)
        self.port = self._server.add_insecure_port(self._listen)
        await self._server.start()
        await self._health.set("", health_pb2.HealthCheckResponse.SERVING)

    async def stop(self) -> None:
        await self._health.enter_graceful_shutdown()
        await self._server.stop(grace=10)

    def problem(self) -> None:
        """Always None: a server that listens has no other state."""


class Channel:
    """A client of one service: every call has a deadline and a request id, so that every call may be retried."""

    def __init__(self, target: str) -> None:
        self.target = target
        # A service that is back is found at once; left to itself gRPC would wait up to two minutes.
        options = [("grpc.max_reconnect_backoff_ms", 2_000), ("grpc.max_metadata_size", 32 * 1024)]
        options += [("grpc.max_receive_message_length", MAX_MESSAGE)]
        self.grpc = grpc.aio.insecure_channel(target, options=options)

    async def call(
        self, method: Any, request: Any, *, timeout: float = 5.0, request_id: str | None = None, tries: int = 3
    ) -> Any:
        """Calls ``method`` (of a stub on ``self.grpc``); raises kit errors, Unavailable once ``tries`` are used up.
        ``request`` is a message or, for a streaming call, an asynchronous iterator (then give tries=1)."""
        request_id = request_id or str(new_id())
        with telemetry.span(type(request).__name__, SpanKind.CLIENT) as traceparent:
            metadata = [(REQUEST_ID, request_id)] + ([("traceparent", traceparent)] if traceparent else [])
            for left in reversed(range(tries)):
                try:
                    return await method(request, timeout=timeout, metadata=metadata)
                except grpc.aio.AioRpcError as error:
                    if error.code() != StatusCode.UNAVAILABLE or not left:
                        raise _error(error, self.target) from None
                    await asyncio.sleep(0.8 / 4 ** (left - 1))

    async def close(self) -> None:
        await self.grpc.close()


def _error(error: grpc.aio.AioRpcError, target: str) -> HallwayError:
    kind = next((kind for kind, code in _STATUS.items() if code == error.code()), errors.Unavailable)
    if kind is errors.Unavailable:
        return errors.Unavailable(f"{target} does not answer: {error.code().name}")
    problems = dict(error.trailing_metadata() or ()).get(PROBLEMS, "[]")
    return kind.told(error.details() or error.code().name, [Problem(*each) for each in json.loads(problems)])
