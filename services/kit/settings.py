"""The settings every process reads from the environment (HALLWAY_...) or secret files, checked all at once at start."""

import os
import sys
from typing import TypeVar

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.kit import tls


class ServiceSettings(BaseSettings):
    """What each process needs; a service adds its own fields in its settings.py."""

    model_config = SettingsConfigDict(env_prefix="HALLWAY_", env_ignore_empty=True, extra="ignore")

    database_url: str = Field(repr=False, description="PostgreSQL URL of this service's own database")
    database_pool: int = Field(10, ge=2, le=100, description="connections this process opens at most")
    kafka_bootstrap: str = Field(description="host:port[,host:port] of the brokers")
    kafka_idempotence: bool = Field(True, description="idempotent producer; the embedded broker has none")
    kafka_fetch_wait_ms: int = Field(500, ge=1, le=5_000, description="how long a broker holds an empty fetch")
    kafka_session_timeout_ms: int = Field(10_000, ge=1_000, le=300_000)
    kafka_silence_seconds: float = Field(60, gt=0, description="a consumer that hears nothing for so long exits")
    kafka_tls: tls.Folder | None = Field(None, description="folder of this client's certificate; none: no TLS")
    grpc_listen: str = Field("127.0.0.1:0", description="host:port of this service's gRPC server")
    grpc_tls: tls.Folder | None = Field(None, description="the same, for gRPC: who serves asks callers for theirs")
    health_listen: str = Field("127.0.0.1:0", description="host:port of /livez and /readyz")
    otlp_endpoint: str | None = Field(None, description="http://host:4317 of a collector; none: no traces")
    stop_seconds: float = Field(25, gt=0, description="bound on an orderly stop")


S = TypeVar("S", bound=ServiceSettings)


def load(kind: type[S]) -> S:
    """Reads ``kind`` from the environment; exits with every missing or wrong setting named."""
    try:
        return kind(_secrets_dir=os.environ.get("HALLWAY_SECRETS_DIR"))  # files named as the variables
    except ValidationError as error:
        lines = [f"  HALLWAY_{str(e['loc'][0]).upper()}: {e['msg']}" for e in error.errors(include_input=False)]
        print(f"{kind.__module__}: {len(lines)} setting(s) to mend:\n" + "\n".join(lines), file=sys.stderr)
        raise SystemExit(2) from None
