"""A session's life: unplaced or scheduled, moved, cancelled, held or missed; what may follow what."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.kit.errors import Conflict, Forbidden, Invalid
from services.scheduling.domain.conference import Match
from services.scheduling.domain.interval import Interval
from services.scheduling.domain.text import line_problem
from services.scheduling.domain.venue import Place

MAX_REASON = 500
TICKET_GONE = "somebody's registration was cancelled"
CALLED_OFF = "it was called off"
CHOSEN = "one of you chose this time and place"
RESTORED = "its place is there again: it stays where it was"
FROZEN = "the plan is frozen; the organizers place it once it is not"
CLEARED = "no talk is in the way any more: it stays where it was"


class State(StrEnum):
    """Where a session stands; a scheduled or held one occupies its people and its table."""

    UNPLACED = "unplaced"
    SCHEDULED = "scheduled"
    CANCELLED = "cancelled"
    HELD = "held"
    MISSED = "missed"


class Fact(StrEnum):
    """What happened to a session, as others hear of it."""

    SCHEDULED = "scheduled"
    UNPLACED = "unplaced"
    CLASHED = "clashed"
    PROPOSED = "proposed"
    MOVED = "moved"
    CANCELLED = "cancelled"
    HELD = "held"
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class Spot:
    """A slot at one numbered table of a place, and why it is the best one."""

    place: Place
    table_no: int
    during: Interval
    why: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Session:
    """A match with a time, a place and a format. `reason` is for people: why this slot, why none, why cancelled.

    `calendar_sequence` is RFC 5545's SEQUENCE; `version` rises with every change. An unplaced one with a time has
    lost it. `asked`: its people were offered other spots, and only they choose (promise 8).
    """

    id: UUID
    conference_id: UUID
    attendee_ids: tuple[UUID, ...]
    format: str
    state: State
    version: int = 1
    calendar_sequence: int = 0
    reason: str = ""
    place_id: UUID | None = None
    place_name: str = ""
    table_no: int | None = None
    during: Interval | None = None
    asked: bool = False


@dataclass(frozen=True, slots=True)
class Version:
    """A session as it once was, since `saved_at`."""

    version: int
    state: State
    place_name: str
    during: Interval | None
    reason: str
    saved_at: datetime


@dataclass(frozen=True, slots=True)
class Change:
    """A session as it is now, what made it so, and the trace it came by."""

    fact: Fact
    session: Session
    cause: str | None = None


def begun(match: Match) -> Session:
    """A match's session before anything is known of time and place; not stored yet (version 0)."""
    people = tuple(sorted(set(match.attendee_ids)))
    return Session(match.id, match.conference_id, people, match.format, State.UNPLACED, version=0)


def scheduled(session: Session, spot: Spot, cause: str | None = None) -> Change:
    """The session gets its first time and place."""
    return Change(Fact.SCHEDULED, _at(session, spot, session.calendar_sequence, spot.why), cause)


def unplaced(session: Session, reason: str, cause: str | None = None) -> Change:
    """No time and place for now."""
    return Change(Fact.UNPLACED, _next(session, state=State.UNPLACED, reason=reason), cause)


def displaced(session: Session, reason: str, asked: bool) -> Change:
    """Its place or hours are gone: it keeps the lost time, so that calendars can take it out."""
    lost = _next(
        session, state=State.UNPLACED, reason=reason, asked=asked, calendar_sequence=session.calendar_sequence + 1
    )
    return Change(Fact.UNPLACED, lost)


def offered(session: Session, reason: str) -> Change:
    """A session that lost its spot could have another one; its people choose."""
    return Change(Fact.UNPLACED, _next(session, reason=reason, asked=True))


def clashed(session: Session, reason: str) -> Change:
    """A talk is in its way; it stays where it is until its people choose."""
    return Change(Fact.CLASHED, _next(session, reason=reason, asked=True))


def proposed(session: Session, reason: str) -> Change:
    """Its people could make room for others; it stays where it is until they choose."""
    return Change(Fact.PROPOSED, _next(session, reason=reason, asked=True))


def cleared(session: Session) -> Change:
    """The talk that was in its way is not any more."""
    return Change(Fact.SCHEDULED, _next(session, reason=CLEARED, asked=False))


def restored(session: Session, table_no: int) -> Change:
    """It has the spot back that it lost."""
    back = _next(
        session, state=State.SCHEDULED, table_no=table_no, reason=RESTORED, asked=False,
        calendar_sequence=session.calendar_sequence + 1,
    )  # fmt: skip
    return Change(Fact.SCHEDULED, back)


def moved(session: Session, spot: Spot) -> Change:
    """Another time and place, and calendars replace the old one; or the first."""
    if session.during is None:
        return Change(Fact.SCHEDULED, _at(session, spot, session.calendar_sequence, CHOSEN))
    return Change(Fact.MOVED, _at(session, spot, session.calendar_sequence + 1, CHOSEN))


def check_movable(session: Session, by: UUID | None, now: datetime) -> None:
    """Raises Forbidden or Conflict unless `by` (None: an organizer) may move the session now."""
    check_member(session, by)
    if session.state not in (State.SCHEDULED, State.UNPLACED):
        raise Conflict("session_id", f"the session is {session.state}; only one that is to come can be moved")
    if session.state == State.SCHEDULED and session.during and session.during.starts_at <= now:
        raise Conflict("session_id", "the session has begun; it cannot be moved any more")


def cancelled(session: Session, reason: str, cause: str | None = None) -> Change:
    """Called off; raises Conflict when it took place, Invalid when the reason is no line of text."""
    if problem := line_problem("reason", reason, MAX_REASON):
        raise Invalid("reason", problem)
    if session.state in (State.HELD, State.MISSED):
        raise Conflict("session_id", f"the session was {session.state}; it cannot be cancelled any more")
    # Only what stood in a calendar has to be taken out of it.
    sequence = session.calendar_sequence + (session.state == State.SCHEDULED)
    words = reason.strip() or CALLED_OFF
    gone = _next(session, state=State.CANCELLED, reason=words, calendar_sequence=sequence, asked=False)
    return Change(Fact.CANCELLED, gone, cause)


def concluded(session: Session, state: State, now: datetime) -> Change | None:
    """Held or missed; None when somebody has reported already (the first report decides)."""
    if session.state in (State.HELD, State.MISSED):
        return None
    if session.state != State.SCHEDULED or session.during is None:
        raise Conflict("session_id", f"the session is {session.state}; only a scheduled one has an outcome")
    if now < session.during.starts_at:
        raise Conflict("session_id", "the session has not begun; report its outcome afterwards")
    fact = Fact.HELD if state == State.HELD else Fact.MISSED
    return Change(fact, _next(session, state=state))


def check_member(session: Session, attendee_id: UUID | None) -> None:
    """Raises Forbidden unless it is one of the session's people, or an organizer (None)."""
    if attendee_id is not None and attendee_id not in session.attendee_ids:
        raise Forbidden("only the people of a session and organizers may change it")


def _at(session: Session, spot: Spot, calendar_sequence: int, why: str) -> Session:
    return _next(
        session,
        state=State.SCHEDULED,
        calendar_sequence=calendar_sequence,
        reason=why,
        asked=False,
        place_id=spot.place.id,
        place_name=spot.place.name,
        table_no=spot.table_no,
        during=spot.during,
    )


def _next(session: Session, **changes: object) -> Session:
    return replace(session, version=session.version + 1, **changes)  # type: ignore[arg-type]
