"""docker-compose.yml and the code agree: modules, arguments, settings, ports, databases."""

import importlib
import importlib.util
import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from services.kit.lifecycle import Service
from services.kit.settings import ServiceSettings, load

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
OURS = {name: c for name, c in COMPOSE["services"].items() if c["image"] == "hallway"}
LONG_RUNNING = {
    "attendee": ["services.attendee"],
    "matchmaking": ["services.matchmaking"],
    "matchmaking-worker": ["services.matchmaking", "worker"],
    "scheduling": ["services.scheduling"],
    "scheduling-worker": ["services.scheduling", "worker"],
    "portal": ["services.portal"],
}
ONE_SHOT = {f"migrate-{s}": [f"services.{s}", "migrate"] for s in ("attendee", "matchmaking", "scheduling", "portal")}
DOCKERFILE = (ROOT / "Dockerfile").read_text()
VARIABLE = re.compile(r"\$\{(\w+)(?::([-?])([^}]*))?\}")


def dotenv() -> dict[str, str]:
    """What an operator has in .env after following its comments."""
    printed = subprocess.run([ROOT / "scripts" / "compose_env"], capture_output=True, text=True, check=True).stdout
    found = dict(line.split("=", 1) for line in printed.splitlines() if not line.startswith("#"))
    return found | {"HALLWAY_SMTP_HOST": "mail.example.org", "HALLWAY_MAIL_FROM": "hallway@example.org"}


def resolved(value: object, given: dict[str, str]) -> str:
    return VARIABLE.sub(lambda m: given.get(m[1]) or (m[3] if m[2] == "-" else ""), str(value))


def service_of(container: str) -> Service:
    return importlib.import_module(OURS[container]["command"][0] + ".app").SERVICE


def port(address: str) -> str:
    return address.rpartition(":")[2]


def test_every_process_is_there_and_nothing_else():
    assert {n: c["command"] for n, c in OURS.items()} == LONG_RUNNING | ONE_SHOT | {
        "topics": ["services.make_topics", "kafka:9092"]
    }
    assert set(COMPOSE["services"]) - set(OURS) == {"postgres", "kafka"}


