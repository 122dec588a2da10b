"""Every setting of the attendee service."""

from pydantic import Field

from services.kit.settings import ServiceSettings


class Settings(ServiceSettings):
    """What each process needs, and the bound on imports."""

    import_max_bytes: int = Field(
        512 * 1024 * 1024, ge=1, description="size of one import, all files together; it is read as a stream"
    )
