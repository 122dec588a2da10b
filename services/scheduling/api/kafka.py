"""The Kafka door of scheduling: conferences, attendees and matches, as their services tell of them."""

from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hallway.attendee.v1 import attendee_pb2 as attendees
from hallway.attendee.v1 import events_pb2 as attendee_events
from hallway.matchmaking.v1 import events_pb2 as match_events

from services.kit.clock import Clock
from services.kit.consumer import Event, Subscription
from services.kit.db import Connection
from services.kit.errors import Poison
from services.kit.ids import read_id
from services.scheduling.domain.conference import Attendee, Conference, Match
from services.scheduling.domain.formats import FORMATS
from services.scheduling.handlers.cancel_matches import cancel_matches
from services.scheduling.handlers.follow_attendees import follow_attendees
from services.scheduling.handlers.follow_conferences import follow_conferences
from services.scheduling.handlers.place_matches import place_matches
from services.scheduling.store.write import Store

# Everything that carries an attendee's state; only whether the ticket is still there matters here.
ATTENDEE_EVENTS = (
    attendee_events.AttendeeRegistered,
    attendee_events.AttendeeJoined,
    attendee_events.AttendeeChanged,
    attendee_events.AttendeePaused,
    attendee_events.AttendeeCancelled,
)


def subscription(clock: Clock) -> Subscription:
    """What scheduling follows, and the handler of each."""

    async def on_conferences(tx: Connection, events: list[Event]) -> None:
        await follow_conferences(Store(tx), [_conference(event) for event in events], clock())

    async def on_attendees(tx: Connection, events: list[Event]) -> None:
        people = [_attendee(event) for event in events]
        causes = {person.id: event.traceparent for person, event in zip(people, events, strict=True)}
        await follow_attendees(Store(tx), people, clock(), causes)

    async def on_matches_made(tx: Connection, events: list[Event]) -> None:
        await place_matches(Store(tx), [_match(event) for event in events], clock())

    async def on_matches_cancelled(tx: Connection, events: list[Event]) -> None:
        await cancel_matches(Store(tx), [_match(event) for event in events], clock())

    return Subscription(
        group="scheduling",
        handlers={
            attendee_events.ConferenceCreated: on_conferences,
            **dict.fromkeys(ATTENDEE_EVENTS, on_attendees),
            match_events.MatchMade: on_matches_made,
            match_events.MatchCancelled: on_matches_cancelled,
        },
    )


def _conference(event: Event) -> Conference:
    told = event.message.conference
    try:
        ZoneInfo(told.time_zone)
        starts_on, ends_on = date.fromisoformat(told.starts_on), date.fromisoformat(told.ends_on)
        return Conference(read_id(told.id), told.time_zone, starts_on, ends_on, event.sequence)
    except (ValueError, ZoneInfoNotFoundError) as error:
        raise Poison(f"the conference cannot be read: {type(error).__name__}") from None


def _attendee(event: Event) -> Attendee:
    told = event.message.attendee
    cancelled = told.state == attendees.ATTENDEE_STATE_CANCELLED
    conference_id = _id(told.conference_id, "conference_id")
    return Attendee(_id(told.id, "id"), conference_id, cancelled, event.sequence, told.erased)


def _match(event: Event) -> Match:
    told = event.message.match
    people = tuple(_id(text, "attendee_ids") for text in told.attendee_ids)
    if len(set(people)) < 2:
        raise Poison(f"{len(set(people))} people; a match has at least two")
    if told.format not in FORMATS:
        raise Poison(f"its format is none of {', '.join(FORMATS)}")
    match_id, conference_id = _id(told.id, "id"), _id(told.conference_id, "conference_id")
    return Match(match_id, conference_id, people, told.format, event.traceparent)


def _id(text: str, field: str) -> UUID:
    try:
        return read_id(text)
    except ValueError:
        raise Poison(f"{field} is not a UUID") from None
