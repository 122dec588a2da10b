"""Traces: one trace from HTTP through gRPC, outbox row and Kafka header to the last handler (W3C trace context)."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanLimits, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanKind, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from services.kit.errors import describe

_W3C = TraceContextTextMapPropagator()
_passing: ContextVar[str | None] = ContextVar("passing", default=None)  # the traceparent, where nothing is recorded


def configure(service: str, otlp_endpoint: str | None) -> None:
    """Sends spans to an OpenTelemetry collector; without an endpoint contexts are passed on, nothing is recorded."""
    if not otlp_endpoint:
        return
    # Libraries note paths and errors' words in attributes and events, and those may hold tokens and a person's data.
    bare = SpanLimits(max_span_attributes=0, max_events=0)
    provider = TracerProvider(resource=Resource.create({"service.name": f"hallway-{service}"}), span_limits=bare)
    exporter = OTLPSpanExporter(endpoint=otlp_endpoint, insecure=otlp_endpoint.startswith("http://"))
    provider.add_span_processor(BatchSpanProcessor(exporter, schedule_delay_millis=500))
    trace.set_tracer_provider(provider)  # sends what is left when the process exits


@contextmanager
def span(name: str, kind: SpanKind = SpanKind.CLIENT, parent: str | None = None) -> Iterator[str | None]:
    """Runs a block in a span, a child of ``parent`` (a traceparent) or of the running one; yields its traceparent."""
    tracer = trace.get_tracer("hallway")
    if isinstance(tracer, trace.ProxyTracer):  # nothing is recorded here
        token = _passing.set(parent or _passing.get())
        try:
            yield _passing.get()
        finally:
            _passing.reset(token)
        return
    context = _W3C.extract({"traceparent": parent}) if parent else None
    with tracer.start_as_current_span(name, context=context, kind=kind, set_status_on_exception=False) as running:
        carrier: dict[str, str] = {}
        _W3C.inject(carrier)
        try:
            yield carrier.get("traceparent")
        except Exception as error:
            running.set_status(StatusCode.ERROR, describe(error))
            raise
