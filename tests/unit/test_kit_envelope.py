"""The envelope: CloudEvents headers both ways, and whatever else a record may hold."""

import uuid
from datetime import UTC, datetime

import pytest
from hallway.attendee.v1.events_pb2 import ConferenceCreated

from services.kit import envelope
from services.kit.errors import Poison

TYPES = {"hallway.attendee.v1.ConferenceCreated": ConferenceCreated}


def event() -> envelope.Event:
    message = ConferenceCreated()
    message.conference.name = "Grüezi"
    return envelope.Event(
        uuid.UUID(int=7), "hallway.attendee.v1.ConferenceCreated", "c1", 3,
        datetime(2026, 11, 23, 10, tzinfo=UTC), message, "00-" + "a" * 32 + "-" + "b" * 16 + "-01",
    )  # fmt: skip


def test_an_event_survives_the_way_through_headers_and_value() -> None:
    sent = event()
    headers: list[tuple[str, bytes | None]] = [*envelope.headers(sent, "attendee")]
    assert envelope.decode(envelope.text_headers(headers), sent.message.SerializeToString(), TYPES) == sent


def test_header_values_are_bytes_of_plain_text() -> None:
    assert dict(envelope.headers(event(), "attendee")) == {
        "ce_specversion": b"1.0",
        "ce_id": b"00000000-0000-0000-0000-000000000007",
        "ce_type": b"hallway.attendee.v1.ConferenceCreated",
        "ce_source": b"/hallway/attendee",
        "ce_subject": b"c1",
        "ce_time": b"2026-11-23T10:00:00+00:00",
        "ce_sequence": b"3",
        "content-type": b"application/protobuf",
        "traceparent": b"00-" + b"a" * 32 + b"-" + b"b" * 16 + b"-01",
    }


@pytest.mark.parametrize("missing", ["ce_id", "ce_type", "ce_subject", "ce_sequence", "ce_time"])
def test_a_record_without_one_of_the_facts_is_poison(missing: str) -> None:
    headers: list[tuple[str, bytes | None]] = [h for h in envelope.headers(event(), "attendee") if h[0] != missing]
    with pytest.raises(Poison, match=missing):
        envelope.decode(envelope.text_headers(headers), b"", TYPES)


@pytest.mark.parametrize(
    ("name", "value"),
    [("ce_id", b"7"), ("ce_sequence", b"x"), ("ce_time", b"noon"), ("ce_id", None), ("ce_id", b"\xff")],
)
def test_a_record_with_an_unreadable_fact_is_poison(name: str, value: bytes | None) -> None:
    headers = [(n, value if n == name else v) for n, v in envelope.headers(event(), "attendee")]
    with pytest.raises(Poison):
        envelope.decode(envelope.text_headers(headers), b"", TYPES)


def test_the_name_of_an_unknown_type_is_not_repeated() -> None:
    headers = [(n, b"Zora Secret" if n == "ce_type" else v) for n, v in envelope.headers(event(), "attendee")]
    with pytest.raises(Poison, match="its type is none that is handled here"):
        envelope.decode(envelope.text_headers(headers), b"", TYPES)


def test_a_value_that_is_no_message_is_poison() -> None:
    headers: list[tuple[str, bytes | None]] = [*envelope.headers(event(), "attendee")]
    with pytest.raises(Poison, match="not readable"):
        envelope.decode(envelope.text_headers(headers), b"\xff\xff\xff", TYPES)
