"""A gRPC client of a service, for those who call one: deadlines, request ids, retries, and kit's errors back."""

import asyncio
import json
from pathlib import Path
from typing import Any

import grpc
from grpc import StatusCode

from services.kit import errors, telemetry, tls
from services.kit.errors import HallwayError, Problem
from services.kit.ids import new_id
from services.kit.rpc import MAX_MESSAGE, PROBLEMS, REQUEST_ID, STATUS


class Channel:
    """A client of one service: every call has a deadline and a request id, so that every call may be retried."""

    def __init__(self, target: str, tls_folder: Path | None = None) -> None:
        self.target = target
        # A service that is back is found at once; left to itself gRPC would wait up to two minutes.
        options = [("grpc.max_reconnect_backoff_ms", 2_000), ("grpc.max_metadata_size", 32 * 1024)]
        options += [("grpc.max_receive_message_length", MAX_MESSAGE)]
        if tls_folder:
            ca, cert, key = tls.read(tls_folder)
            self.grpc = grpc.aio.secure_channel(target, grpc.ssl_channel_credentials(ca, key, cert), options=options)
        else:
            self.grpc = grpc.aio.insecure_channel(target, options=options)

    async def call(
        self, method: Any, request: Any, *, timeout: float = 5.0, request_id: str | None = None, tries: int = 3
    ) -> Any:
        """Calls ``method`` (of a stub on ``self.grpc``); raises kit errors, Unavailable once ``tries`` are used up.
        ``request`` is a message or, for a streaming call, an asynchronous iterator (then give tries=1)."""
        request_id = request_id or str(new_id())
        with telemetry.span(type(request).__name__) as traceparent:
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
    kind = next((kind for kind, code in STATUS.items() if code == error.code()), errors.Unavailable)
    if kind is errors.Unavailable:
        return errors.Unavailable(f"{target} does not answer: {error.code().name}")
    problems = dict(error.trailing_metadata() or ()).get(PROBLEMS, "[]")
    return kind.told(error.details() or error.code().name, [Problem(*each) for each in json.loads(problems)])
