"""What the use cases need of the store, one port for each concern."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol
from uuid import UUID

from services.attendee.domain.attendee import Attendee
from services.attendee.domain.conference import Conference
from services.attendee.domain.events import Event
from services.attendee.domain.registering import Person
from services.attendee.domain.source import Source, SourceHeader
from services.attendee.domain.tie import Added, PairTotal, Tie


class Events(Protocol):
    """Where facts are told."""

    async def publish(self, events: Sequence[Event]) -> None:
        """Tell `events`, in this order, if and only if the transaction commits."""


class Conferences(Protocol):
    """Conferences."""

    async def add_conference(self, conference: Conference) -> bool:
        """Keep a new conference; False if its slug is taken."""

    async def lock_conference(self, conference_id: UUID) -> None:
        """Let no other command change this conference's people and ties meanwhile. Raises NotFound.

        Two people who join at the same moment would otherwise each find the other not joined.
        """


class People(Protocol):
    """Attendees and their handles."""

    async def person(self, attendee_id: UUID) -> Person:
        """One person, with their conference locked. Raises NotFound."""

    async def people_of_tickets(self, conference_id: UUID, tickets: Sequence[str]) -> Mapping[str, Person]:
        """The people who hold `tickets`, by ticket; unknown tickets are absent."""

    async def attendees(self, conference_id: UUID, ids: Collection[UUID]) -> Mapping[UUID, Attendee]:
        """The attendees with `ids`, by id; unknown ids are absent."""

    async def save_attendees(self, attendees: Sequence[Attendee]) -> None:
        """Keep new and changed attendees."""


class Handles(Protocol):
    """Who has which address."""

    async def holders(self, conference_id: UUID, keys: Collection[tuple[str, str]]) -> Mapping[tuple[str, str], str]:
        """The tickets that hold the handles with (network, address) `keys`, by key."""

    async def addresses(self, conference_id: UUID, network: str) -> Mapping[str, UUID]:
        """Every attendee by their addresses on a network."""

    async def save_handles(self, people: Sequence[Person]) -> None:
        """Make the handles of `people` the ones given. Raises Conflict if somebody else has one."""


class Refusals(Protocol):
    """Who is to be left out of which source."""

    async def refuse(self, header: SourceHeader, attendee_id: UUID) -> None:
        """Remember that a source is to leave this person out."""

    async def refusers(self, header: SourceHeader) -> set[UUID]:
        """Who is to be left out of this source."""

    async def forget_counts(self, source: Source, attendee_id: UUID) -> tuple[list[UUID], int]:
        """Drop a source's counts of one person; the ties that had any, and how many interactions these were."""


class Ties(Protocol):
    """Ties and their counts."""

    async def ties_of(self, attendee_ids: Collection[UUID]) -> list[UUID]:
        """Ties with counts of any of these people."""

    async def forget_ties_of(self, attendee_ids: Collection[UUID]) -> list[UUID]:
        """Drop all counts of these people's ties; the ties that had any."""

    async def advance(self, tie_ids: Sequence[UUID]) -> list[Tie]:
        """Those of `tie_ids` whose two people said yes, each with its next version."""


class Sources(Protocol):
    """Sources and the counts that rest on them."""

    async def find_source(self, header: SourceHeader) -> Source | None:
        """The source of this conference, network and name."""

    async def lock_source(self, source_id: UUID) -> Source:
        """A source, with its conference locked. Raises NotFound."""

    async def save_source(self, source: Source) -> None:
        """Keep a new or changed source."""

    async def replace_counts(self, source: Source, totals: Sequence[PairTotal]) -> list[UUID]:
        """Make the counts of a source the ones given; the ties that changed."""

    async def add_counts(self, source: Source, totals: Sequence[PairTotal], said_yes: Collection[UUID]) -> Added:
        """Add to the counts of a source; ties of two who said yes advance by one version, and are to be told of."""

    async def remove_source(self, source: Source) -> list[UUID]:
        """Drop a source and its counts; the ties that changed."""


class Joining(Conferences, People, Ties, Events, Protocol):
    """What joining, pausing and the like need."""


class Registering(Joining, Handles, Protocol):
    """What registering and cancelling need."""


class Importing(Conferences, People, Handles, Refusals, Sources, Ties, Events, Protocol):
    """What sources need."""


class Refusing(People, Refusals, Sources, Ties, Events, Protocol):
    """What withdrawing from a source needs."""


class Erasing(People, Ties, Events, Protocol):
    """What erasing needs."""

    async def remove_attendee(self, attendee_id: UUID) -> None:
        """Drop the attendee with every row that refers to them."""
