"""Every setting of the portal, from environment variables with the prefix HALLWAY_."""

from pydantic import Field, SecretStr

from services.kit.settings import ServiceSettings


class Settings(ServiceSettings):
    """What a portal process is told; sizes in bytes, times as their names say."""

    http_listen: str = "127.0.0.1:8080"
    public_url: str = Field(description="what people's browsers see: no slash at the end")
    attendee_grpc: str
    matchmaking_grpc: str
    scheduling_grpc: str
    secret_key: SecretStr = Field(min_length=32, description="signs links and cookies")
    bootstrap_token: SecretStr | None = Field(default=None, min_length=16, description="an admin token")

    smtp_host: str
    smtp_port: int = Field(default=25, ge=1, le=65535)
    smtp_user: str = ""
    smtp_password: SecretStr = SecretStr("")
    smtp_start_tls: bool = False
    mail_from: str
    mail_tries: int = Field(default=8, ge=1, description="then a mail is given up")
    mail_quiet_hours: str = Field(
        default="21-8", pattern=r"^(none|([01]?[0-9]|2[0-3])-([01]?[0-9]|2[0-3]))$",
        description="of the conference's zone, when no mail is sent that can wait; or none",
    )  # fmt: skip
    mailbox_url: str = Field(default="", description="the demo's page of sent mail; empty: none")

    read_model_group: str = Field(default="portal-read-model", description="a new name reads all of Kafka again")

    body_max_bytes: int = Field(default=32 * 1024 * 1024, ge=1024, description="JSON, CSV and forms")
    upload_max_bytes: int = Field(default=512 * 1024 * 1024, ge=1024, description="files of one source")
    requests_at_once: int = Field(default=200, ge=1, le=10_000, description="more are answered 503; try again")
    streams_at_once: int = Field(default=500, ge=1, le=10_000, description="dashboards that are watched live")
    request_seconds: float = Field(default=300, gt=0, le=3_600, description="for a request that uploads no files")

    @property
    def quiet_hours(self) -> tuple[int, int] | None:
        """From which local hour to which no mail is sent that can wait."""
        begins, _, ends = self.mail_quiet_hours.partition("-")
        return (int(begins), int(ends)) if ends else None
