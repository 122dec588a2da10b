"""Asks a Kafka broker for its metadata: the sign that clients can work with it."""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Callable

_METADATA, _VERSION, _CORRELATION = 3, 1, 7
_TIMEOUT = 2.0  # seconds for one question
_LONGEST_ANSWER = 1_000_000  # bytes


def brokers(host: str, port: int) -> int:
    """How many brokers the one at `host:port` knows of; 0 when it does not answer."""
    client = b"hallway-probe"
    no_topics = struct.pack(">i", 0)
    body = struct.pack(">hhih", _METADATA, _VERSION, _CORRELATION, len(client)) + client + no_topics
    try:
        with socket.create_connection((host, port), _TIMEOUT) as connection:
            connection.settimeout(_TIMEOUT)
            connection.sendall(struct.pack(">i", len(body)) + body)
            (length,) = struct.unpack(">i", _exactly(connection, 4))
            if not 8 <= length <= _LONGEST_ANSWER:
                return 0
            correlation, count = struct.unpack(">ii", _exactly(connection, length)[:8])
    except OSError:
        return 0
    return count if correlation == _CORRELATION else 0


def wait(host: str, port: int, *, alive: Callable[[], bool], within: float) -> bool:
    """Whether a broker answered at `host:port` before `within` seconds passed or `alive` said it was gone."""
    deadline = time.monotonic() + within
    while alive() and time.monotonic() < deadline:
        if brokers(host, port):
            return True
        time.sleep(0.02)
    return False


def _exactly(connection: socket.socket, size: int) -> bytes:
    read = b""
    while len(read) < size:
        part = connection.recv(size - len(read))
        if not part:
            raise ConnectionError("the broker closed the connection")
        read += part
    return read
