"""Which mails follow from which events, and what they say, in plain text of our own words."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from services.portal.domain.read_model import Attendee, Conference, Session

Kind = Literal["welcome", "suggestions", "scheduled", "to-move", "moved", "cancelled", "sign-in"]
_WELCOME = uuid.UUID("6ff9be3c-4a0c-4d43-9b58-0a1e64f0a6a1")


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to tell one person once: recipient is an attendee id, or an organizer's mail address."""

    event_id: UUID
    kind: Kind
    conference_id: UUID
    recipient: str
    role: str = "attendee"
    session: Session | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What a mail is written from; others are the names of the session's other people, url a one-time link."""

    conference: Conference
    name: str
    url: str
    session: Session | None = None
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Words:
    """Subject and text of a mail."""

    subject: str
    text: str


def welcome(attendee: Attendee) -> Notice:
    """One welcome for each person behind a ticket, whether they joined already or not."""
    event_id = uuid.uuid5(_WELCOME, f"{attendee.id} {attendee.email.lower()}")
    return Notice(event_id, "welcome", attendee.conference_id, str(attendee.id))


def of_session(event_id: UUID, kind: Kind, session: Session) -> list[Notice]:
    """Every person of a session that has, or had, a time."""
    if session.starts_at is None:
        return []
    return [
        Notice(event_id, kind, session.conference_id, str(person), session=session) for person in session.attendee_ids
    ]


def compose(kind: Kind, facts: Facts) -> Words:
    """The words of a mail."""
    subject, paragraphs = _PAGES[kind](facts)
    greeting = f"Hello {facts.name}," if facts.name else "Hello,"
    text = "\n\n".join([greeting, *paragraphs, f"Hallway, for {facts.conference.name}"])
    return Words(" ".join(subject.split()), text + "\n")


def _link(facts: Facts, what: str) -> str:
    return f"{what}\n{facts.url}\nThe link works once, and only for you; ask for another one on that page."


def _welcome(facts: Facts) -> tuple[str, Sequence[str]]:
    name = facts.conference.name
    return f"Meet people you know from online at {name}", [
        f"some of the people you talk with online may be at {name} too. Hallway proposes a few of them to you, asks "
        "both sides, and finds a time and a table when both want to meet. A no is never shown to anybody.",
        _link(facts, "Say whether you take part, and what you like to talk about:"),
    ]


def _suggestions(facts: Facts) -> tuple[str, Sequence[str]]:
    return f"People to meet at {facts.conference.name}", [
        f"Hallway has found people you may want to meet at {facts.conference.name}.",
        _link(facts, "See who and why, and answer:"),
    ]


def _sign_in(facts: Facts) -> tuple[str, Sequence[str]]:
    return f"Your link to {facts.conference.name}", [
        _link(facts, "You asked for a link to sign in:"),
        "If it was not you, do nothing: nobody gets in without this mail.",
    ]


def _when(facts: Facts) -> str:
    session = facts.session
    if session is None or session.starts_at is None or session.ends_at is None:
        raise ValueError("a mail about a session needs one with a time")
    zone = ZoneInfo(facts.conference.time_zone)
    starts, ends = session.starts_at.astimezone(zone), session.ends_at.astimezone(zone)
    return f"{_day(starts)}, {starts:%H:%M} to {ends:%H:%M} ({facts.conference.time_zone})"


def _day(moment: datetime) -> str:
    return f"{moment:%A} {moment.day} {moment:%B}"


def _who(facts: Facts) -> str:
    *most, last = facts.others or ("the others",)
    return f"{', '.join(most)} and {last}" if most else last


def _session_lines(facts: Facts) -> str:
    session = facts.session
    assert session is not None  # _when has looked
    return f"Who: {_who(facts)}\nWhen: {_when(facts)}\nWhere: {session.place_name}\nWhat: {session.format}"


def _scheduled(facts: Facts) -> tuple[str, Sequence[str]]:
    when = _when(facts)
    return f"You meet {_who(facts)}: {when}", [
        "you all want to meet, and there is a time and a place.",
        _session_lines(facts),
        _link(facts, "If it does not suit you, move it or call it off:"),
    ]


def _to_move(facts: Facts) -> tuple[str, Sequence[str]]:
    session = facts.session
    return f"Another time? {_who(facts)}, {_when(facts)}", [
        f"there is something to decide about your session: {session.reason if session else ''}.",
        _session_lines(facts),
        _link(facts, "See when everybody is free, and choose:"),
    ]


def _moved(facts: Facts) -> tuple[str, Sequence[str]]:
    return f"Moved: {_who(facts)}, now {_when(facts)}", [
        "your session has a new time or place.",
        _session_lines(facts),
        _link(facts, "Your sessions:"),
    ]


def _cancelled(facts: Facts) -> tuple[str, Sequence[str]]:
    session = facts.session
    reason = f"\nWhy: {session.reason}" if session and session.reason else ""
    return f"Called off: {_who(facts)}, {_when(facts)}", [
        "this session does not take place; your time is free again.",
        _session_lines(facts) + reason,
        _link(facts, "Your sessions:"),
    ]


_PAGES = {
    "welcome": _welcome,
    "suggestions": _suggestions,
    "scheduled": _scheduled,
    "to-move": _to_move,
    "moved": _moved,
    "cancelled": _cancelled,
    "sign-in": _sign_in,
}
