"""`hallway up`, `demo` and `reset`: all of Hallway on this machine."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.output import say
from embedded.options import Options

if TYPE_CHECKING:  # at run time only where needed: what runs Hallway takes longer to load than all other commands
    from embedded.hallway import Running

StateOption = Annotated[Path, typer.Option(envvar="HALLWAY_STATE", help="Folder for all data.")]
PortOption = Annotated[
    int | None, typer.Option(envvar="HALLWAY_PORT", min=1, max=65535, help="The portal's port; else the last, or 8080.")
]
ListenOption = Annotated[str, typer.Option(envvar="HALLWAY_LISTEN", help="Address the portal listens on.")]
PublicUrlOption = Annotated[str, typer.Option(envvar="HALLWAY_PUBLIC_URL", help="What people's browsers see.")]
PostgresOption = Annotated[str, typer.Option(envvar="HALLWAY_POSTGRES_URL", help="Use this running PostgreSQL.")]
STATE = Path(".hallway")


def up(
    state: StateOption = STATE,
    port: PortOption = None,
    listen: ListenOption = "127.0.0.1",
    public_url: PublicUrlOption = "",
    postgres_url: PostgresOption = "",
) -> None:
    """Run all of Hallway here until Ctrl-C, and keep the data."""
    options = Options(state, port, listen, public_url or None, postgres_url or None)
    from embedded import hallway

    hallway.run(_say_where, options)


def _say_where(running: "Running") -> None:
    lines = [f"Hallway is up: {running.portal_url}", "In another terminal, in this folder: hallway conference list"]
    if running.mailbox_url:
        lines.insert(1, f"Mail it sends is shown at {running.mailbox_url}")
    for line in [*lines, "Ctrl-C stops it."]:
        running.console.print(line, markup=False, highlight=False, soft_wrap=True)


def demo(
    state: StateOption = STATE,
    port: PortOption = None,
    listen: ListenOption = "127.0.0.1",
    public_url: PublicUrlOption = "",
    postgres_url: PostgresOption = "",
) -> None:
    """Run all of Hallway here with a made-up conference of 240 people. Ctrl-C stops it, the data is kept."""
    options = Options(state, port, listen, public_url or None, postgres_url or None)
    from cli import demo as demonstration
    from embedded import hallway

    hallway.run(demonstration.show, options)


def reset(
    state: StateOption = STATE,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask; without a terminal nobody is asked.")] = False,
) -> None:
    """Forget everything that 'up' and 'demo' keep here."""
    if sys.stdin.isatty() and not yes:
        typer.confirm(f"Delete all data in {state.absolute()}?", abort=True)
    from embedded import hallway

    gone = hallway.reset(Options(state))
    say(f"{state.absolute()} is gone." if gone else f"There is nothing to forget in {state.absolute()}.")
