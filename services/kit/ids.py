"""Identifiers: UUID version 7 (RFC 9562), which sort by the time they were made."""

import uuid

import uuid_utils.compat
from asyncpg.pgproto import pgproto

from services.kit.errors import Invalid

new_id = uuid_utils.compat.uuid7


def read_id(text: str) -> uuid.UUID:
    """Reads a UUID; raises ValueError. A tenth of the time that uuid.UUID takes, to read it and wherever it goes."""
    return pgproto.UUID(text)


def parse_id(text: str, field: str) -> uuid.UUID:
    """Reads a UUID that came from outside; raises Invalid naming ``field``."""
    try:
        return read_id(text)
    except ValueError:
        raise Invalid(field, f"{field} is not a UUID; give the id as it was handed out") from None
