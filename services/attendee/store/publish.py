"""Facts as protobuf events in the outbox."""

from collections.abc import Sequence

from google.protobuf.message import Message
from hallway.attendee.v1 import attendee_pb2 as pb
from hallway.attendee.v1 import events_pb2 as pb_events

from services.attendee.domain import events as facts
from services.attendee.domain.attendee import Attendee, State
from services.attendee.domain.conference import Conference
from services.attendee.domain.source import Source, Visibility
from services.attendee.domain.tie import Tie
from services.kit.db import Connection
from services.kit.outbox import Outgoing, append

STATES = {
    State.REGISTERED: pb.ATTENDEE_STATE_REGISTERED,
    State.JOINED: pb.ATTENDEE_STATE_JOINED,
    State.PAUSED: pb.ATTENDEE_STATE_PAUSED,
    State.CANCELLED: pb.ATTENDEE_STATE_CANCELLED,
}
VISIBILITIES = {Visibility.PUBLIC: pb.VISIBILITY_PUBLIC, Visibility.PRIVATE: pb.VISIBILITY_PRIVATE}
_ATTENDEE_EVENTS: dict[type[facts.AttendeeEvent], type[Message]] = {
    facts.AttendeeRegistered: pb_events.AttendeeRegistered,
    facts.AttendeeJoined: pb_events.AttendeeJoined,
    facts.AttendeeChanged: pb_events.AttendeeChanged,
    facts.AttendeePaused: pb_events.AttendeePaused,
    facts.AttendeeCancelled: pb_events.AttendeeCancelled,
}


async def publish(tx: Connection, events: Sequence[facts.Event]) -> None:
    """Append `events` to the outbox, in this order, in one statement."""
    await append(tx, [_outgoing(event) for event in events])


def _outgoing(event: facts.Event) -> Outgoing:
    match event:
        case facts.ConferenceCreated(conference):
            message: Message = pb_events.ConferenceCreated(conference=conference_message(conference))
            return Outgoing(str(conference.id), message, conference.version)
        case facts.SourceImported(source):
            message = pb_events.SourceImported(source=source_message(source))
            return Outgoing(str(source.id), message, source.version)
        case facts.SourceWithdrawn(source):
            message = pb_events.SourceWithdrawn(source=source_message(source))
            return Outgoing(str(source.id), message, source.version)
        case facts.TieChanged(tie):
            return Outgoing(str(tie.id), pb_events.TieChanged(tie=tie_message(tie)), tie.version)
        case _:
            make = _ATTENDEE_EVENTS[type(event)]
            message = make(attendee=attendee_message(event.attendee))
            return Outgoing(str(event.attendee.id), message, event.attendee.version)


def conference_message(c: Conference) -> pb.Conference:
    """A conference as others see it."""
    return pb.Conference(
        id=str(c.id), slug=c.slug, name=c.name, time_zone=c.time_zone,
        starts_on=c.starts_on.isoformat(), ends_on=c.ends_on.isoformat(), series=c.series,
    )  # fmt: skip


def attendee_message(a: Attendee) -> pb.Attendee:
    """An attendee as others see them: without handles."""
    return pb.Attendee(
        id=str(a.id), conference_id=str(a.conference_id), ticket=a.ticket, name=a.name, email=a.email,
        state=STATES[a.state], attention_budget=a.profile.budget,
        interests=a.profile.interests, formats=a.profile.formats, erased=a.erased,
    )  # fmt: skip


def source_message(s: Source) -> pb.Source:
    """A source as others see it."""
    return pb.Source(
        id=str(s.id), conference_id=str(s.header.conference_id), network=s.header.network, name=s.header.name,
        visibility=VISIBILITIES[s.header.visibility], messages=s.figures.messages,
        interactions=s.figures.interactions, unresolved=s.figures.unresolved, ties=s.figures.ties,
    )  # fmt: skip


def tie_message(t: Tie) -> pb.Tie:
    """A tie as others see it."""
    counts = [
        pb.TieCount(source_id=str(c.source_id), kind=c.kind, month=c.month, a_to_b=c.a_to_b, b_to_a=c.b_to_a)
        for c in t.counts
    ]
    return pb.Tie(id=str(t.id), conference_id=str(t.conference_id), a=str(t.a), b=str(t.b), counts=counts)
