"""Sessions: when and where people meet, and their calendar files."""

from pathlib import Path
from typing import Annotated

import typer

from cli.connection import Conference, ConferenceOption, JsonOption, conference, find_attendee, is_id
from cli.errors import CommandError, Refused
from cli.output import names, say, show_json, show_table, when
from cli.people import SHOWN, AttendeeOption, LimitOption


def sessions(
    context: typer.Context,
    attendee: AttendeeOption = "",
    slug: ConferenceOption = "",
    limit: LimitOption = SHOWN,
    as_json: JsonOption = False,
) -> None:
    """List the sessions, earliest first; times are local to the conference."""
    at = conference(context, slug)
    who = find_attendee(at, attendee) if attendee else ""
    found = list(at.api.pages(at.path("/sessions"), "sessions", attendee=who))
    if as_json:
        return show_json({"sessions": found})
    zone = at.ask()["time_zone"]
    found.sort(key=lambda s: (s["starts_at"] or "9", s["id"]))
    rows = [
        (when(s["starts_at"], s["ends_at"], zone), s["format"], (s["place"] or {}).get("name"), names(s["attendees"]),
         s["state"], s["id"])
        for s in found[:limit]
    ]  # fmt: skip
    show_table(("when", "format", "place", "who", "state", "id"), rows, "No session yet; they follow mutual yeses.")
    if len(found) > limit:
        say(f"{len(found)} in all; --limit {len(found)} shows them.")


def calendar(
    context: typer.Context,
    whose: Annotated[str, typer.Argument(metavar="SESSION|ATTENDEE", help="Id of a session, or an attendee.")],
    out: Annotated[Path, typer.Option("--out", "-o", metavar="FILE.ics", help="Where to write it.")],
    slug: ConferenceOption = "",
) -> None:
    """Write the calendar file of one session, or of all sessions of somebody."""
    content = _calendar(conference(context, slug), whose)
    try:
        out.write_bytes(content)
    except OSError as error:
        raise CommandError(f"{out} cannot be written: {error.strerror}") from None
    say(f"{out} holds {content.count(b'BEGIN:VEVENT')} session{'s' * (content.count(b'BEGIN:VEVENT') != 1)}.")


def _calendar(at: Conference, whose: str) -> bytes:
    if is_id(whose):
        try:
            return at.api.file(at.path(f"/sessions/{whose}.ics"))
        except Refused as refused:
            if refused.status != 404:
                raise
    return at.api.file(at.path(f"/attendees/{find_attendee(at, whose)}/calendar.ics"))
