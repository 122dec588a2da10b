"""What the use cases need of the store."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from services.scheduling.domain.bulk_change import BulkChange
from services.scheduling.domain.conference import Attendee, Conference
from services.scheduling.domain.formats import Format
from services.scheduling.domain.interval import Interval
from services.scheduling.domain.programme import Talk, Wishes
from services.scheduling.domain.session import Change, Session, Version
from services.scheduling.domain.venue import Place, Travel
from services.scheduling.engine.model import Model


class SpotTaken(Exception):
    """Somebody else was faster: the table, or one of the people, is occupied then."""


class Locks(Protocol):
    """Every writer of a conference's sessions, venue or people takes its lock first."""

    async def lock(self, conference_id: UUID) -> None:
        """Waits until no other transaction works on the conference; held to the transaction's end."""

    async def wake(self, conference_id: UUID, now: datetime) -> None:
        """Something changed: unplaced sessions are to be tried again at once."""


class Following(Locks, Protocol):
    """Keeping up with conferences and attendees."""

    async def save_conferences(self, conferences: Sequence[Conference]) -> list[UUID]:
        """Stores what is newer than what is there; returns the ids of those."""

    async def save_attendees(self, attendees: Sequence[Attendee]) -> list[Attendee]:
        """Stores what is newer than what is there; returns those."""

    async def forget_people(self, attendee_ids: Sequence[UUID]) -> None:
        """Removes what these people, whose sessions are cancelled, said: times, wishes, and words to others."""


class Sessions(Locks, Protocol):
    """Reading and changing sessions."""

    async def session(self, session_id: UUID) -> Session | None: ...

    async def sessions(self, session_ids: Collection[UUID]) -> list[Session]: ...

    async def list_sessions(
        self, conference_id: UUID, attendee_id: UUID | None, after: UUID | None, limit: int
    ) -> list[Session]:
        """In the order of ids, those after `after`."""

    async def versions(self, session_id: UUID) -> list[Version]: ...

    async def open_sessions_of(self, attendee_ids: Collection[UUID], now: datetime) -> list[Session]:
        """Unplaced ones, and scheduled ones that have not ended."""

    async def save(self, session: Session) -> None:
        """Inserts or replaces; raises SpotTaken, leaving the transaction usable."""

    async def publish(self, changes: Sequence[Change]) -> None:
        """Tells the world, once the transaction is committed. Call it after saving."""

    async def frozen(self, conference_id: UUID) -> bool:
        """Whether the plan is to stay as it is."""

    async def load_model(
        self, conference_id: UUID, attendee_ids: Collection[UUID], now: datetime, without: Collection[UUID] = ()
    ) -> Model:
        """What a placement of these people depends on, as if the sessions `without` were not there."""


class Presence(Protocol):
    """Who is here."""

    async def set_here(self, conference_id: UUID, attendee_id: UUID, until: datetime | None) -> bool:
        """Whether there is such an attendee; `until` None: not here any more."""

    async def here_among(self, conference_id: UUID, attendee_ids: Collection[UUID], now: datetime) -> set[UUID]: ...

    async def all_here(self, conference_id: UUID, now: datetime, limit: int) -> list[UUID]: ...

    async def cancelled_among(self, attendee_ids: Collection[UUID]) -> set[UUID]: ...


class Placing(Sessions, Protocol):
    """Giving sessions a time and a place, now or on a later try."""

    async def cancelled_among(self, attendee_ids: Collection[UUID]) -> set[UUID]: ...

    async def retry_by(self, conference_id: UUID, due_at: datetime) -> None:
        """Unplaced sessions are tried again at `due_at` at the latest."""

    async def take_unplaced(self, conference_id: UUID, limit: int) -> list[Session]:
        """Unplaced sessions not tried in this round, marked as tried, those that waited longest first.

        Those whose people were asked to choose a spot are left to them.
        """

    async def any_unplaced(self, conference_id: UUID) -> bool:
        """Whether a session of the conference still waits for a time and place that nobody was asked to choose."""

    async def any_asked(self, attendee_ids: Sequence[UUID]) -> bool:
        """Whether one of these people was asked within a day to choose a spot, and has not."""

    async def finish_round(self, conference_id: UUID, due_at: datetime | None) -> None:
        """All were tried; the next round begins at `due_at`, or (None) when something changes."""


class Programme(Sessions, Protocol):
    """Venue, talks, availability and wishes, and the sessions that depend on them."""

    async def conference(self, conference_id: UUID) -> Conference | None: ...

    async def places(self, conference_id: UUID) -> list[Place]: ...

    async def travel(self, conference_id: UUID) -> list[Travel]: ...

    async def formats(self, conference_id: UUID) -> dict[str, Format]: ...

    async def talks(self, conference_id: UUID) -> list[Talk]: ...

    async def scheduled_ahead(self, conference_id: UUID, now: datetime) -> list[Session]:
        """Sessions that are scheduled and have not ended."""

    async def change_table(self, session_id: UUID, table_no: int) -> None:
        """Another table of the same place; nobody is told, and the version stays."""

    async def freeze(self, conference_id: UUID, frozen: bool) -> None: ...

    async def keep_change(self, change: BulkChange) -> None:
        """The change can be taken back from now on."""

    async def take_last_change(self, conference_id: UUID) -> BulkChange | None:
        """The last change that was not taken back, which it is from now on."""

    async def replace_places(self, conference_id: UUID, places: Sequence[Place]) -> None: ...

    async def replace_travel(self, conference_id: UUID, travel: Sequence[Travel]) -> None: ...

    async def replace_formats(self, conference_id: UUID, formats: Sequence[Format]) -> None: ...

    async def replace_talks(self, conference_id: UUID, talks: Sequence[Talk]) -> None: ...

    async def replace_availability(self, conference_id: UUID, attendee_id: UUID, free: Sequence[Interval]) -> None: ...

    async def replace_wishes(self, conference_id: UUID, attendee_id: UUID, wishes: Wishes) -> None: ...

    async def cancelled_among(self, attendee_ids: Collection[UUID]) -> set[UUID]: ...
