"""Suggestions and sessions as one person sees them: names, words, local times."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from services.portal.domain import words
from services.portal.domain.language import N_, _
from services.portal.domain.read_model import Session, Suggestion

UNKNOWN = N_("somebody who has left")
TONES = 5  # colours of people's doors
SOON = timedelta(hours=2)  # before a session, when people are on their way to it
STILL_LATE = timedelta(minutes=15)
STATE_WORDS = {
    "unplaced": N_("Looking for a time and a place"),
    "scheduled": N_("Scheduled"),
    "cancelled": N_("Cancelled"),
    "held": N_("You met"),
    "missed": N_("Did not happen"),
}


@dataclass(frozen=True)
class Face:
    """A person's door: their initials, and one of its colours."""

    initials: str
    tone: int


@dataclass(frozen=True)
class When:
    """The stub of a session's ticket: weekday, day of the month, and when it begins, in the conference's zone."""

    weekday: str
    number: int
    starts: str


@dataclass(frozen=True)
class Told:
    """What was told of a session on pages: who is late, in words; one's own marks and note; see SessionView.contact."""

    late: tuple[str, ...] = ()
    felt: frozenset[str] = frozenset()
    note: str = ""
    kept: bool = False
    contact: str = ""
    words: tuple[tuple[str, str], ...] = ()  # what each of the others added to their yes


@dataclass(frozen=True)
class SuggestionView:
    """A suggestion on its person's page; answer, and the word with it, are that person's own."""

    id: UUID
    who: str
    faces: list[Face]
    pair: bool
    route: str
    label: str
    why: list[str]
    format: str
    answer: str
    word: str = ""


@dataclass(frozen=True)
class SessionView:
    """A session on its person's page; day and hours are empty while it has no slot. `to_choose`: it lost its slot.
    `contact`: of exchanging details, "" (not now), possible, given or exchanged."""

    id: UUID
    who: str
    faces: list[Face]
    format: str
    format_title: str
    state: str
    state_words: str
    when: When | None
    day: str
    hours: str
    place: str
    reason: str
    to_choose: bool
    why: list[str]
    over: bool
    past: bool
    soon: bool
    late: tuple[str, ...]
    felt: frozenset[str]
    note: str
    kept: bool
    contact: str
    words: tuple[tuple[str, str], ...]


def suggestion_view(
    suggestion: Suggestion, answer: str, me: UUID, names: Mapping[UUID, str], now: datetime
) -> SuggestionView:
    """What ``me`` sees of it; everything but ``answer`` is the same for everybody in it."""
    table = suggestion.route == "table"
    people = [] if table else suggestion.attendee_ids
    others = _names(people, me, names)
    why = reasons(suggestion.route, suggestion.attendee_ids, suggestion.evidence, me, names, now)
    return SuggestionView(
        id=suggestion.id,
        who=words.table_for(suggestion.size) if table else words.together(others),
        faces=[Face(str(suggestion.size), 0)] if table else faces(people, me, names),
        pair=len(others) == 1,
        route=suggestion.route,
        label=words.route_label(suggestion.route),
        why=[*why, words.table_rule()] if table else why,
        format=words.format_words(suggestion.format),
        answer=answer,
    )


def session_view(
    session: Session, why: list[str], me: UUID, names: Mapping[UUID, str], zone: ZoneInfo, now: datetime,
    told: Told = Told(),
) -> SessionView:  # fmt: skip
    """What ``me`` sees of it, at the conference's local time."""
    others = _names(session.attendee_ids, me, names)
    starts, what = session.starts_at, words.format_words(session.format)
    near = session.state == "scheduled" and starts is not None and starts - SOON <= now < starts + STILL_LATE
    day, hours = when(session.starts_at, session.ends_at, zone)
    return SessionView(
        id=session.id,
        who=words.together(others),
        faces=faces(session.attendee_ids, me, names),
        format=what,
        format_title=what[:1].upper() + what[1:],
        state=session.state,
        state_words=_(STATE_WORDS.get(session.state, session.state)),
        when=_stub(starts, zone),
        day=day,
        hours=hours,
        place=session.place_name,
        reason=session.reason if session.state in ("scheduled", "unplaced", "cancelled") else "",
        to_choose=session.state == "unplaced" and session.starts_at is not None,
        why=why,
        over=starts is not None and starts <= now,
        past=session.state in ("held", "missed", "cancelled"),
        soon=near,
        late=told.late if near else (),
        felt=told.felt,
        note=told.note,
        kept=told.kept,
        contact=told.contact,
        words=told.words,
    )


def _names(people: Sequence[UUID], me: UUID, names: Mapping[UUID, str]) -> list[str]:
    return [names.get(person, _(UNKNOWN)) for person in people if person != me]


def _stub(starts: datetime | None, zone: ZoneInfo) -> When | None:
    if starts is None:
        return None
    local = starts.astimezone(zone)
    return When(words.weekday(local), local.day, f"{local:%H:%M}")


def reasons(
    route: str, people: Sequence[UUID], evidence: Sequence[Mapping[str, Any]], me: UUID, names: Mapping[UUID, str],
    now: datetime,
) -> list[str]:  # fmt: skip
    """The reasons in words; of a table, only what all of it shares."""
    other = next(iter(_names(people, me, names)), _(UNKNOWN))
    pair = len(people) == 2
    told = [_reason(e, first=people[0] == me) for e in evidence if pair or e["interest"]]
    return words.why(route, told, other, now.date())


def _reason(evidence: Mapping[str, Any], first: bool) -> words.Reason:
    ways = (evidence["first_to_second"], evidence["second_to_first"])
    mine, theirs = ways if first else ways[::-1]
    return words.Reason(
        source_name=evidence["source_name"],
        kind=evidence["kind"],
        mine=mine,
        theirs=theirs,
        first_month=evidence["first_month"],
        last_month=evidence["last_month"],
        interest=evidence["interest"],
    )


def when(starts: datetime | None, ends: datetime | None, zone: ZoneInfo) -> tuple[str, str]:
    """Day and hours in the conference's zone; both empty without a slot."""
    if starts is None or ends is None:
        return "", ""
    return words.day(starts.astimezone(zone)), words.hours(starts.astimezone(zone), ends.astimezone(zone))


def faces(people: Sequence[UUID], me: UUID, names: Mapping[UUID, str]) -> list[Face]:
    """A door for each of the others; a person has the same colour everywhere."""
    return [Face(initials(names.get(i, "?")), i.int % TONES) for i in people if i != me]


def initials(name: str) -> str:
    """Two letters of a name."""
    parts = name.split() or ["?"]
    return (parts[0][0] + (parts[-1][0] if len(parts) > 1 else "")).upper()
