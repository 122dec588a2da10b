"""CloudEvents 1.0 in binary mode: an event's facts in Kafka headers, its protobuf message as the value."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from google.protobuf.message import DecodeError, Message

from services.kit.errors import Poison

Headers = Sequence[tuple[str, bytes | None]]


@dataclass(frozen=True, slots=True)
class Event:
    """An event as a handler sees it; ``sequence`` is the version of the aggregate ``key``."""

    id: uuid.UUID
    type: str
    key: str
    sequence: int
    time: datetime
    message: Any
    traceparent: str | None = None


def headers(event: Event, source: str) -> list[tuple[str, bytes]]:
    """The Kafka headers of an event; ``source`` is the owning service."""
    pairs = {
        "ce_specversion": "1.0",
        "ce_id": str(event.id),
        "ce_type": event.type,
        "ce_source": f"/hallway/{source}",
        "ce_subject": event.key,
        "ce_time": event.time.isoformat(),
        "ce_sequence": str(event.sequence),
        "content-type": "application/protobuf",
    } | ({"traceparent": event.traceparent} if event.traceparent else {})
    return [(name, value.encode()) for name, value in pairs.items()]


def text_headers(pairs: Headers) -> dict[str, str]:
    """Headers as text that PostgreSQL takes, whatever they hold: hostile records must reach the dead letters."""
    texts = {name: (value or b"").decode("utf-8", "replace") for name, value in pairs}
    return {name.replace("\0", ""): text.replace("\0", "") for name, text in texts.items()}


def decode(pairs: Headers, value: bytes | None, messages: Mapping[str, type[Message]]) -> Event:
    """Reads a record of a type in ``messages``; raises Poison saying what is wrong with it."""
    text = text_headers(pairs)
    try:
        return Event(
            id=uuid.UUID(text["ce_id"]),
            type=text["ce_type"],
            key=text["ce_subject"],
            sequence=int(text["ce_sequence"]),
            time=datetime.fromisoformat(text["ce_time"]),
            message=messages[text["ce_type"]].FromString(value or b""),
            traceparent=text.get("traceparent"),
        )
    except KeyError as missing:
        raise Poison(f"header or type missing: {missing}") from None
    except (ValueError, DecodeError) as error:
        raise Poison(f"not readable: {type(error).__name__}") from None
