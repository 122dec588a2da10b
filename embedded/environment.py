"""What each process of an embedded Hallway is started with: command, environment, address of its readiness."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass

from embedded.processes import Process

SERVICES = ("attendee", "matchmaking", "scheduling", "portal")
_HEALTH = ("attendee", "matchmaking", "matchmaking-worker", "scheduling", "scheduling-worker")
PORTS = ["postgres", "kafka", "smtp", "mailbox", "attendee-grpc", "matchmaking-grpc", "scheduling-grpc"] + [
    f"{name}-health" for name in _HEALTH
]


@dataclass(frozen=True)
class Plan:
    """Everything that was chosen for this run. `database_urls` has one for each service; ports are of 127.0.0.1."""

    host: str
    portal_port: int
    public_url: str
    ports: Mapping[str, int]
    secrets: Mapping[str, str]
    database_urls: Mapping[str, str]
    kafka_bootstrap: str
    mail_folder: str

    @property
    def real_mail(self) -> bool:
        """Whether mail goes to a real server, named in the environment, and no mailbox is run."""
        return "HALLWAY_SMTP_HOST" in os.environ

    @property
    def mailbox_url(self) -> str | None:
        """The page that shows the mail sent, where there is one."""
        return None if self.real_mail else self._http("mailbox")

    def environment(self, service: str) -> dict[str, str]:
        """What every process of `service` shares; what the caller's environment says beside it is passed on."""
        chosen = {
            "PYTHONUNBUFFERED": "1",
            "HALLWAY_DATABASE_URL": self.database_urls[service],
            "HALLWAY_KAFKA_BOOTSTRAP": self.kafka_bootstrap,
            # What the embedded broker needs: it has no idempotent producer, and holds an empty fetch for half of
            # the wait even when something arrives. On a busy machine heartbeats may be seconds apart.
            "HALLWAY_KAFKA_IDEMPOTENCE": "false",
            "HALLWAY_KAFKA_FETCH_WAIT_MS": "100",
            "HALLWAY_KAFKA_SESSION_TIMEOUT_MS": "6000",
            "HALLWAY_STOP_SECONDS": "20",
        }
        if service == "portal":
            chosen |= self._portal()
        else:
            chosen["HALLWAY_GRPC_LISTEN"] = self._grpc(service)
        return {**os.environ, **chosen}

    def processes(self) -> list[Process]:
        """All processes in the order they start. Workers use no Kafka, so they stay when the broker is restarted."""
        services = [self._service(name) for name in SERVICES[:3]]
        workers = [self._service(name, "worker") for name in ("matchmaking", "scheduling")]
        ready = f"http://{_loopback(self.host)}:{self.portal_port}/readyz"
        portal = Process("portal", _python("services.portal"), self.environment("portal"), ready, ("kafka",))
        return [*([] if self.real_mail else [self._mailbox()]), *services, *workers, portal]

    def migration(self, service: str) -> Process:
        """The command that brings the database of `service` up to date."""
        return Process(service, (*_python(f"services.{service}"), "migrate"), self.environment(service))

    def _service(self, service: str, *role: str) -> Process:
        name = "-".join([service, *role])
        health = f"127.0.0.1:{self.ports[f'{name}-health']}"
        env = {**self.environment(service), "HALLWAY_HEALTH_LISTEN": health}
        argv = (*_python(f"services.{service}"), *role)
        return Process(name, argv, env, f"http://{health}/readyz", () if role else ("kafka",))

    def _mailbox(self) -> Process:
        env = {
            **os.environ,
            "PYTHONUNBUFFERED": "1",
            "HALLWAY_MAILBOX_SMTP_LISTEN": f"127.0.0.1:{self.ports['smtp']}",
            "HALLWAY_MAILBOX_HTTP_LISTEN": f"127.0.0.1:{self.ports['mailbox']}",
            "HALLWAY_MAILBOX_FOLDER": self.mail_folder,
        }
        return Process("mailbox", _python("embedded.mailbox"), env, f"{self._http('mailbox')}/readyz")

    def _portal(self) -> dict[str, str]:
        chosen = {f"HALLWAY_{name.upper()}_GRPC": self._grpc(name) for name in SERVICES[:3]}
        chosen |= {
            "HALLWAY_HTTP_LISTEN": f"{self.host}:{self.portal_port}",
            "HALLWAY_PUBLIC_URL": self.public_url,
            "HALLWAY_SECRET_KEY": self.secrets["secret_key"],
            "HALLWAY_BOOTSTRAP_TOKEN": self.secrets["bootstrap_token"],
        }
        if not self.real_mail:
            chosen |= {
                "HALLWAY_SMTP_HOST": "127.0.0.1",
                "HALLWAY_SMTP_PORT": str(self.ports["smtp"]),
                "HALLWAY_MAIL_FROM": "hallway@localhost",
                "HALLWAY_MAILBOX_URL": self._http("mailbox"),
                "HALLWAY_MAIL_QUIET_HOURS": "none",  # nobody is woken by the mailbox
            }
        return chosen

    def _grpc(self, service: str) -> str:
        return f"127.0.0.1:{self.ports[f'{service}-grpc']}"

    def _http(self, name: str) -> str:
        return f"http://127.0.0.1:{self.ports[name]}"


def _python(module: str) -> tuple[str, ...]:
    return (sys.executable, "-m", module)


def _loopback(host: str) -> str:
    return "127.0.0.1" if host in ("0.0.0.0", "localhost") else host
