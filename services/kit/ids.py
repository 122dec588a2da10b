"""Identifiers: UUID version 7 (RFC 9562), which sort by the time they were made."""

import uuid

import uuid_utils.compat

from services.kit.errors import Invalid


def new_id() -> uuid.UUID:
    """A fresh UUIDv7."""
    return uuid_utils.compat.uuid7()


def parse_id(text: str, field: str) -> uuid.UUID:
    """Reads a UUID that came from outside; raises Invalid naming ``field``."""
    try:
        return uuid.UUID(text)
    except ValueError:
        raise Invalid(field, f"{field} is not a UUID; give the id as it was handed out") from None
