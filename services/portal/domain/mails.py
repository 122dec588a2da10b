"""Which mails follow from which events, and what they say, in plain text of our own words."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from services.portal.domain import words
from services.portal.domain.language import _, ngettext
from services.portal.domain.read_model import Attendee, Conference, Session

Kind = Literal[
    "welcome",
    "suggestions",
    "scheduled",
    "to-move",
    "moved",
    "cancelled",
    "reminder",
    "sign-in",
    "invitation",
    "announcement",
]
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
    """What a mail is written from; others are the names of the session's other people, url a one-time link,
    said an announcement."""

    conference: Conference
    name: str
    url: str
    session: Session | None = None
    others: tuple[str, ...] = ()
    said: str = ""  # by the organizers
    day: tuple[str, ...] = ()  # a reminder's sessions, a line each


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
    """The words of a mail, in the language that is spoken."""
    subject, paragraphs = _PAGES[kind](facts)
    greeting = _("Hello %(name)s,") % {"name": facts.name} if facts.name else _("Hello,")
    signed = _("Hallway, for %(conference)s") % {"conference": facts.conference.name}
    text = "\n\n".join([greeting, *paragraphs, signed])
    return Words(" ".join(subject.split()), text + "\n")


def _link(facts: Facts, what: str) -> str:
    return f"{what}\n{facts.url}\n" + _("The link works once, and only for you; ask for another one on that page.")


def _welcome(facts: Facts) -> tuple[str, Sequence[str]]:
    said = {"conference": facts.conference.name}
    return _("Meet people you know from online at %(conference)s") % said, [
        _(
            "some of the people you talk with online may be at %(conference)s too. Hallway proposes a few of them to "
            "you, asks both sides, and finds a time and a table when both want to meet. A no is never shown to anybody."
        )
        % said,
        _link(facts, _("Say whether you take part, and what you like to talk about:")),
    ]


def _suggestions(facts: Facts) -> tuple[str, Sequence[str]]:
    said = {"conference": facts.conference.name}
    return _("People to meet at %(conference)s") % said, [
        _("Hallway has found people you may want to meet at %(conference)s.") % said,
        _link(facts, _("See who and why, and answer:")),
    ]


def _sign_in(facts: Facts) -> tuple[str, Sequence[str]]:
    return _("Your link to %(conference)s") % {"conference": facts.conference.name}, [
        _link(facts, _("You asked for a link to sign in:")),
        _("If it was not you, do nothing: nobody gets in without this mail."),
    ]


def _invitation(facts: Facts) -> tuple[str, Sequence[str]]:
    said = {"conference": facts.conference.name}
    return _("You are to help run %(conference)s") % said, [
        _("an owner of %(conference)s has given you a part in Hallway, which helps people there to meet.") % said,
        _link(facts, _("Open the organizers' pages:")),
    ]


def _announcement(facts: Facts) -> tuple[str, Sequence[str]]:
    return _("From the organizers of %(conference)s") % {"conference": facts.conference.name}, [
        facts.said,
        _link(facts, _("Your page:")),
    ]


def _about(facts: Facts) -> dict[str, str]:
    """Who, when, where and what, as the sentences name them."""
    session = facts.session
    if session is None or session.starts_at is None or session.ends_at is None:
        raise ValueError("a mail about a session needs one with a time")
    zone = ZoneInfo(facts.conference.time_zone)
    starts, ends = session.starts_at.astimezone(zone), session.ends_at.astimezone(zone)
    return {
        "who": words.together(facts.others) or _("the others"),
        "when": f"{words.day(starts)}, {words.hours(starts, ends)} ({facts.conference.time_zone})",
        "where": session.place_name,
        "what": words.format_words(session.format),
        "why": _(session.reason),
    }


def _lines(about: dict[str, str]) -> str:
    return _("Who: %(who)s\nWhen: %(when)s\nWhere: %(where)s\nWhat: %(what)s") % about


def _scheduled(facts: Facts) -> tuple[str, Sequence[str]]:
    about = _about(facts)
    return _("You meet %(who)s: %(when)s") % about, [
        _("you all want to meet, and there is a time and a place."),
        _lines(about),
        _link(facts, _("If it does not suit you, move it or call it off:")),
    ]


def _to_move(facts: Facts) -> tuple[str, Sequence[str]]:
    about = _about(facts)
    return _("Another time? %(who)s, %(when)s") % about, [
        _("there is something to decide about your session: %(why)s.") % about,
        _lines(about),
        _link(facts, _("See when everybody is free, and choose:")),
    ]


def _moved(facts: Facts) -> tuple[str, Sequence[str]]:
    about = _about(facts)
    return _("Moved: %(who)s, now %(when)s") % about, [
        _("your session has a new time or place."),
        _lines(about),
        _link(facts, _("Your sessions:")),
    ]


def _cancelled(facts: Facts) -> tuple[str, Sequence[str]]:
    about = _about(facts)
    reason = "\n" + _("Why: %(why)s") % about if about["why"] else ""
    return _("Called off: %(who)s, %(when)s") % about, [
        _("this session does not take place; your time is free again."),
        _lines(about) + reason,
        _link(facts, _("Your sessions:")),
    ]


def session_line(session: Session, others: Sequence[str], zone: ZoneInfo) -> str:
    """One of a day's sessions: when, where, what and with whom."""
    if session.starts_at is None or session.ends_at is None:
        raise ValueError("a session without a time cannot be listed")
    hours = words.hours(session.starts_at.astimezone(zone), session.ends_at.astimezone(zone))
    who = words.together(tuple(sorted(others))) or _("the others")
    what = words.format_words(session.format)
    return _("%(hours)s, %(place)s: %(what)s with %(who)s") % {
        "hours": hours, "place": session.place_name, "what": what, "who": who,
    }  # fmt: skip


def _reminder(facts: Facts) -> tuple[str, Sequence[str]]:
    said = {"conference": facts.conference.name}
    count = ngettext("Tomorrow: %(num)s session at %(conference)s", "Tomorrow: %(num)s sessions at %(conference)s",
                     len(facts.day)) % (said | {"num": len(facts.day)})  # fmt: skip
    return count, [
        _("this is your day tomorrow:"),
        "\n".join(facts.day),
        _link(facts, _("If something does not suit you, move it or call it off:")),
    ]


_PAGES = {
    "reminder": _reminder,
    "welcome": _welcome,
    "suggestions": _suggestions,
    "scheduled": _scheduled,
    "to-move": _to_move,
    "moved": _moved,
    "cancelled": _cancelled,
    "sign-in": _sign_in,
    "invitation": _invitation,
    "announcement": _announcement,
}