@pytest.mark.parametrize("container", OURS)
def test_a_command_is_a_module_that_takes_these_arguments(container: str):
    module, *arguments = OURS[container]["command"]
    runnable = f"{module}.__main__" if (ROOT / module.replace(".", "/")).is_dir() else module
    assert importlib.util.find_spec(runnable) is not None
    if arguments == ["worker"]:
        assert service_of(container).worker is not None


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What an operator has in secrets/."""
    made = tmp_path_factory.mktemp("secrets")
    subprocess.run([ROOT / "scripts" / "compose_secrets", made], check=True)
    return made


@pytest.mark.parametrize("container", [*LONG_RUNNING, *ONE_SHOT])
def test_each_variable_and_secret_is_a_setting_of_that_process_and_none_is_missing(
    container: str, secrets: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    kind: type[ServiceSettings] = service_of(container).settings
    given = dotenv()
    environment = OURS[container]["environment"] | {}
    assert environment.pop("HALLWAY_SECRETS_DIR") == "/run/secrets"
    mounted = {secret["target"]: secret["source"] for secret in OURS[container]["secrets"]}
    names = [*environment, *mounted]
    assert [name for name in names if name.lower().removeprefix("hallway_") not in kind.model_fields] == []
    for name, value in environment.items():
        monkeypatch.setenv(name, resolved(value, given))
    for target, source in mounted.items():
        (tmp_path / target).write_bytes((secrets / source).read_bytes())
    monkeypatch.setenv("HALLWAY_SECRETS_DIR", str(tmp_path))
    settings = load(kind)
    assert port(settings.health_listen) == "8081"
    owner = container.removeprefix("migrate-").removesuffix("-worker")
    password = settings.database_url.removeprefix(f"postgresql://hallway_{owner}:").partition("@")[0]
    assert settings.database_url == f"postgresql://hallway_{owner}:{password}@postgres:5432/hallway_{owner}"
    assert len(password) == 48


def test_secrets_are_files_of_one_folder_and_nothing_else_holds_one(secrets: Path):
    assert {name: s["file"] for name, s in COMPOSE["secrets"].items()} == {
        path.name: f"secrets/{path.name}" for path in secrets.iterdir()
    }
    assert secrets.stat().st_mode & 0o777 == 0o700
    assert "secrets/" in (ROOT / ".gitignore").read_text().splitlines()
    for container in COMPOSE["services"].values():
        for name in container.get("environment", {}):
            assert not re.search("PASSWORD|SECRET_KEY|TOKEN|DATABASE_URL", name) or name.endswith("_FILE"), name


def test_secrets_that_are_there_are_kept(secrets: Path):
    before = {path.name: path.read_text() for path in secrets.iterdir()}
    subprocess.run([ROOT / "scripts" / "compose_secrets", secrets], check=True)
    assert {path.name: path.read_text() for path in secrets.iterdir()} == before


@pytest.mark.parametrize("container", [*LONG_RUNNING, *ONE_SHOT])
def test_a_process_gets_no_secret_of_another_service(container: str):
    owner = container.removeprefix("migrate-").removesuffix("-worker")
    own = {f"{owner}_database_url"} | (
        {"secret_key", "bootstrap_token", "smtp_password"} if owner == "portal" else set()
    )
    assert {secret["source"] for secret in OURS[container]["secrets"]} == own


def test_the_variables_asked_for_are_the_ones_compose_env_prints():
    asked = {name for name, _, _ in VARIABLE.findall((ROOT / "docker-compose.yml").read_text())}
    assert asked == set(dotenv())


@pytest.mark.parametrize("owner", ["attendee", "matchmaking", "scheduling"])
def test_the_portal_calls_each_service_where_it_listens(owner: str):
    listens = OURS[owner]["environment"]["HALLWAY_GRPC_LISTEN"]
    assert listens.startswith("0.0.0.0:")
    assert OURS["portal"]["environment"][f"HALLWAY_{owner.upper()}_GRPC"] == f"{owner}:{port(listens)}"


@pytest.mark.parametrize("container", LONG_RUNNING)
def test_a_health_check_asks_where_the_process_answers(container: str):
    environment = OURS[container]["environment"]
    *command, url = OURS[container]["healthcheck"]["test"]
    assert command == ["CMD", "python", "-m", "services.check_health"]
    listens = environment.get("HALLWAY_HTTP_LISTEN") or environment["HALLWAY_HEALTH_LISTEN"]
    assert url == f"http://127.0.0.1:{port(listens)}/readyz"


def test_the_published_port_is_the_one_the_portal_serves_and_only_on_this_host():
    (published,) = OURS["portal"]["ports"]
    assert resolved(published, {}) == "127.0.0.1:8080:" + port(OURS["portal"]["environment"]["HALLWAY_HTTP_LISTEN"])
    assert [name for name, c in COMPOSE["services"].items() if "ports" in c] == ["portal"]


def test_every_process_uses_the_address_kafka_advertises():
    kafka = COMPOSE["services"]["kafka"]["environment"]
    address = kafka["KAFKA_ADVERTISED_LISTENERS"].removeprefix("PLAINTEXT://")
    assert {c["environment"]["HALLWAY_KAFKA_BOOTSTRAP"] for c in OURS.values() if "environment" in c} == {address}
    assert OURS["topics"]["command"][1] == address


def test_the_init_script_makes_every_database_and_is_given_its_secret():
    script = (ROOT / "infra" / "postgres" / "init.sh").read_text()
    made = re.findall(r"^make_database (\w+)$", script, re.MULTILINE)
    owners = {c["command"][0].removeprefix("services.") for c in OURS.values() if "environment" in c}
    assert set(made) == owners
    postgres = COMPOSE["services"]["postgres"]
    assert set(postgres["secrets"]) == {"postgres_password", *(f"{owner}_database_url" for owner in owners)}
    assert postgres["environment"]["POSTGRES_PASSWORD_FILE"] == "/run/secrets/postgres_password"


@pytest.mark.parametrize("container", LONG_RUNNING)
def test_a_process_starts_after_its_schema_its_topics_and_kafka(container: str):
    owner = container.removesuffix("-worker")
    assert OURS[container]["depends_on"] == {
        "kafka": {"condition": "service_healthy"},
        "topics": {"condition": "service_completed_successfully"},
        f"migrate-{owner}": {"condition": "service_completed_successfully"},
    }
    assert OURS[f"migrate-{owner}"]["depends_on"] == {"postgres": {"condition": "service_healthy"}}


@pytest.mark.parametrize("container", LONG_RUNNING)
def test_docker_waits_longer_for_a_stop_than_the_process_takes(container: str):
    bound = service_of(container).settings.model_fields["stop_seconds"].default
    assert int(OURS[container]["stop_grace_period"].removesuffix("s")) > bound


def test_our_containers_have_no_root_no_capability_and_nothing_to_write_but_tmp():
    assert re.search(r"^USER ([1-9]\d*):([1-9]\d*)$", DOCKERFILE, re.MULTILINE)
    for container in OURS.values():
        assert container["read_only"] is True
        assert container["cap_drop"] == ["ALL"]
        assert container["tmpfs"] == ["/tmp"]


def test_what_the_image_copies_is_there_and_sent_to_the_builder():
    copies = [shlex.split(line)[1:-1] for line in DOCKERFILE.splitlines() if re.match(r"COPY (?!--from)", line)]
    sent = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    for source in (source for copy in copies for source in copy):
        assert (ROOT / source).exists()
        assert source.split("/")[0] in sent
    assert 'ENTRYPOINT ["python", "-m"]' in DOCKERFILE


def test_what_the_engine_compiles_has_a_place_that_can_be_written():
    (place,) = re.findall(r"^ENV NUMBA_CACHE_DIR=(\S+)", DOCKERFILE, re.MULTILINE)
    for container in OURS.values():
        assert [folder for folder in container["tmpfs"] if place.startswith(f"{folder}/")]
