"""Which Hallway a command talks to, with which token, about which conference and which person."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer

from cli.api import START, Api
from cli.errors import CommandError
from embedded.options import Options

ConferenceOption = Annotated[
    str,
    typer.Option("--conference", "-c", envvar="HALLWAY_CONFERENCE", help="Slug; not needed while there is only one."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the API's JSON, for scripts.")]


@dataclass(frozen=True)
class Target:
    """What --url and --token said; empty: as the state folder of an embedded Hallway here says."""

    url: str
    token: str


@dataclass(frozen=True)
class Conference:
    """The conference a command is about."""

    api: Api
    slug: str

    def ask(self, path: str = "", **params: Any) -> Any:
        """The JSON at a path of this conference."""
        return self.api.ask(self.path(path), **params)

    def command(self, method: str, path: str, body: Any = None, *, csv: Path | None = None) -> Any:
        """Changes something of this conference."""
        return self.api.command(method, self.path(path), body, csv=csv)

    def path(self, path: str = "") -> str:
        """A path of this conference below /api/v1."""
        return f"/conferences/{self.slug}{path}"


def connect(context: typer.Context) -> Api:
    """The Hallway this command talks to."""
    target: Target = context.find_root().obj
    if target.url and target.token:
        return Api(target.url, target.token)
    url, token = _embedded() or ("", "")
    if target.url.rstrip("/") not in ("", url):
        raise CommandError(f"no token for {target.url}; set HALLWAY_TOKEN to one that it gave you")
    if not url:
        folder = Options.from_environment().state.absolute()
        raise CommandError(f"Which Hallway? There is none in {folder}. {START}")
    return Api(url, target.token or token)


def conference(context: typer.Context, slug: str) -> Conference:
    """The conference of this slug; without one, the only one there is."""
    api = connect(context)
    if slug:
        return Conference(api, _checked(slug))
    slugs = [c["slug"] for c in api.ask("/conferences")["conferences"]]
    if len(slugs) == 1:
        return Conference(api, slugs[0])
    if not slugs:
        raise CommandError("there is no conference yet; make one with 'hallway conference create'")
    raise CommandError(f"which conference? Give --conference or HALLWAY_CONFERENCE, one of: {', '.join(slugs)}")


def find_attendee(at: Conference, who: str) -> str:
    """The id of the one attendee with this id, ticket, e-mail address (also mailto:...) or name."""
    if is_id(who):
        return who
    wanted = who.strip().removeprefix("mailto:").casefold()
    people = list(at.api.pages(at.path("/attendees"), "attendees"))
    for field in ("ticket", "email", "name"):
        found = [person["id"] for person in people if person[field].casefold() == wanted]
        if len(found) == 1:
            return str(found[0])
        if found:
            raise CommandError(f"{len(found)} attendees have the {field} {who}; give the ticket of the one you mean")
    raise CommandError(f"nobody here has the id, ticket, e-mail address or name {who}; 'hallway attendees' lists them")


def is_id(text: str) -> bool:
    """Whether this is an id as Hallway writes them."""
    try:
        return str(UUID(text)) == text.lower()
    except ValueError:
        return False


def _checked(slug: str) -> str:
    if not all(c.isalnum() or c in "-_" for c in slug):
        raise CommandError(f"{slug} is no slug: it has lower-case letters, digits and hyphens")
    return slug


def _embedded() -> tuple[str, str] | None:
    """URL and token of the embedded Hallway whose state folder is here. The token is for that URL alone."""
    folder = Options.from_environment().state
    try:
        port = json.loads((folder / "ports.json").read_text())["portal"]
        token = json.loads((folder / "secrets.json").read_text())["bootstrap_token"]
    except (OSError, ValueError, KeyError):
        return None
    return f"http://127.0.0.1:{port}", token
