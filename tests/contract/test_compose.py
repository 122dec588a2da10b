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
from services.kit.settings import ServiceSettings

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
        "topics": ["services.kit.topics", "kafka:9092"]
    }
    assert set(COMPOSE["services"]) - set(OURS) == {"postgres", "kafka"}


@pytest.mark.parametrize("container", OURS)
def test_a_command_is_a_module_that_takes_these_arguments(container: str):
    module, *arguments = OURS[container]["command"]
    runnable = f"{module}.__main__" if (ROOT / module.replace(".", "/")).is_dir() else module
    assert importlib.util.find_spec(runnable) is not None
    if arguments == ["worker"]:
        assert service_of(container).worker is not None


@pytest.mark.parametrize("container", [*LONG_RUNNING, *ONE_SHOT])
def test_each_variable_is_a_setting_of_that_process_and_none_is_missing(
    container: str, monkeypatch: pytest.MonkeyPatch
):
    kind: type[ServiceSettings] = service_of(container).settings
    given = dotenv()
    environment = OURS[container]["environment"]
    assert {name for name in environment if name.removeprefix("HALLWAY_").lower() not in kind.model_fields} == set()
    for name, value in environment.items():
        monkeypatch.setenv(name, resolved(value, given))
    settings = kind()
    assert port(settings.health_listen) == "8081"


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
    assert command == ["CMD", "python", "-m", "services.kit.health"]
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


def test_every_database_url_is_one_the_init_script_makes():
    script = (ROOT / "infra" / "postgres" / "init.sh").read_text()
    made = dict(re.findall(r'^make_database (\w+) "\$(\w+)"$', script, re.MULTILINE))
    used = {
        c["command"][0].removeprefix("services."): c["environment"]["HALLWAY_DATABASE_URL"]
        for c in OURS.values()
        if "environment" in c
    }
    assert used.keys() == made.keys()
    for owner, url in used.items():
        secret = f"${{{made[owner]}:?run scripts/compose_env > .env}}"
        assert url == f"postgresql://hallway_{owner}:{secret}@postgres:5432/hallway_{owner}"
        assert COMPOSE["services"]["postgres"]["environment"][made[owner]] == f"${{{made[owner]}}}"


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
