"""What an organizer changed at once, kept so that it can be taken back."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from services.scheduling.domain.formats import Format
from services.scheduling.domain.programme import Talk
from services.scheduling.domain.venue import Place, Travel


class Kind(StrEnum):
    """What was replaced."""

    VENUE = "venue"
    TALKS = "talks"
    FORMATS = "formats"


@dataclass(frozen=True, slots=True)
class Before:
    """What there was before the change: the venue, the talks, or the formats."""

    places: tuple[Place, ...] = ()
    travel: tuple[Travel, ...] = ()
    talks: tuple[Talk, ...] = ()
    formats: tuple[Format, ...] = ()


@dataclass(frozen=True, slots=True)
class BulkChange:
    """A change of everything of one kind; `session_ids` lost their spot by it."""

    id: UUID
    conference_id: UUID
    kind: Kind
    before: Before
    session_ids: tuple[UUID, ...] = ()
