"""Who may do what: organizers' sign-in links, and tokens for programs."""

from enum import StrEnum
from typing import Annotated

import typer

from cli.connection import ConferenceOption, JsonOption, conference, connect
from cli.output import say, show_json, show_table

app = typer.Typer(no_args_is_help=True, help="Make, list and revoke tokens for programs that use the API.")
COLUMNS = ("name", "scopes", "conference", "created", "last used", "revoked", "id")


class Role(StrEnum):
    """What an organizer may see and do."""

    owner = "owner"
    organizer = "organizer"
    desk = "desk"
    viewer = "viewer"


def organizer(
    context: typer.Context,
    email: Annotated[str, typer.Argument(help="Whose link it is.")],
    role: Annotated[Role, typer.Option(help="What they may see and do.")] = Role.organizer,
    slug: ConferenceOption = "",
) -> None:
    """Print a link that signs an organizer in to the dashboard, once."""
    body = {"email": email, "role": role.value}
    say(conference(context, slug).command("POST", "/organizers", body)["url"])


@app.command()
def create(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="What uses it: 'registration system'.")],
    scope: Annotated[
        list[str],
        typer.Option(
            help="registrations:write, programme:write, sources:write, read, attendees:act, admin; repeat it."
        ),
    ],
    slug: Annotated[str, typer.Option("--conference", "-c", help="Works for this conference alone.")] = "",
) -> None:
    """Make a token and print it. It is not shown again: Hallway keeps a hash."""
    body = {"name": name, "scopes": scope, "conference": slug or None}
    say(connect(context).command("POST", "/tokens", body)["token"])


@app.command("list")
def list_(context: typer.Context, as_json: JsonOption = False) -> None:
    """List all tokens, without what is secret about them."""
    reply = connect(context).ask("/tokens")
    if as_json:
        return show_json(reply)
    rows = [
        (t["name"], " ".join(t["scopes"]), t["conference_id"], t["created_at"], t["last_used_at"], t["revoked_at"],
         t["id"])
        for t in reply["tokens"]
    ]  # fmt: skip
    show_table(COLUMNS, rows, "No token yet.")


@app.command()
def revoke(context: typer.Context, token_id: Annotated[str, typer.Argument(help="Id of the token.")]) -> None:
    """Close a token for good."""
    connect(context).command("DELETE", f"/tokens/{token_id}")
    say("Revoked.")
