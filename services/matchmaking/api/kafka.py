"""The Kafka door: which events matchmaking takes, and what they say in its own words."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from hallway.attendee.v1 import attendee_pb2 as attendee_pb
from hallway.attendee.v1 import events_pb2 as told
from hallway.scheduling.v1 import events_pb2 as scheduled

from services.kit.consumer import Event, Handler, Subscription
from services.kit.db import Connection
from services.kit.errors import Poison
from services.kit.ids import read_id
from services.matchmaking.domain.facts import (
    Attendee,
    AttendeeState,
    Conference,
    Session,
    SessionState,
    Source,
    Tie,
    TieCount,
    end_of_day,
    person,
)
from services.matchmaking.handlers.record_attendees import record_attendees
from services.matchmaking.handlers.record_conferences import record_conferences
from services.matchmaking.handlers.record_sessions import record_sessions
from services.matchmaking.handlers.record_sources import record_sources
from services.matchmaking.handlers.record_ties import record_ties
from services.matchmaking.store.facts import FactStore
from services.matchmaking.store.matches import MatchStore
from services.matchmaking.store.publish import OutboxPublisher
from services.matchmaking.store.solving import SolveQueue
from services.matchmaking.store.write import SuggestionStore

_ATTENDEE_STATES: dict[int, AttendeeState] = {
    attendee_pb.ATTENDEE_STATE_REGISTERED: AttendeeState.REGISTERED,
    attendee_pb.ATTENDEE_STATE_JOINED: AttendeeState.JOINED,
    attendee_pb.ATTENDEE_STATE_PAUSED: AttendeeState.PAUSED,
    attendee_pb.ATTENDEE_STATE_CANCELLED: AttendeeState.CANCELLED,
}
_SESSION_STATES = {
    "hallway.scheduling.v1.SessionCancelled": SessionState.CANCELLED,
    "hallway.scheduling.v1.SessionHeld": SessionState.HELD,
    "hallway.scheduling.v1.SessionMissed": SessionState.MISSED,
}


async def on_conferences(tx: Connection, events: list[Event]) -> None:
    """ConferenceCreated."""
    await record_conferences(FactStore(tx), [_conference(e) for e in events])


async def on_attendees(tx: Connection, events: list[Event]) -> None:
    """Every event of an attendee."""
    await record_attendees(
        FactStore(tx), SuggestionStore(tx), MatchStore(tx), OutboxPublisher(tx), SolveQueue(tx),
        [_attendee(e) for e in events], _cause(events),
    )  # fmt: skip


async def on_sources(tx: Connection, events: list[Event]) -> None:
    """SourceImported, SourceWithdrawn."""
    sources = [_source(e) for e in events]
    await record_sources(FactStore(tx), SuggestionStore(tx), SolveQueue(tx), sources, _cause(events))


async def on_ties(tx: Connection, events: list[Event]) -> None:
    """TieChanged."""
    await record_ties(
        FactStore(tx), SuggestionStore(tx), OutboxPublisher(tx), SolveQueue(tx),
        [_tie(e) for e in events], _cause(events),
    )  # fmt: skip


async def on_sessions(tx: Connection, events: list[Event]) -> None:
    """Every event of a session."""
    sessions = [
        Session(_id(e.message.session.id), _SESSION_STATES.get(e.type, SessionState.AHEAD), e.sequence) for e in events
    ]
    await record_sessions(MatchStore(tx), SolveQueue(tx), sessions, _cause(events))


HANDLERS: dict[type[Any], Handler] = {
    told.ConferenceCreated: on_conferences,
    told.AttendeeRegistered: on_attendees,
    told.AttendeeJoined: on_attendees,
    told.AttendeeChanged: on_attendees,
    told.AttendeePaused: on_attendees,
    told.AttendeeCancelled: on_attendees,
    told.SourceImported: on_sources,
    told.SourceWithdrawn: on_sources,
    told.TieChanged: on_ties,
    scheduled.SessionScheduled: on_sessions,
    scheduled.SessionUnplaced: on_sessions,
    scheduled.SessionClashed: on_sessions,
    scheduled.SessionMoveProposed: on_sessions,
    scheduled.SessionMoved: on_sessions,
    scheduled.SessionCancelled: on_sessions,
    scheduled.SessionHeld: on_sessions,
    scheduled.SessionMissed: on_sessions,
}
SUBSCRIPTION = Subscription(group="matchmaking", handlers=HANDLERS)


def _cause(events: Sequence[Event]) -> str | None:
    return events[-1].traceparent


def _id(text: str) -> UUID:
    try:
        return read_id(text)
    except ValueError:
        raise Poison("an id in it is not a UUID") from None


def _conference(event: Event) -> Conference:
    message = event.message.conference
    try:
        ends_at = end_of_day(message.ends_on, message.time_zone)
    except (ValueError, KeyError, OverflowError):
        raise Poison("the conference's last day or time zone cannot be read") from None
    return Conference(_id(message.id), ends_at, event.sequence, message.series)


def _attendee(event: Event) -> Attendee:
    message = event.message.attendee
    if message.state not in _ATTENDEE_STATES:
        raise Poison(f"attendee state {message.state} is not known")
    return Attendee(
        id=_id(message.id),
        conference_id=_id(message.conference_id),
        state=_ATTENDEE_STATES[message.state],
        budget=message.attention_budget,
        interests=tuple(message.interests),
        formats=tuple(message.formats),
        version=event.sequence,
        person=person(message.email),
        erased=message.erased,
    )


def _source(event: Event) -> Source:
    message = event.message.source
    return Source(
        id=_id(message.id),
        conference_id=_id(message.conference_id),
        name=message.name,
        public=message.visibility == attendee_pb.VISIBILITY_PUBLIC,
        withdrawn=event.type == told.SourceWithdrawn.DESCRIPTOR.full_name,
        version=event.sequence,
    )


def _tie(event: Event) -> Tie:
    message = event.message.tie
    counts = tuple(TieCount(_id(c.source_id), c.kind, c.month, c.a_to_b, c.b_to_a) for c in message.counts)
    a, b = _id(message.a), _id(message.b)
    if not a < b:
        raise Poison("the tie's two attendees are not in order")
    return Tie(_id(message.id), _id(message.conference_id), a, b, counts, event.sequence)
