"""Spans name what happened; nothing in them quotes a path, a token or a person."""

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind

from services.kit import telemetry

SECRET = "Zora Secret"


@pytest.fixture
def exporter(monkeypatch: pytest.MonkeyPatch) -> InMemorySpanExporter:
    kept = InMemorySpanExporter()
    made: list[TracerProvider] = []
    monkeypatch.setattr(telemetry, "OTLPSpanExporter", lambda **_: kept)
    monkeypatch.setattr(trace, "set_tracer_provider", made.append)
    telemetry.configure("tiny", "http://127.0.0.1:1")
    monkeypatch.setattr(trace, "get_tracer", made[0].get_tracer)
    kept.flush = made[0].force_flush  # type: ignore[attr-defined]
    return kept


def test_a_span_that_fails_tells_the_kind_of_error_and_not_its_words(exporter: InMemorySpanExporter) -> None:
    with pytest.raises(ValueError, match=SECRET), telemetry.span("work", SpanKind.SERVER):
        raise ValueError(f"it was {SECRET}")
    exporter.flush()  # type: ignore[attr-defined]
    [span] = exporter.get_finished_spans()
    assert span.status.description == "ValueError"
    assert SECRET not in span.to_json()


def test_a_library_that_notes_paths_in_spans_notes_them_for_nobody(exporter: InMemorySpanExporter) -> None:
    tracer = trace.get_tracer("a library")
    with tracer.start_as_current_span("GET /sign-in", attributes={"url.query": SECRET}) as span:
        span.set_attribute("url.path", SECRET)
    exporter.flush()  # type: ignore[attr-defined]
    [exported] = exporter.get_finished_spans()
    assert SECRET not in exported.to_json()
