"""Turns the other services' events into the portal's own values."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from google.protobuf.timestamp_pb2 import Timestamp
from hallway.attendee.v1 import attendee_pb2
from hallway.matchmaking.v1 import matchmaking_pb2
from hallway.scheduling.v1 import scheduling_pb2

from services.kit.consumer import Event
from services.kit.ids import read_id
from services.portal.domain.read_model import Attendee, Conference, Match, Session, Source, Suggestion, Tie


def name_of(enum: Any, value: int) -> str:
    """An enum's value as the portal says it: ATTENDEE_STATE_JOINED is joined."""
    prefix = enum.Name(0).removesuffix("UNSPECIFIED")
    return str(enum.Name(value)).removeprefix(prefix).lower()


def moment(message: Any, field: str) -> datetime | None:
    """A timestamp field, aware, in UTC; None when it is not set."""
    if not message.HasField(field):
        return None
    stamp: Timestamp = getattr(message, field)
    return stamp.ToDatetime(tzinfo=UTC)


def people(ids: Sequence[str]) -> tuple[UUID, ...]:
    """Attendee ids."""
    return tuple(map(read_id, ids))


def conference(c: attendee_pb2.Conference, version: int) -> Conference:
    """A conference as attendee tells it."""
    starts, ends = date.fromisoformat(c.starts_on), date.fromisoformat(c.ends_on)
    return Conference(read_id(c.id), version, c.slug, c.name, c.time_zone, starts, ends, c.series)


def attendee(a: attendee_pb2.Attendee, version: int) -> Attendee:
    """A person as attendee tells it."""
    state = name_of(attendee_pb2.AttendeeState, a.state)
    return Attendee(
        read_id(a.id), version, read_id(a.conference_id), a.ticket, a.name, a.email, state, a.attention_budget,
        tuple(a.interests), tuple(a.formats),
    )  # fmt: skip


def source(s: attendee_pb2.Source, version: int, state: str) -> Source:
    """A source as attendee tells it; the event's type says its state."""
    visibility = name_of(attendee_pb2.Visibility, s.visibility)
    return Source(
        read_id(s.id), version, read_id(s.conference_id), s.network, s.name, visibility, state, s.messages,
        s.interactions, s.unresolved, s.ties,
    )  # fmt: skip


def tie(t: attendee_pb2.Tie, version: int) -> Tie:
    """Ids, the total count and whence it comes are all the portal keeps of a tie."""
    total = sum(count.a_to_b + count.b_to_a for count in t.counts)
    sources = tuple(sorted({str(read_id(count.source_id)) for count in t.counts}))
    return Tie(read_id(t.id), version, read_id(t.conference_id), read_id(t.a), read_id(t.b), total, sources)


def evidence(e: matchmaking_pb2.Evidence) -> dict[str, Any]:
    """A reason both people may see."""
    return {
        "source_name": e.source_name,
        "kind": e.kind,
        "first_to_second": e.first_to_second,
        "second_to_first": e.second_to_first,
        "first_month": e.first_month,
        "last_month": e.last_month,
        "interest": e.interest,
        "source_id": e.source_id,
    }


def suggestion(s: matchmaking_pb2.Suggestion, version: int) -> Suggestion:
    """A suggestion as matchmaking tells everybody: without answers."""
    return Suggestion(
        read_id(s.id), version, read_id(s.conference_id), people(s.attendee_ids),
        name_of(matchmaking_pb2.Route, s.route), s.format, name_of(matchmaking_pb2.SuggestionState, s.state),
        moment(s, "expires_at"), tuple(map(evidence, s.evidence)), tuple(s.ranks), s.size or len(s.attendee_ids),
    )  # fmt: skip


def match(m: matchmaking_pb2.Match, version: int) -> Match:
    """A match as matchmaking tells it."""
    state = name_of(matchmaking_pb2.MatchState, m.state)
    return Match(read_id(m.id), version, read_id(m.conference_id), people(m.attendee_ids), m.format, state)


def session(s: scheduling_pb2.Session, version: int, changed_at: datetime) -> Session:
    """A session as scheduling tells it."""
    return Session(
        read_id(s.id), version, read_id(s.conference_id), people(s.attendee_ids), s.format,
        name_of(scheduling_pb2.SessionState, s.state), read_id(s.place_id) if s.place_id else None, s.place_name,
        moment(s.during, "starts_at"), moment(s.during, "ends_at"), s.calendar_sequence, s.reason, changed_at,
    )  # fmt: skip


def session_of(event: Event) -> Session:
    """The session in an event of the session topic."""
    return session(event.message.session, event.sequence, event.time)
