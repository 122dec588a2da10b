"""gRPC: commands that take effect once, questions, errors that name the field, deadlines and traces on both sides."""

import asyncio
import contextvars
import json
import logging
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias, TypeVar, cast

import asyncpg
import grpc
from google.protobuf.message import Message
from grpc import StatusCode
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from opentelemetry.trace import SpanKind

from services.kit import errors, failpoint, outbox, telemetry, tls
from services.kit.db import TRANSIENT, Connection, Pool
from services.kit.errors import HallwayError, describe
from services.kit.ids import new_id

MAX_MESSAGE = 32 * 1024 * 1024
MAX_CALLS = 1_000  # at once; more are refused
MAX_SECONDS = 300.0  # an import; other callers set far less
REQUEST_ID = "x-request-id"
PROBLEMS = "hallway-problems-bin"
METADATA_BYTES = 6_000  # beside a message of at most 12,000: a Channel takes 32 KiB, gRPC itself 8
TRIES = 4
AT_ONCE = 32  # the first waits for the last; below the 64 subtransactions that PostgreSQL keeps in memory
PATIENCE = "100ms"  # one that waits for others' locks shall not hold up those beside it
_CLAIM = "insert into request (id) select unnest($1::text[]) as id order by id on conflict do nothing returning id"
_EARLIER = "select id, reply_type, reply from request where id = any($1::text[])"
_KEEP = """
    with done as (select * from unnest($1::text[], $2::text[], $3::bytea[]) as done (name, type, answer)),
         refused as (delete from request using done where id = name and answer is null)
    update request set reply_type = type, reply = answer from done where id = name and answer is not null
"""

STATUS: dict[type[HallwayError], StatusCode] = {
    errors.Invalid: StatusCode.INVALID_ARGUMENT, errors.NotFound: StatusCode.NOT_FOUND,
    errors.Conflict: StatusCode.FAILED_PRECONDITION, errors.Forbidden: StatusCode.PERMISSION_DENIED,
    errors.Unavailable: StatusCode.UNAVAILABLE,
}  # fmt: skip

Context: TypeAlias = Any  # grpc.aio.ServicerContext; grpcio ships no types
M = TypeVar("M", bound=Message)
T = TypeVar("T")
Work: TypeAlias = Callable[[Connection], Coroutine[Any, Any, T]]
log = logging.getLogger(__name__)
_under_way: "dict[Pool, tuple[deque[Command], asyncio.Task[None]]]" = {}  # what waits for a pool, and who works it off


async def command(pool: Pool, context: Context, reply_type: type[M], work: Work[M], *, alone: bool = False) -> M:
    """Runs ``work`` in a transaction, once for each request id: a retry gets the first reply. The transaction is
    shared with commands that arrive beside it, unless it is to run ``alone``: one that takes long or locks much."""
    request_id = str(dict(context.invocation_metadata() or ()).get(REQUEST_ID) or new_id())
    if len(request_id) > 100:
        await _abort(context, errors.Invalid(REQUEST_ID, "a request id has at most 100 characters"))
    given = Command(request_id, reply_type, work)
    if alone or not await commit_with_others(pool, given):
        await _answer(pool, context, lambda tx: carry_out(tx, [given]))
    if isinstance(given.outcome, HallwayError):
        await _abort(context, given.outcome)
    if isinstance(given.outcome, Exception):
        raise given.outcome
    failpoint.reach("command.after_commit")
    outbox.announce()
    return cast(M, given.outcome)


async def question(pool: Pool, context: Context, work: Work[T]) -> T:
    """Runs ``work`` in a read-only transaction."""
    return await _answer(pool, context, work, readonly=True)


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
    await context.abort(STATUS[type(error)], error.message[:1000], ((PROBLEMS, packed),))


@dataclass(eq=False, slots=True)
class Command:
    """A command under way; ``outcome`` is its reply or what it raised, None while it was not carried out."""

    request_id: str
    reply_type: type[Message]
    work: "Work[Message]"
    outcome: Message | Exception | None = None
    context: contextvars.Context = field(default_factory=contextvars.copy_context)  # of its call, for traces
    committed: asyncio.Future[bool] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


