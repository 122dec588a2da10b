"""Every command of `hallway`, and the one place that turns errors into words."""

import sys
from collections.abc import Callable, Sequence
from importlib.metadata import version
from typing import Annotated, Any

import typer

from cli import access, conferences, dashboard, local, nicks, people, preparing, sessions, sources
from cli.connection import Target
from cli.errors import CommandError, Refused
from cli.output import complain, say
from embedded.problem import Problem

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Hallway turns people who already talk online into people who have met.",
    epilog="Commands talk to the Hallway of --url or HALLWAY_URL, else to the one started here with 'up' or 'demo'.",
)

COMMANDS: dict[str, list[Callable[..., None]]] = {
    "On this machine": [local.demo, local.up, local.reset],
    "Prepare a conference": [preparing.register, preparing.join, preparing.venue, preparing.talks],
    "Bring in where people talk": [
        sources.import_,
        sources.fetch_github,
        sources.sources,
        sources.withdraw,
        nicks.nicks,
    ],
    "See and act": [
        dashboard.dashboard,
        people.attendees,
        people.ties,
        people.suggestions,
        people.answer,
        sessions.sessions,
        sessions.calendar,
    ],
    "Who may do what": [people.link, access.organizer],
}
for panel, commands in COMMANDS.items():
    for command in commands:
        app.command(command.__name__.rstrip("_").replace("_", "-"), rich_help_panel=panel)(command)
app.add_typer(conferences.app, name="conference", rich_help_panel="Prepare a conference")
app.add_typer(access.app, name="token", rich_help_panel="Who may do what")


def _version(asked: bool) -> None:
    if asked:
        say(version("hallway"))
        raise typer.Exit


@app.callback()
def target(
    context: typer.Context,
    url: Annotated[str, typer.Option(envvar="HALLWAY_URL", help="Where Hallway is.")] = "",
    token: Annotated[str, typer.Option(envvar="HALLWAY_TOKEN", help="Better in HALLWAY_TOKEN than here.")] = "",
    _: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print it.")] = False,
) -> None:
    """Which Hallway the command talks to."""
    context.obj = Target(url, token)


def main(arguments: Sequence[str] | None = None) -> Any:
    """Runs one command; ends with 0, 1 when it was refused, 2 when it was not understood, 130 by Ctrl-C."""
    try:
        app(None if arguments is None else list(arguments), prog_name="hallway")
    except Refused as refused:
        complain(refused.lines())
    except (CommandError, Problem) as error:
        complain([str(error)])
    except KeyboardInterrupt:
        sys.exit(130)
    sys.exit(1)
