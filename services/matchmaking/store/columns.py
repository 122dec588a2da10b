"""Rows as arrays: binary COPY, without a Python object a row; ids become positions."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from services.kit.db import Connection

Array = NDArray[Any]
_HEADER, _TRAILER = 19, 2  # bytes around the rows, see PostgreSQL's COPY, "Binary Format"
_ID = [("high", ">u8"), ("low", ">u8")]
TYPES: dict[str, Any] = {"uuid": _ID, "float8": ">f8"}


async def copied(tx: Connection, columns: dict[str, str], query: str, *values: object) -> Array:
    """The rows of a query whose columns have these names and TYPES, none of them null."""
    buffer = bytearray()

    async def take(chunk: bytes) -> None:
        buffer.extend(chunk)

    await tx.copy_from_query(query, *values, output=take, format="binary")
    fields: list[Any] = [("fields", ">i2")]
    for name, kind in columns.items():
        fields += [(f"{name} size", ">i4"), (name, TYPES[kind])]
    return np.frombuffer(
        buffer, np.dtype(fields), offset=_HEADER, count=(len(buffer) - _HEADER) // np.dtype(fields).itemsize
    )


class Positions:
    """Where ids stand in a list of distinct ones; built for a million look-ups."""

    def __init__(self, ids: Sequence[UUID]) -> None:
        raw = np.frombuffer(b"".join(id.bytes for id in ids), ">u8").astype(np.uint64).reshape(-1, 2)
        self._high, self._low = raw[:, 0], raw[:, 1]
        # Ids are 128 bits, and 64 are looked up; another multiplier where two of them fall together.
        self._by = next(
            by
            for by in map(np.uint64, range(1, 1_000, 2))
            if len(np.unique(self._key(raw[:, 0], raw[:, 1], by))) == len(ids)
        )
        keys = self._key(self._high, self._low, self._by)
        self._order = np.argsort(keys, kind="stable")
        self._keys = keys[self._order]

    def of(self, ids: Array) -> NDArray[np.int64]:
        """The position of each id (a column of ``copied``); -1 for one that is not in the list."""
        high, low = ids["high"].astype(np.uint64), ids["low"].astype(np.uint64)
        if not len(self._keys):
            return np.full(len(ids), -1, np.int64)
        at = np.searchsorted(self._keys, self._key(high, low, self._by))
        found = self._order[np.minimum(at, len(self._keys) - 1)]
        return np.where((self._high[found] == high) & (self._low[found] == low), found, -1)

    @staticmethod
    def _key(high: Array, low: Array, by: np.uint64) -> Array:
        return high * by + low
