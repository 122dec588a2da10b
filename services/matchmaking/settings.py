"""The settings of matchmaking."""

from pydantic import Field

from services.kit.settings import ServiceSettings


class Settings(ServiceSettings):
    """What kit needs, and how suggestions are made."""

    suggestion_hours: float = Field(72, gt=0, le=8_760, description="how long a suggestion stays open")
    solve_quiet_seconds: float = Field(0.3, ge=0, le=60, description="quiet time after a change before solving")
    solve_lease_seconds: float = Field(30, ge=1, le=3_600, description="a worker silent for so long is taken for dead")
