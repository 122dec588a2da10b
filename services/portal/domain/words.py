"""The words people read: why two are suggested to each other, and how times and formats are said."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
ONGOING_MONTHS = 3  # somebody who wrote within these is still in the conversation: "since", not "between"

ROUTE_LABELS = {
    "tie": "You know each other online",
    "friend_of_friend": "Friend of a friend",
    "shared_interest": "Shared interest",
    "open_table": "Open table",
}
ROUTE_WITHOUT_EVIDENCE = {
    "tie": "The two of you have been in touch online.",
    "friend_of_friend": "Somebody you both talk with online is here too.",
    "shared_interest": "You have named the same interest.",
    "open_table": "A small table for people who are new to each other. Everybody at it has said yes to meeting people.",
}
FORMAT_WORDS = {
    "coffee": "a coffee",
    "lunch": "lunch",
    "table": "a table",
    "drink": "a drink",
    "walk": "a walk",
    "call": "a call",
}


@dataclass(frozen=True)
class Reason:
    """One piece of evidence as its reader sees it: mine are the reader's interactions, theirs the other's."""

    source_name: str = ""
    kind: str = ""
    mine: int = 0
    theirs: int = 0
    first_month: str = ""  # YYYY-MM; empty: unknown
    last_month: str = ""
    interest: str = ""


def why(route: str, reasons: Sequence[Reason], other: str, today: date) -> list[str]:
    """One sentence for each reason, in order; what the route alone can say if there is none."""
    sentences = [sentence for reason in reasons if (sentence := _sentence(reason, other, today))]
    return sentences or [ROUTE_WITHOUT_EVIDENCE.get(route, ROUTE_WITHOUT_EVIDENCE["open_table"])]


def _sentence(reason: Reason, other: str, today: date) -> str:
    if reason.interest:
        return f"You both named “{reason.interest}” as an interest."
    if not reason.mine and not reason.theirs:
        return ""
    where = f" on {reason.source_name}" if reason.source_name else ""
    return f"{_who_did_what(reason, other)}{where}{span(reason.first_month, reason.last_month, today)}."


def _who_did_what(reason: Reason, other: str) -> str:
    verb = "mentioned" if reason.kind == "mention" else "answered"
    if reason.mine and reason.theirs:
        return f"You {verb} each other {times(reason.mine + reason.theirs)}"
    if reason.mine:
        return f"You {verb} {other} {times(reason.mine)}"
    return f"{other} {verb} you {times(reason.theirs)}"


def times(count: int) -> str:
    """Once, twice, 3 times."""
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


def span(first: str, last: str, today: date) -> str:
    """' in March 2026', ' since March 2026' while it goes on, ' between March 2024 and May 2025'; '' if unknown."""
    if not _month(first) or not _month(last):
        return ""
    if first == last:
        return f" in {_month(first)}"
    age = (today.year - int(last[:4])) * 12 + today.month - int(last[5:])
    if age <= ONGOING_MONTHS:
        return f" since {_month(first)}"
    return f" between {_month(first)} and {_month(last)}"


def _month(text: str) -> str:
    year, _, number = text.partition("-")
    if not (year.isdigit() and number.isdigit() and 1 <= int(number) <= 12):
        return ""
    return f"{MONTHS[int(number) - 1]} {year}"


def together(names: Sequence[str]) -> str:
    """Ada; Ada and Bo; Ada, Bo and Cy."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def format_words(format_: str) -> str:
    """A format as it stands in a sentence."""
    return FORMAT_WORDS.get(format_, f"a {format_}" if format_ else "a meeting")


def day(moment: datetime) -> str:
    """Thursday 14 May, of a time already in the conference's zone."""
    return f"{moment:%A} {moment.day} {MONTHS[moment.month - 1]}"


def hours(starts: datetime, ends: datetime) -> str:
    """10:30 to 11:00, of times already in the conference's zone."""
    return f"{starts:%H:%M} to {ends:%H:%M}"
