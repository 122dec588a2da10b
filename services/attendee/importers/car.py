"""CAR: the blocks of an AT Protocol repository one by one, each DAG-CBOR of bounded size.

libipld reads a CAR only as a whole in memory; here it decodes single blocks. Whether a block hashes to its id, or is
still in the repository's tree, is not looked at.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import libipld

from services.attendee.importers.interaction import ImportFailed
from services.attendee.importers.reading import Reader

MAX_BLOCK = 1024 * 1024


def blocks(chunks: Iterable[bytes], file: str) -> Iterator[Any]:
    """The value of every block. Raises ImportFailed when the file is no CAR, or cut off."""
    reader = Reader(chunks)
    try:
        header = _section(reader)
        if not isinstance(libipld.decode_dag_cbor(header or b""), dict):
            raise ValueError
        while (section := _section(reader)) is not None:
            yield libipld.decode_dag_cbor(section[_id_size(section) :])
    except (ValueError, IndexError, RecursionError):
        raise ImportFailed("it is no whole CAR of an AT Protocol repository; fetch it again", file) from None


def _section(reader: Reader) -> bytes | None:
    size, shift = 0, 0
    while True:
        byte = reader.read(1)
        if not byte:
            if shift:
                raise ValueError
            return None
        size |= (byte[0] & 0x7F) << shift
        shift += 7
        if not byte[0] & 0x80:
            break
        if shift > 28:
            raise ValueError
    if not 0 < size <= MAX_BLOCK:
        raise ValueError
    held = bytearray()
    while len(held) < size:
        piece = reader.read(size - len(held))
        if not piece:
            raise ValueError
        held += piece
    return bytes(held)


def _id_size(section: bytes) -> int:
    """Bytes of the CID before the data: version 1, codec, hash function, length, hash."""
    if section[:1] != b"\x01":
        raise ValueError
    at = 1
    for _ in range(2):
        while section[at] & 0x80:
            at += 1
        at += 1
    return at + 1 + section[at]
