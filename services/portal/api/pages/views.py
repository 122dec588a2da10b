"""Suggestions and sessions as one person sees them: names, words, local times."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from services.portal.domain import words
from services.portal.domain.read_model import Session, Suggestion

UNKNOWN = "somebody who has left"
STATE_WORDS = {
    "unplaced": "Looking for a time and a place",
    "scheduled": "Scheduled",
    "cancelled": "Cancelled",
    "held": "You met",
    "missed": "Did not happen",
}


@dataclass(frozen=True)
class SuggestionView:
    """A suggestion on its person's page; answer is that person's own."""

    id: UUID
    who: str
    initials: str
    pair: bool
    route: str
    label: str
    why: list[str]
    format: str
    answer: str


@dataclass(frozen=True)
class SessionView:
    """A session on its person's page; day and hours are empty while it has no slot. `to_choose`: it lost its slot."""

    id: UUID
    who: str
    initials: str
    format: str
    state: str
    state_words: str
    day: str
    hours: str
    place: str
    reason: str
    to_choose: bool
    why: list[str]
    over: bool


def suggestion_view(
    suggestion: Suggestion, answer: str, me: UUID, names: Mapping[UUID, str], now: datetime
) -> SuggestionView:
    """What ``me`` sees of it; everything but ``answer`` is the same for everybody in it."""
    others = [names.get(person, UNKNOWN) for person in suggestion.attendee_ids if person != me]
    return SuggestionView(
        id=suggestion.id,
        who=words.together(others),
        initials=initials(others),
        pair=len(others) == 1,
        route=suggestion.route,
        label=words.ROUTE_LABELS.get(suggestion.route, "A new face"),
        why=reasons(suggestion.route, suggestion.attendee_ids, suggestion.evidence, me, names, now),
        format=words.format_words(suggestion.format),
        answer=answer,
    )


def session_view(
    session: Session, why: list[str], me: UUID, names: Mapping[UUID, str], zone: ZoneInfo, now: datetime
) -> SessionView:
    """What ``me`` sees of it, at the conference's local time."""
    others = [names.get(person, UNKNOWN) for person in session.attendee_ids if person != me]
    day, hours = when(session.starts_at, session.ends_at, zone)
    return SessionView(
        id=session.id,
        who=words.together(others),
        initials=initials(others),
        format=words.format_words(session.format),
        state=session.state,
        state_words=STATE_WORDS.get(session.state, session.state),
        day=day,
        hours=hours,
        place=session.place_name,
        reason=session.reason if session.state in ("scheduled", "unplaced", "cancelled") else "",
        to_choose=session.state == "unplaced" and session.starts_at is not None,
        why=why,
        over=session.starts_at is not None and session.starts_at <= now,
    )


def reasons(
    route: str, people: Sequence[UUID], evidence: Sequence[Mapping[str, Any]], me: UUID, names: Mapping[UUID, str],
    now: datetime,
) -> list[str]:  # fmt: skip
    """The reasons in words; of a table, only what all of it shares."""
    other = next((names.get(person, UNKNOWN) for person in people if person != me), UNKNOWN)
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


def initials(names: Sequence[str]) -> str:
    """Two letters of one person's name, or how many people."""
    if len(names) != 1:
        return str(len(names))
    parts = names[0].split() or ["?"]
    return (parts[0][0] + (parts[-1][0] if len(parts) > 1 else "")).upper()
