"""Facts this service tells the others; each carries the state it left behind."""

from dataclasses import dataclass

from services.attendee.domain.attendee import Attendee
from services.attendee.domain.conference import Conference
from services.attendee.domain.source import Source
from services.attendee.domain.tie import Tie


@dataclass(frozen=True, slots=True)
class ConferenceCreated:
    """A conference is there."""

    conference: Conference


@dataclass(frozen=True, slots=True)
class AttendeeRegistered:
    """A person has a ticket."""

    attendee: Attendee


@dataclass(frozen=True, slots=True)
class AttendeeJoined:
    """A person said yes to networking."""

    attendee: Attendee


@dataclass(frozen=True, slots=True)
class AttendeeChanged:
    """Profile, budget or contact changed; the state did not."""

    attendee: Attendee


@dataclass(frozen=True, slots=True)
class AttendeePaused:
    """A person wants no new suggestion for now."""

    attendee: Attendee


@dataclass(frozen=True, slots=True)
class AttendeeCancelled:
    """The ticket is gone, or is somebody else's now."""

    attendee: Attendee


@dataclass(frozen=True, slots=True)
class SourceImported:
    """A source's counts are there."""

    source: Source


@dataclass(frozen=True, slots=True)
class SourceWithdrawn:
    """A source and everything that rested on it is gone."""

    source: Source


@dataclass(frozen=True, slots=True)
class TieChanged:
    """A tie of two people who both said yes; without counts it is gone."""

    tie: Tie


AttendeeEvent = AttendeeRegistered | AttendeeJoined | AttendeeChanged | AttendeePaused | AttendeeCancelled
Event = ConferenceCreated | AttendeeEvent | SourceImported | SourceWithdrawn | TieChanged
