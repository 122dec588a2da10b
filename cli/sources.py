"""Sources: import where the community talks, list what was imported, withdraw it."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer

from cli import github
from cli.connection import Conference, ConferenceOption, JsonOption, conference
from cli.output import say, show_json, show_table, tell, upload_progress
from cli.upload import Upload, find_files, size

COLUMNS = ("name", "network", "visibility", "#messages", "#between attendees", "#not resolved", "#ties", "id")


class Visibility(StrEnum):
    """Who could read the conversation."""

    public = "public"
    private = "private"


def import_(
    context: typer.Context,
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Files, or folders of them.")],
    network: Annotated[str, typer.Option(help="irc, mbox, slack, github, ...: see docs/sources.md.")],
    name: Annotated[str, typer.Option(help="As people know it: 'the packaging list'. A known name is replaced.")],
    visibility: Annotated[
        Visibility, typer.Option(help="public: may be told as the reason of a suggestion; private: only counted.")
    ],
    slug: ConferenceOption = "",
) -> None:
    """Import conversation: who answers whom is counted, the text is forgotten."""
    source = send(conference(context, slug), find_files(paths), network=network, name=name, visibility=visibility.value)
    say(
        f"{source['name']}: {source['messages']} messages, {source['interactions']} interactions between attendees, "
        f"{source['ties']} ties; {source['unresolved']} interactions were with somebody else or not understood."
    )


def send(at: Conference, files: list[Path], **about: Any) -> Any:
    """Uploads files as one source, with a bar; the source as the API tells it."""
    with upload_progress() as progress:
        task = progress.add_task(f"Sending {len(files)} file{'s' * (len(files) > 1)}", total=size(files))
        upload = Upload(sent=lambda count: progress.advance(task, count))
        return at.api.upload(at.path("/sources"), files, upload, **about)


def fetch_github(
    repository: Annotated[str, typer.Argument(metavar="OWNER/NAME")],
    folder: Annotated[Path, typer.Argument(help="Holds what was fetched; a later run adds what is new.")],
    since: Annotated[str, typer.Option(help="Not what was last changed before this day, such as 2025-01-01.")] = "",
    token: Annotated[str, typer.Option(envvar="GITHUB_TOKEN", help="Better in GITHUB_TOKEN than here.")] = "",
) -> None:
    """Fetch who commented where in a repository, without the text; then import the folder with --network github."""
    folder.mkdir(parents=True, exist_ok=True)
    headers = {"Accept": "application/vnd.github+json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    with httpx.Client(base_url=github.API, headers=headers, timeout=60) as client:
        added = github.Fetcher(client, repository, folder, tell=tell).run(since)
    say(f"{added} new issues and comments; import them with: hallway import {folder} --network github ...")


def sources(context: typer.Context, slug: ConferenceOption = "", as_json: JsonOption = False) -> None:
    """List what was imported."""
    reply = conference(context, slug).ask("/sources")
    if as_json:
        return show_json(reply)
    fields = ("name", "network", "visibility", "messages", "interactions", "unresolved", "ties", "id")
    rows = [[source[field] for field in fields] for source in reply["sources"]]
    show_table(COLUMNS, rows, "Nothing was imported yet; see 'hallway import --help'.")


def withdraw(
    context: typer.Context,
    source: Annotated[str, typer.Argument(help="Id or name of the source.")],
    slug: ConferenceOption = "",
) -> None:
    """Take a source back, with every tie, suggestion and reason that rests on it."""
    at = conference(context, slug)
    known = {s["name"]: s["id"] for s in at.ask("/sources")["sources"]}
    at.command("DELETE", f"/sources/{known.get(source, source)}")
    say("Withdrawn; ties and suggestions that rest on it go within seconds.")
