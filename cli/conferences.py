"""`hallway conference`: make conferences and look at them."""

from typing import Annotated

import typer

from cli.connection import JsonOption, conference, connect
from cli.output import say, show_json, show_table

app = typer.Typer(no_args_is_help=True, help="Make conferences, look at them.")
COLUMNS = ("slug", "name", "starts", "ends", "time zone", "series")


@app.command()
def create(
    context: typer.Context,
    slug: Annotated[str, typer.Argument(help="Short name for URLs: pycamp-2027.")],
    name: Annotated[str, typer.Argument(help="Full name: 'PyCamp 2027'.")],
    time_zone: Annotated[str, typer.Option(help="IANA name: Europe/Madrid.")],
    starts: Annotated[str, typer.Option(help="First day: YYYY-MM-DD.")],
    ends: Annotated[str, typer.Option(help="Last day: YYYY-MM-DD.")],
    series: Annotated[str, typer.Option(help="Conferences of one series share who has met.")] = "",
) -> None:
    """Make a conference."""
    body = {"slug": slug, "name": name, "time_zone": time_zone, "starts_on": starts, "ends_on": ends, "series": series}
    made = connect(context).command("POST", "/conferences", body)
    say(f"{made['name']} is there as {made['slug']}. Next: hallway register FILE.csv --conference {made['slug']}")


@app.command("list")
def list_(context: typer.Context, as_json: JsonOption = False) -> None:
    """List all conferences."""
    reply = connect(context).ask("/conferences")
    if as_json:
        return show_json(reply)
    rows = [
        (c["slug"], c["name"], c["starts_on"], c["ends_on"], c["time_zone"], c["series"]) for c in reply["conferences"]
    ]
    show_table(COLUMNS, rows, "There is no conference yet; make one with 'hallway conference create'.")


@app.command()
def show(
    context: typer.Context,
    slug: Annotated[str, typer.Argument(envvar="HALLWAY_CONFERENCE", help="Not needed while there is only one.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Show one conference."""
    c = conference(context, slug).ask()
    if as_json:
        return show_json(c)
    say(f"{c['name']} ({c['slug']}): {c['starts_on']} to {c['ends_on']}, {c['time_zone']}")
