"""A PostgreSQL server that somebody else runs, used in place of the embedded one."""

from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit

from embedded import databases
from embedded.problem import Problem


class RunningPostgres:
    """The server at `url`, whose user may create databases and roles; starting and stopping it is not for us.

    Of `secret` the roles' passwords are made.
    """

    alive = True

    def __init__(self, url: str, secret: str) -> None:
        self._parts, self._secret = urlsplit(url), secret
        if self._parts.scheme not in ("postgres", "postgresql") or not self._parts.hostname:
            raise Problem("HALLWAY_POSTGRES_URL must look like postgresql://user:password@host:5432/postgres")

    def service_url(self, database: str) -> str:
        """The URL by which a service reaches `database`: as the role of that name."""
        place = self._parts.netloc.rpartition("@")[2]
        signed_in = f"{database}:{databases.password(self._secret, database)}@{place}"
        return urlunsplit(self._parts._replace(netloc=signed_in, path=f"/{database}"))

    def create_database(self, name: str) -> None:
        """Create database `name` and the role of that name, unless they are there."""
        databases.create(urlunsplit(self._parts), name, name, self._secret)

    def start(self) -> None:
        """Return when the server takes connections; raises Problem when it does not answer."""
        if databases.state(urlunsplit(self._parts)) is not databases.State.READY:
            raise Problem(f"HALLWAY_POSTGRES_URL: no server takes connections at {self._parts.hostname}")

    def stop(self) -> None:
        """Leave it running."""

    def kill(self) -> None:
        """Leave it running."""
