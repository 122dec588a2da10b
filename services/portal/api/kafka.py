"""What the portal hears: all topics for the read model, and a few events for mail."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from hallway.attendee.v1 import events_pb2 as attendee_events
from hallway.matchmaking.v1 import events_pb2 as matchmaking_events
from hallway.scheduling.v1 import events_pb2 as scheduling_events

from services.kit.clock import system_clock
from services.kit.consumer import Event, Handler, Subscription
from services.kit.db import Connection
from services.kit.errors import Poison
from services.portal.api import events as convert
from services.portal.domain.mails import Kind
from services.portal.domain.read_model import Attendee, Row, Suggestion
from services.portal.handlers.announce import announce_sessions, announce_suggestions, announce_welcome
from services.portal.handlers.follow import follow
from services.portal.store.forget import forget_people
from services.portal.store.mail import MailStore
from services.portal.store.write import ReadModelStore

R = TypeVar("R")


def _read(convert_one: Callable[[Event], R], events: Sequence[Event]) -> list[R]:
    """The events as the portal's values; raises Poison, which a dead letter quotes, for one that is none."""
    try:
        return [convert_one(event) for event in events]
    except ValueError:
        raise Poison("an id, a date or a state in it cannot be read") from None


def _followed(convert_one: Callable[[Event], Row]) -> Handler:
    async def handle(tx: Connection, events: list[Event]) -> None:
        await follow(ReadModelStore(tx), _read(convert_one, events))

    return handle


def _source(state: str) -> Handler:
    return _followed(lambda e: convert.source(e.message.source, e.sequence, state))


def _attendee(event: Event) -> Attendee:
    return convert.attendee(event.message.attendee, event.sequence)


def _suggestion(event: Event) -> Suggestion:
    return convert.suggestion(event.message.suggestion, event.sequence)


_ATTENDEE = _followed(_attendee)
_SUGGESTION = _followed(_suggestion)
_MATCH = _followed(lambda e: convert.match(e.message.match, e.sequence))
_SESSION = _followed(convert.session_of)


async def _cancelled(tx: Connection, events: list[Event]) -> None:
    await _ATTENDEE(tx, events)
    if erased := [_attendee(e).id for e in events if e.message.attendee.erased]:
        await forget_people(tx, erased)


READ_MODEL = Subscription(
    group="portal-read-model",
    handlers={
        attendee_events.ConferenceCreated: _followed(lambda e: convert.conference(e.message.conference, e.sequence)),
        attendee_events.AttendeeRegistered: _ATTENDEE,
        attendee_events.AttendeeJoined: _ATTENDEE,
        attendee_events.AttendeeChanged: _ATTENDEE,
        attendee_events.AttendeePaused: _ATTENDEE,
        attendee_events.AttendeeCancelled: _cancelled,
        attendee_events.SourceImported: _source("imported"),
        attendee_events.SourceWithdrawn: _source("withdrawn"),
        attendee_events.TieChanged: _followed(lambda e: convert.tie(e.message.tie, e.sequence)),
        matchmaking_events.SuggestionMade: _SUGGESTION,
        matchmaking_events.SuggestionWithdrawn: _SUGGESTION,
        matchmaking_events.SuggestionExpired: _SUGGESTION,
        matchmaking_events.MatchMade: _MATCH,
        matchmaking_events.MatchCancelled: _MATCH,
        scheduling_events.SessionScheduled: _SESSION,
        scheduling_events.SessionUnplaced: _SESSION,
        scheduling_events.SessionClashed: _SESSION,
        scheduling_events.SessionMoveProposed: _SESSION,
        scheduling_events.SessionMoved: _SESSION,
        scheduling_events.SessionCancelled: _SESSION,
        scheduling_events.SessionHeld: _SESSION,
        scheduling_events.SessionMissed: _SESSION,
    },
)


async def _welcome(tx: Connection, events: list[Event]) -> None:
    await announce_welcome(MailStore(tx, system_clock()), _read(_attendee, events))


async def _suggestions(tx: Connection, events: list[Event]) -> None:
    now = system_clock()
    suggestions = _read(lambda e: (e.id, _suggestion(e)), events)
    await announce_suggestions(MailStore(tx, now), suggestions, now)


def _sessions(kind: Kind) -> Handler:
    async def handle(tx: Connection, events: list[Event]) -> None:
        sessions = _read(lambda e: (e.id, convert.session_of(e)), events)
        await announce_sessions(MailStore(tx, system_clock()), kind, sessions)

    return handle


MAIL = Subscription(
    group="portal-mail",
    handlers={
        attendee_events.AttendeeRegistered: _welcome,
        attendee_events.AttendeeJoined: _welcome,
        matchmaking_events.SuggestionMade: _suggestions,
        scheduling_events.SessionScheduled: _sessions("scheduled"),
        # Only one that lost its time has one, and only that is told; one that never had any waits in silence.
        scheduling_events.SessionUnplaced: _sessions("to-move"),
        scheduling_events.SessionClashed: _sessions("to-move"),
        scheduling_events.SessionMoveProposed: _sessions("to-move"),
        scheduling_events.SessionMoved: _sessions("moved"),
        scheduling_events.SessionCancelled: _sessions("cancelled"),
    },
)
