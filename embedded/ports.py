"""Finds TCP ports on this machine, and says whether one is taken."""

from __future__ import annotations

import secrets
import socket

_TRIES = 200
# Below the range that Linux hands to outgoing connections, so that a remembered port is rarely taken by one.
_FIRST, _LAST = 20_000, 32_000


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Whether a server could listen on `port` of `host` now."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def free_port(exclude: frozenset[int] = frozenset()) -> int:
    """A port of 127.0.0.1 that nobody listens on and that is not in `exclude`."""
    for _ in range(_TRIES):
        port = _FIRST + secrets.randbelow(_LAST - _FIRST)
        if port not in exclude and is_free(port):
            return port
    raise OSError(
        f"no free TCP port found on 127.0.0.1 between {_FIRST} and {_LAST}; stop something that listens there"
    )
