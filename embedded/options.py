"""What can be chosen about an embedded Hallway, by option or environment variable."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from embedded.problem import Problem

_THIS_MACHINE = ("127.0.0.1", "localhost")


@dataclass(frozen=True)
class Options:
    """`port` None: the one used before, or 8080. `public_url`: what people's browsers see of the portal.

    `host`: the address the portal listens on. `postgres_url`: a running server to use in place of the embedded one.
    """

    state: Path = Path(".hallway")
    port: int | None = None
    host: str = "127.0.0.1"
    public_url: str | None = None
    postgres_url: str | None = None

    def __post_init__(self) -> None:
        if self.port is not None and not 1 <= self.port <= 65_535:
            raise Problem(f"port {self.port}: give a number from 1 to 65535")
        if self.host not in _THIS_MACHINE and not self.public_url:
            raise Problem(
                f"listening on {self.host}: say what people's browsers see, "
                "with --public-url or HALLWAY_PUBLIC_URL (http://192.0.2.7:8080, https://hallway.example.org)"
            )

    @classmethod
    def from_environment(cls) -> Self:
        """From HALLWAY_STATE, HALLWAY_PORT, HALLWAY_LISTEN, HALLWAY_PUBLIC_URL and HALLWAY_POSTGRES_URL."""
        port = os.environ.get("HALLWAY_PORT", "")
        if port and not (port.isascii() and port.isdigit()):
            raise Problem(f"HALLWAY_PORT={port}: give a number from 1 to 65535")
        return cls(
            state=Path(os.environ.get("HALLWAY_STATE") or ".hallway"),
            port=int(port) if port else None,
            host=os.environ.get("HALLWAY_LISTEN") or "127.0.0.1",
            public_url=os.environ.get("HALLWAY_PUBLIC_URL") or None,
            postgres_url=os.environ.get("HALLWAY_POSTGRES_URL") or None,
        )

    def url(self, port: int) -> str:
        """The portal's URL, without a slash at the end."""
        return (self.public_url or f"http://127.0.0.1:{port}").rstrip("/")
