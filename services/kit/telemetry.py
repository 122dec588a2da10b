"""Traces: one trace from HTTP through gRPC, outbox row and Kafka header to the last handler (W3C trace context)."""

from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanKind
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

_W3C = TraceContextTextMapPropagator()
_provider: TracerProvider | None = None


def configure(service: str, otlp_endpoint: str | None) -> None:
    """Sends spans to an OpenTelemetry collector; without an endpoint contexts are passed on, nothing is recorded."""
    global _provider
    if otlp_endpoint and _provider is None:
        _provider = TracerProvider(resource=Resource.create({"service.name": f"hallway-{service}"}))
        exporter = OTLPSpanExporter(endpoint=otlp_endpoint, insecure=otlp_endpoint.startswith("http://"))
        _provider.add_span_processor(BatchSpanProcessor(exporter, schedule_delay_millis=500))
        trace.set_tracer_provider(_provider)


def shutdown() -> None:
    """Sends the spans not sent yet."""
    if _provider is not None:
        _provider.shutdown()


def current_traceparent() -> str | None:
    """The traceparent of the running span, or of the remote one it stands for."""
    carrier: dict[str, str] = {}
    _W3C.inject(carrier)
    return carrier.get("traceparent")


def _context(traceparent: str | None) -> Context | None:
    return _W3C.extract({"traceparent": traceparent}) if traceparent else None


@contextmanager
def span(name: str, kind: SpanKind, parent: str | None = None) -> Iterator[str | None]:
    """Runs a block in a span, a child of ``parent`` (a traceparent) or of the running one; yields its traceparent."""
    tracer = trace.get_tracer("hallway")
    with tracer.start_as_current_span(name, context=_context(parent), kind=kind):
        yield current_traceparent()


class HttpTraces:
    """ASGI middleware: a server span for each HTTP request, a child of the caller's traceparent."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        headers = dict(scope.get("headers", ()))
        # A stream of events lasts as long as its page: a span would tell nothing.
        if scope["type"] != "http" or headers.get(b"accept") == b"text/event-stream":
            await self._app(scope, receive, send)
            return
        parent = headers.get(b"traceparent", b"").decode("latin-1") or None
        # The path holds ids and tokens; the method alone is safe to record before a route is known.
        with span(f"HTTP {scope['method']}", SpanKind.SERVER, parent):
            await self._app(scope, receive, send)
