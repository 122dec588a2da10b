"""The words people read: why two are suggested to each other, and how times and formats are said."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from services.portal.domain.language import N_, _, ngettext

MONTHS = (
    N_("January"), N_("February"), N_("March"), N_("April"), N_("May"), N_("June"),
    N_("July"), N_("August"), N_("September"), N_("October"), N_("November"), N_("December"),
)  # fmt: skip
WEEKDAYS = (
    N_("Monday"), N_("Tuesday"), N_("Wednesday"), N_("Thursday"), N_("Friday"), N_("Saturday"), N_("Sunday"),
)  # fmt: skip
ONGOING_MONTHS = 3  # somebody who wrote within these is still in the conversation: "since", not "between"

ROUTE_LABELS = {
    "tie": N_("You know each other online"),
    "friend_of_friend": N_("Friend of a friend"),
    "shared_interest": N_("Shared interest"),
    "open_table": N_("Open table"),
    "table": N_("A small table"),
    "organizer": N_("Suggested by the organizers"),
    "here_now": N_("Here now"),
}
ROUTE_WITHOUT_EVIDENCE = {
    "organizer": N_("The organizers think that you two should meet."),
    "here_now": N_("You are both here, and both asked for company in this half hour."),
    "tie": N_("The two of you have been in touch online."),
    "friend_of_friend": N_("Somebody you both talk with online is here too."),
    "shared_interest": N_("You have named the same interest."),
    "open_table": N_(
        "A small table for people who are new to each other. Everybody at it has said yes to meeting people."
    ),
    "table": N_("A table of people who talk with each other online, or with one another's friends."),
}
FORMAT_WORDS = {
    "coffee": N_("a coffee"),
    "lunch": N_("lunch"),
    "table": N_("a table"),
    "drink": N_("a drink"),
    "walk": N_("a walk"),
    "call": N_("a call"),
}
FORMAT_NAMES = {
    "coffee": N_("Coffee"),
    "lunch": N_("Lunch"),
    "table": N_("Table"),
    "drink": N_("Drink"),
    "walk": N_("Walk"),
    "call": N_("Call"),
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
    return sentences or [_(ROUTE_WITHOUT_EVIDENCE.get(route, ROUTE_WITHOUT_EVIDENCE["open_table"]))]


def route_label(route: str) -> str:
    """What kind of suggestion it is, so that a cold start is not taken for a tie."""
    return _(ROUTE_LABELS.get(route, N_("A new face")))


def table_for(size: int) -> str:
    """A table's heading while nobody is told who else is asked to it."""
    return _("A table for %(num)s") % {"num": size}


def table_rule() -> str:
    """When a table comes about."""
    return _("It is set with those who say yes, if they are at least three; you see who then.")


def _sentence(reason: Reason, other: str, today: date) -> str:
    if reason.interest:
        return _("You both named “%(interest)s” as an interest.") % {"interest": reason.interest}
    if not reason.mine and not reason.theirs:
        return ""
    where = _(" on %(source)s") % {"source": reason.source_name} if reason.source_name else ""
    when = span(reason.first_month, reason.last_month, today)
    return _("%(what)s%(where)s%(when)s.") % {"what": _who_did_what(reason, other), "where": where, "when": when}


def _who_did_what(reason: Reason, other: str) -> str:
    mentions = reason.kind == "mention"
    if reason.mine and reason.theirs:
        said = _("You mentioned each other %(times)s") if mentions else _("You answered each other %(times)s")
    elif reason.mine:
        said = _("You mentioned %(other)s %(times)s") if mentions else _("You answered %(other)s %(times)s")
    else:
        said = _("%(other)s mentioned you %(times)s") if mentions else _("%(other)s answered you %(times)s")
    return said % {"other": other, "times": times(reason.mine + reason.theirs)}


def times(count: int) -> str:
    """Once, twice, 3 times."""
    if count < 3:
        return [_("never"), _("once"), _("twice")][count]
    return ngettext("%(num)s time", "%(num)s times", count) % {"num": count}


def span(first: str, last: str, today: date) -> str:
    """' in March 2026', ' since March 2026' while it goes on, ' between March 2024 and May 2025'; '' if unknown."""
    if not _month(first) or not _month(last):
        return ""
    said = {"first": _month(first), "last": _month(last)}
    if first == last:
        return _(" in %(first)s") % said
    age = (today.year - int(last[:4])) * 12 + today.month - int(last[5:])
    if age <= ONGOING_MONTHS:
        return _(" since %(first)s") % said
    return _(" between %(first)s and %(last)s") % said


def _month(text: str) -> str:
    year, _dash, number = text.partition("-")
    if not (year.isdigit() and number.isdigit() and 1 <= int(number) <= 12):
        return ""
    return f"{_(MONTHS[int(number) - 1])} {year}"


def together(names: Sequence[str]) -> str:
    """Ada; Ada and Bo; Ada, Bo and Cy."""
    if len(names) < 2:
        return "".join(names)
    return _("%(most)s and %(last)s") % {"most": ", ".join(names[:-1]), "last": names[-1]}


def format_words(format_: str) -> str:
    """A format as it stands in a sentence."""
    return _(FORMAT_WORDS.get(format_, N_("a meeting"))) if format_ in FORMAT_WORDS or not format_ else format_


def weekday(moment: datetime | date) -> str:
    """Thursday."""
    return _(WEEKDAYS[moment.weekday()])


def day(moment: datetime | date) -> str:
    """Thursday 14 May, of a time already in the conference's zone."""
    said = {"weekday": weekday(moment), "day": moment.day, "month": _(MONTHS[moment.month - 1])}
    return _("%(weekday)s %(day)s %(month)s") % said


def hours(starts: datetime, ends: datetime) -> str:
    """10:30 to 11:00, of times already in the conference's zone."""
    return _("%(starts)s to %(ends)s") % {"starts": f"{starts:%H:%M}", "ends": f"{ends:%H:%M}"}
