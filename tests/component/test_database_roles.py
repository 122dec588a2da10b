"""Each service's PostgreSQL role reaches its own database and nothing else, whoever set up the server."""

import asyncio
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest

from embedded.environment import SERVICES
from embedded.postgres import Postgres
from embedded.postgres_files import program_folder
from services.attendee.app import SERVICE as ATTENDEE
from services.kit.migrate import migrate

ROOT = Path(__file__).parents[2]
BEYOND = (  # what a service has no business with, each in its own database
    "create role another",
    "create database another",
    "alter role current_user superuser",
    "drop database hallway_attendee",
    "create schema hidden authorization pg_database_owner",
    "create extension dblink",  # the way into other databases
    "create extension postgres_fdw",
    "copy (select 1) to program 'true'",
    "select pg_read_file('postgresql.conf')",
    "select pg_terminate_backend((select pid from pg_stat_activity where usename = 'hallway' limit 1))",
    "set role hallway",
    "select passwd from pg_shadow",
)


@pytest.fixture
def folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="hallway-roles-"))  # not tmp_path: root's PostgreSQL may not enter that
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture(params=["embedded", "compose"])
def server(request: pytest.FixtureRequest, folder: Path) -> Iterator[tuple[Postgres, dict[str, str]]]:
    """A server set up for all services, and each one's URL."""
    with Postgres(folder / "postgres", durable=False) as postgres:
        if request.param == "embedded":
            for name in SERVICES:
                postgres.create_database(f"hallway_{name}")
            urls = {name: postgres.service_url(f"hallway_{name}") for name in SERVICES}
        else:
            asyncio.run(_run(postgres.url(), "grant connect on database postgres, template1 to public"))  # as it comes
            urls = _as_compose_does(postgres, folder / "secrets")
        yield postgres, urls
        postgres.destroy()


def _as_compose_does(postgres: Postgres, secrets: Path) -> dict[str, str]:
    subprocess.run([ROOT / "scripts/compose_secrets", secrets], check=True)
    admin = urlsplit(postgres.url())
    environment = {
        "PATH": f"{program_folder(None)}:{os.environ['PATH']}", "PGHOST": str(admin.hostname), "SECRETS": str(secrets),
        "PGPORT": str(admin.port), "PGPASSWORD": str(admin.password), "POSTGRES_USER": str(admin.username),
    }  # fmt: skip
    subprocess.run([ROOT / "infra/postgres/init.sh"], env=environment, check=True)
    urls = {name: (secrets / f"{name}_database_url").read_text() for name in SERVICES}
    return {name: url.replace("postgres:5432", f"{admin.hostname}:{admin.port}") for name, url in urls.items()}


async def _run(url: str, *statements: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


async def _refused(url: str, statement: str = "select 1") -> bool:
    try:
        await _run(url, statement)
    except asyncpg.InsufficientPrivilegeError:
        return True
    return False


async def test_a_role_does_all_its_service_needs_and_reaches_nothing_else(server: tuple[Postgres, dict[str, str]]):
    postgres, urls = server
    await migrate(urls["attendee"], ATTENDEE.migrations)
    await _run(urls["scheduling"], "create extension btree_gist", "create table secret as select 'hers' as text")
    others = ["postgres", "template1", *(f"hallway_{name}" for name in SERVICES)]
    reached = {
        (name, other)
        for name, url in urls.items()
        for other in others
        if not await _refused(urlsplit(url)._replace(path=f"/{other}").geturl())
    }
    assert reached == {(name, f"hallway_{name}") for name in SERVICES}
    assert [statement for statement in BEYOND if not await _refused(urls["attendee"], statement)] == []


async def test_a_wrong_password_opens_no_database(server: tuple[Postgres, dict[str, str]]):
    _, urls = server
    parts = urlsplit(urls["portal"])
    with pytest.raises(asyncpg.InvalidPasswordError):
        await _run(f"postgresql://hallway_portal:guess@{parts.hostname}:{parts.port}/hallway_portal")
    theirs = parts._replace(netloc=parts.netloc.replace("hallway_portal", "hallway_attendee"), path="/hallway_attendee")
    with pytest.raises(asyncpg.InvalidPasswordError):  # no password opens another's role
        await _run(theirs.geturl())


async def test_tables_made_before_there_were_roles_become_the_services_own(folder: Path):
    with Postgres(folder / "postgres", durable=False) as postgres:
        await _run(postgres.url(), "create database hallway_portal")
        await _run(
            postgres.url("hallway_portal"), "create table kept (id bigint generated always as identity, text text)"
        )
        postgres.create_database("hallway_portal")
        await _run(
            postgres.service_url("hallway_portal"), "insert into kept (text) values ('x')", "alter table kept add n int"
        )
        postgres.destroy()
