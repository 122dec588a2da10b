"""The PostgreSQL launcher: starting, healing, and leaving nothing behind."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from embedded.locks import FolderInUse
from embedded.postgres import Postgres

_LAUNCH_AND_WAIT = """
import sys, time
from pathlib import Path
from embedded.postgres import Postgres
server = Postgres(Path(sys.argv[1]), durable=False)
server.start()
print(server._server.pid, flush=True)
time.sleep(600)
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    # Not tmp_path: for root that lies in a folder the server's account may not enter.
    made = Path(tempfile.mkdtemp(prefix="hallway-pg-"))
    yield made
    shutil.rmtree(made, ignore_errors=True)


def _fetch(url: str, sql: str) -> object:
    async def ask() -> object:
        connection = await asyncpg.connect(url)
        try:
            return await connection.fetchval(sql)
        finally:
            await connection.close()

    return asyncio.run(ask())


def _gone(pid: int) -> bool:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


def test_data_written_before_a_stop_is_there_after_the_next_start(folder: Path) -> None:
    with Postgres(folder, durable=False) as server:
        server.create_database("hallway_attendee")
        server.create_database("hallway_attendee")
        _fetch(server.url("hallway_attendee"), "create table t as select 7 as n")
    with Postgres(folder, durable=False) as again:
        assert _fetch(again.url("hallway_attendee"), "select n from t") == 7


def test_the_exclusion_constraint_extension_is_there(folder: Path) -> None:
    with Postgres(folder, durable=False) as server:
        _fetch(server.url(), "create extension btree_gist")


def test_a_wrong_password_is_refused(folder: Path) -> None:
    with Postgres(folder, durable=False) as server, pytest.raises(asyncpg.InvalidPasswordError):
        _fetch(f"postgresql://hallway:wrong@127.0.0.1:{server.port}/postgres", "select 1")


def test_a_pid_file_that_names_some_other_living_process_does_not_stop_a_start(folder: Path) -> None:
    with Postgres(folder, durable=False):
        pass
    (folder / "cluster" / "postmaster.pid").write_text(f"{os.getpid()}\n{folder}/cluster\n0\n5432\n\n127.0.0.1\n")
    with Postgres(folder, durable=False) as server:
        assert _fetch(server.url(), "select 1") == 1


def test_a_cluster_left_half_made_is_made_anew(folder: Path) -> None:
    (folder / "cluster.new").mkdir()
    (folder / "cluster.new" / "PG_VERSION").write_text("18\n")
    with Postgres(folder, durable=False) as server:
        assert _fetch(server.url(), "select 1") == 1
    assert not (folder / "cluster.new").exists()


def test_a_server_killed_in_the_middle_recovers_what_was_committed(folder: Path) -> None:
    server = Postgres(folder, durable=False)
    server.start()
    _fetch(server.url(), "create table t as select 7 as n")
    server.kill()
    with Postgres(folder, durable=False) as again:
        assert _fetch(again.url(), "select n from t") == 7


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel ends orphans on Linux only")
def test_a_killed_launcher_leaves_no_server_and_the_next_one_starts(folder: Path) -> None:
    launcher = subprocess.Popen(
        [sys.executable, "-c", _LAUNCH_AND_WAIT, str(folder)], stdout=subprocess.PIPE, text=True
    )
    assert launcher.stdout is not None
    pid = int(launcher.stdout.readline())
    launcher.send_signal(signal.SIGKILL)
    launcher.wait()
    launcher.stdout.close()
    with Postgres(folder, durable=False) as server:
        assert _fetch(server.url(), "select 1") == 1
    assert _gone(pid)


@pytest.mark.skipif(sys.platform != "linux", reason="orphans are told apart by /proc")
def test_a_server_of_an_earlier_run_is_stopped_before_a_new_one_starts(folder: Path) -> None:
    earlier = Postgres(folder, durable=False)
    earlier.start()
    assert earlier._server is not None
    earlier._lock.release()  # what is left when a launcher dies and its server goes on
    lines: list[str] = []
    with Postgres(folder, durable=False, say=lines.append) as server:
        assert _fetch(server.url(), "select 1") == 1
    assert lines == [f"PostgreSQL of an earlier run still runs as process {earlier._server.pid}; stopping it"]
    earlier.stop()


def test_a_second_server_on_the_same_folder_is_refused_and_told_who_has_it(folder: Path) -> None:
    with (
        Postgres(folder, durable=False),
        pytest.raises(FolderInUse, match=f"in use by process {os.getpid()}"),
    ):
        Postgres(folder, durable=False).start()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server under another account")
def test_a_folder_its_account_cannot_enter_is_swapped_for_one_it_can_and_said(folder: Path) -> None:
    folder.chmod(0o700)
    lines: list[str] = []
    server = Postgres(folder / "inside", durable=False, say=lines.append)
    try:
        server.start()
        assert _fetch(server.url(), "select 1") == 1
        assert lines[0].startswith(f"PostgreSQL's account may not enter {folder}/inside; its data is in /var/lib/")
        assert folder.stat().st_mode & 0o777 == 0o700
    finally:
        server.destroy()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server under another account")
def test_programs_its_account_cannot_enter_are_copied_to_where_it_can(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from embedded import postgres_files

    shared = folder / "shared"
    monkeypatch.setattr(postgres_files, "SHARED_HOME", shared)
    monkeypatch.setattr(postgres_files, "can_enter", lambda path, owner: "site-packages" not in path.parts)
    folder.chmod(0o755)
    with Postgres(folder / "data", durable=False) as server:
        assert _fetch(server.url(), "select 1") == 1
    assert len(list(shared.glob("embedded-postgres-*"))) == 1


def test_a_taken_port_ends_in_an_error_that_names_it(folder: Path) -> None:
    with Postgres(folder / "one", durable=False) as first:
        folder.chmod(0o755)
        with pytest.raises(RuntimeError, match=f"port {first.port} is taken by another program"):
            Postgres(folder / "two", durable=False, port=first.port).start()
