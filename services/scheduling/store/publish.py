"""What happened to a session, as the event others hear of."""

from datetime import datetime

from google.protobuf.timestamp_pb2 import Timestamp
from hallway.scheduling.v1 import events_pb2 as events
from hallway.scheduling.v1 import scheduling_pb2 as pb

from services.kit.outbox import Outgoing
from services.scheduling.domain.interval import Interval
from services.scheduling.domain.session import Change, Fact, Session, State

EVENTS = {
    Fact.SCHEDULED: events.SessionScheduled,
    Fact.UNPLACED: events.SessionUnplaced,
    Fact.CLASHED: events.SessionClashed,
    Fact.PROPOSED: events.SessionMoveProposed,
    Fact.MOVED: events.SessionMoved,
    Fact.CANCELLED: events.SessionCancelled,
    Fact.HELD: events.SessionHeld,
    Fact.MISSED: events.SessionMissed,
}
STATES = {
    State.UNPLACED: pb.SESSION_STATE_UNPLACED,
    State.SCHEDULED: pb.SESSION_STATE_SCHEDULED,
    State.CANCELLED: pb.SESSION_STATE_CANCELLED,
    State.HELD: pb.SESSION_STATE_HELD,
    State.MISSED: pb.SESSION_STATE_MISSED,
}


def outgoing(change: Change) -> Outgoing:
    """The event of a change; its sequence is the session's version."""
    message = EVENTS[change.fact](session=session_message(change.session))
    return Outgoing(str(change.session.id), message, change.session.version, change.cause)


def session_message(session: Session) -> pb.Session:
    """A session as others see it; the table number stays inside."""
    return pb.Session(
        id=str(session.id),
        conference_id=str(session.conference_id),
        attendee_ids=[str(attendee_id) for attendee_id in session.attendee_ids],
        format=session.format,
        state=STATES[session.state],
        place_id=str(session.place_id or ""),
        place_name=session.place_name,
        during=None if session.during is None else interval_message(session.during),
        calendar_sequence=session.calendar_sequence,
        reason=session.reason,
    )


def interval_message(interval: Interval) -> pb.Interval:
    """An interval as two timestamps."""
    return pb.Interval(starts_at=timestamp(interval.starts_at), ends_at=timestamp(interval.ends_at))


def timestamp(moment: datetime) -> Timestamp:
    """A moment."""
    stamp = Timestamp()
    stamp.FromDatetime(moment)
    return stamp
