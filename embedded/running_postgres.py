"""A PostgreSQL server that somebody else runs, used in place of the embedded one."""

from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit

from embedded import databases
from embedded.problem import Problem


class RunningPostgres:
    """The server at `url`, whose user may create databases; starting and stopping it is not for us."""

    alive = True

    def __init__(self, url: str) -> None:
        self._parts = urlsplit(url)
        if self._parts.scheme not in ("postgres", "postgresql") or not self._parts.hostname:
            raise Problem("HALLWAY_POSTGRES_URL must look like postgresql://user:password@host:5432/postgres")

    def url(self, database: str) -> str:
        """The URL of `database` on this server, password included."""
        return urlunsplit(self._parts._replace(path=f"/{database}"))

    def create_database(self, name: str) -> None:
        """Create database `name` unless it is there."""
        databases.create(urlunsplit(self._parts), name)

    def start(self) -> None:
        """Return when the server takes connections; raises Problem when it does not answer."""
        if databases.state(urlunsplit(self._parts)) is not databases.State.READY:
            raise Problem(f"HALLWAY_POSTGRES_URL: no server takes connections at {self._parts.hostname}")

    def stop(self) -> None:
        """Leave it running."""

    def kill(self) -> None:
        """Leave it running."""