async def carry_out(tx: Connection, commands: Sequence[Command], patience: str = "0") -> None:
    """Sets outcomes, in order. A refused command leaves nothing in ``tx``; an error that may pass, as when a lock was
    waited for longer than ``patience``, is raised: then nothing is to be committed. Request ids are different."""
    await tx.execute(f"set local lock_timeout = '{patience}'")
    named = {command.request_id: command for command in commands}
    # Of several transactions with an id one inserts it; the others wait here until it has ended.
    fresh = {row["id"] for row in await tx.fetch(_CLAIM, [*named])}
    for row in await tx.fetch(_EARLIER, [*(named.keys() - fresh)]) if len(fresh) < len(named) else ():
        kind, told = named[row["id"]].reply_type, "this request id was used for another command; make a new one"
        same = row["reply_type"] == kind.DESCRIPTOR.full_name
        named[row["id"]].outcome = kind.FromString(row["reply"]) if same else errors.Conflict(REQUEST_ID, told)
    events, kept = list[outbox.Row](), list[tuple[str, str, bytes | None]]()
    for command in (command for command in commands if command.request_id in fresh):
        await tx.execute("release savepoint command; savepoint command" if kept else "savepoint command")
        own: list[outbox.Row] = []
        command.context.run(outbox.later.set, own)
        try:
            reply = await asyncio.create_task(command.work(tx), context=command.context)
            command.outcome, packed = reply, reply.SerializeToString()
            events += own
        except TRANSIENT:
            raise
        except Exception as error:
            command.outcome, packed = error, None
            await tx.execute("rollback to savepoint command")
        kept.append((command.request_id, command.reply_type.DESCRIPTOR.full_name, packed))
    await outbox.write(tx, events)
    if kept:
        await tx.execute(_KEEP, *map(list, zip(*kept, strict=True)))


async def commit_with_others(pool: Pool, command: Command) -> bool:
    """Carries out what waits, batch after batch; True once ``command`` was, False when it is to go by itself."""
    if pool not in _under_way:
        waiting = deque[Command]()
        _under_way[pool] = waiting, asyncio.create_task(_work(pool, waiting))
    _under_way[pool][0].append(command)
    return await command.committed


async def _work(pool: Pool, waiting: deque[Command]) -> None:
    while waiting:
        batch, committed = dict[str, Command](), False
        while waiting and len(batch) < AT_ONCE and waiting[0].request_id not in batch:
            if not (command := waiting.popleft()).committed.done():  # else its caller has gone
                batch[command.request_id] = command
        try:
            async with pool.acquire(timeout=10) as tx, tx.transaction():
                await carry_out(tx, [*batch.values()], PATIENCE)
            committed = True
        except Exception as error:  # a lock, a deadlock, a lost connection: each goes by itself, and hears its own
            log.warning("%d command(s) go each by itself: %s", len(batch), describe(error))
        for command in batch.values():
            if not command.committed.done():
                command.committed.set_result(committed)
    del _under_way[pool]


class _Calls(grpc.aio.ServerInterceptor):
    """Each call has a deadline, and a server span that is a child of the caller's."""

    async def intercept_service(self, continuation: Any, details: grpc.HandlerCallDetails) -> Any:
        handler = await continuation(details)
        parent = dict(details.invocation_metadata).get("traceparent")
        if handler is None:
            return None

        async def unary(request: Any, context: Context) -> Any:
            if context.time_remaining() is None:
                await context.abort(StatusCode.INVALID_ARGUMENT, "a call needs a deadline; set one")
            with telemetry.span(str(details.method)[1:], SpanKind.SERVER, parent):
                return await (handler.unary_unary or handler.stream_unary)(request, context)

        return handler._replace(unary_unary=handler.unary_unary and unary, stream_unary=handler.stream_unary and unary)


class Server:
    """A Part: the gRPC server of a service, with the standard health service."""

    def __init__(self, listen: str, register: Sequence[Callable[[Any], None]], tls_folder: Path | None = None) -> None:
        self._listen, self._register, self._tls, self.port = listen, register, tls_folder, 0
        self._health = health.aio.HealthServicer()

    async def start(self) -> None:
        """Listens; ``port`` is then known, also when the setting said 0."""
        options = [("grpc.max_receive_message_length", MAX_MESSAGE), ("grpc.so_reuseport", 0)]  # a taken port must fail
        self._server = grpc.aio.server(interceptors=[_Calls()], options=options, maximum_concurrent_rpcs=MAX_CALLS)
        for register in self._register:
            register(self._server)
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)
        self.port = tls.listen(self._server, self._listen, self._tls)
        await self._server.start()
        await self._health.set("", health_pb2.HealthCheckResponse.SERVING)

    async def stop(self) -> None:
        await self._health.enter_graceful_shutdown()
        await self._server.stop(grace=10)

    def problem(self) -> None:
        """Always None: a server that listens has no other state."""
