"""CloudEvents 1.0 in binary mode: an event's facts in Kafka headers, its protobuf message as the value."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from google.protobuf.message import DecodeError, Message

from services.kit.errors import Poison
from services.kit.ids import read_id

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
    traced = [("traceparent", event.traceparent.encode())] if event.traceparent else []
    return [
        ("ce_specversion", b"1.0"), ("ce_id", str(event.id).encode()), ("ce_type", event.type.encode()),
        ("ce_source", b"/hallway/" + source.encode()), ("ce_subject", event.key.encode()),
        ("ce_time", event.time.isoformat().encode()), ("ce_sequence", b"%d" % event.sequence),
        ("content-type", b"application/protobuf"), *traced,
    ]  # fmt: skip


def text_headers(pairs: Headers) -> dict[str, str]:
    """Headers as text that PostgreSQL takes, whatever they hold: hostile records must reach the dead letters."""
    return {name.replace("\0", ""): (raw or b"").decode("utf-8", "replace").replace("\0", "") for name, raw in pairs}


def decode(text: Mapping[str, str], value: bytes | None, messages: Mapping[str, type[Message]]) -> Event:
    """Reads a record of a type in ``messages``, by its headers as text; raises Poison saying what is wrong with it."""
    try:
        return Event(
            read_id(text["ce_id"]), text["ce_type"], text["ce_subject"], int(text["ce_sequence"]),
            datetime.fromisoformat(text["ce_time"]), messages[text["ce_type"]].FromString(value or b""),
            text.get("traceparent"),
        )  # fmt: skip
    except KeyError as missing:
        unknown = missing.args[0] == text.get("ce_type")  # a stranger's words, kept with the letter alone
        raise Poison("its type is none that is handled here" if unknown else f"header missing: {missing}") from None
    except (ValueError, DecodeError) as error:
        raise Poison(f"not readable: {type(error).__name__}") from None
