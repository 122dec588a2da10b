"""People: who is registered, who talks with whom, what was suggested, and answers for somebody."""

from enum import StrEnum
from typing import Annotated, Any

import typer

from cli.connection import Conference, ConferenceOption, JsonOption, conference, find_attendee
from cli.errors import CommandError
from cli.output import names, say, show_json, show_table

AttendeeArgument = Annotated[str, typer.Argument(help="Ticket, e-mail address, name or id.")]
AttendeeOption = Annotated[str, typer.Option("--attendee", help="Only of this person: ticket, e-mail, name or id.")]
LimitOption = Annotated[int, typer.Option(min=1, help="Show so many at most.")]
SHOWN = 50
KINDS = {"reply": ("reply", "replies"), "mention": ("mention", "mentions")}


class Answer(StrEnum):
    """What somebody says to a suggestion."""

    yes = "yes"
    not_now = "not-now"
    no = "no"


def attendees(
    context: typer.Context, slug: ConferenceOption = "", limit: LimitOption = SHOWN, as_json: JsonOption = False
) -> None:
    """List the registered people."""
    at = conference(context, slug)
    people = list(at.api.pages(at.path("/attendees"), "attendees"))
    if as_json:
        return show_json({"attendees": people})
    rows = [(a["ticket"], a["name"], a["email"], a["state"], a["attention_budget"]) for a in people[:limit]]
    show_table(
        ("ticket", "name", "email", "state", "#budget"),
        rows,
        "Nobody is registered yet; see 'hallway register --help'.",
    )
    _say_rest(len(people), limit)


def ties(
    context: typer.Context,
    attendee: AttendeeOption = "",
    slug: ConferenceOption = "",
    limit: LimitOption = SHOWN,
    as_json: JsonOption = False,
) -> None:
    """List who talks with whom, the strongest ties first."""
    at = conference(context, slug)
    who = find_attendee(at, attendee) if attendee else ""
    found = list(at.api.pages(at.path("/ties"), "ties", attendee=who))
    if as_json:
        return show_json({"ties": found})
    rows = sorted((_tie(tie) for tie in found), key=lambda row: (-row[2] - row[3], row[0], row[1]))
    columns = ("one", "other", "#one to other", "#other to one", "first", "last")
    show_table(columns, rows[:limit], "No tie yet; 'hallway import' brings in where people talk.")
    _say_rest(len(rows), limit)


def _tie(tie: dict[str, Any]) -> tuple[str, str, int, int, str, str]:
    one, other = (names([person]) for person in tie["attendees"])
    months = sorted(count["month"] for count in tie["counts"] if count["month"]) or [""]
    there = sum(count["a_to_b"] for count in tie["counts"])
    back = sum(count["b_to_a"] for count in tie["counts"])
    return one, other, there, back, months[0], months[-1]


def suggestions(
    context: typer.Context, attendee: AttendeeArgument, slug: ConferenceOption = "", as_json: JsonOption = False
) -> None:
    """List the open suggestions of somebody, with the reasons both may see. Answers are not shown to anybody."""
    at = conference(context, slug)
    who = find_attendee(at, attendee)
    reply = at.ask(f"/attendees/{who}/suggestions")
    if as_json:
        return show_json(reply)
    rows = [
        (names(s["attendees"], but=who), s["format"], s["route"].replace("_", " "), reasons(s["evidence"]), s["id"])
        for s in reply["suggestions"]
    ]
    show_table(("with", "format", "route", "because", "id"), rows, "No open suggestion for this person now.")


def reasons(evidence: list[dict[str, Any]]) -> str:
    """The evidence in a few words."""
    return "; ".join(_reason(e) for e in evidence)


def _reason(e: dict[str, Any]) -> str:
    if e.get("interest"):
        return f"both named {e['interest']}"
    count = int(e.get("first_to_second") or 0) + int(e.get("second_to_first") or 0)
    one, several = KINDS.get(e.get("kind", ""), (e.get("kind", ""),) * 2)
    where = f" on {e['source_name']}" if e.get("source_name") else ""
    months = [month for month in (e.get("first_month"), e.get("last_month")) if month]
    span = f", {' to '.join(dict.fromkeys(months))}" if months else ""
    return f"{count} {one if count == 1 else several}{where}{span}"


def answer(
    context: typer.Context,
    attendee: AttendeeArgument,
    suggestion: Annotated[str, typer.Argument(help="Id of the suggestion, or the name of whom it is with.")],
    said: Annotated[Answer, typer.Argument(metavar="yes|not-now|no", help="What the person says.")],
    slug: ConferenceOption = "",
) -> None:
    """Answer a suggestion for somebody. Only a yes of everybody is ever told."""
    at = conference(context, slug)
    who = find_attendee(at, attendee)
    which = find_suggestion(at, who, suggestion)
    reply = at.command("POST", f"/attendees/{who}/suggestions/{which}/answer", {"answer": said.value.replace("-", "_")})
    say("It is mutual: a session will follow." if reply["matched"] else "Noted. We will tell when it is mutual.")


def find_suggestion(at: Conference, who: str, wanted: str) -> str:
    """The id of the open suggestion of a person with this id, or with somebody of this name."""
    found = at.ask(f"/attendees/{who}/suggestions")["suggestions"]
    for s in found:
        others = [person["name"].casefold() for person in s["attendees"] if person["id"] != who]
        if wanted == s["id"] or wanted.casefold() in others:
            return str(s["id"])
    raise CommandError(f"no open suggestion {wanted} for this person; 'hallway suggestions' lists those there are")


def link(context: typer.Context, attendee: AttendeeArgument, slug: ConferenceOption = "") -> None:
    """Print a link that signs somebody in, once."""
    at = conference(context, slug)
    say(at.command("POST", f"/attendees/{find_attendee(at, attendee)}/login-link")["url"])


def _say_rest(total: int, limit: int) -> None:
    if total > limit:
        say(f"{total} in all; --limit {total} shows them, --json gives all of them to a script.")
