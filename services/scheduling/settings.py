"""Scheduling's settings."""

from services.kit.settings import ServiceSettings


class Settings(ServiceSettings):
    """What every service needs; scheduling adds nothing."""
