"""``python -m tests.chaos --seed 1 --seconds 60``: Hallway under faults; a table, and exit code 1 for any finding."""

import argparse
import json
import logging
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from tests.chaos import campaign, table
from tests.chaos.campaign import Campaign, Order
from tests.chaos.hall import ROOT, Choice, Hall

DISK_SIZE = "1500m"  # PostgreSQL lets its log grow to a gigabyte


def arguments() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos")
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    parser.add_argument("--seconds", type=float, default=60, help="for how long faults are injected")
    parser.add_argument(
        "--nodes", type=int, default=0, choices=[0, 1, 3], help="Apache Kafka nodes; 0: embedded broker"
    )
    parser.add_argument("--twins", action="store_true", help="two of each process")
    parser.add_argument("--skew", action="store_true", help="clocks that differ by up to ten minutes")
    parser.add_argument("--disk", action="store_true", help="PostgreSQL on a small disk, to be filled; needs root")
    parser.add_argument("--faults", nargs="*", default=(), help="parts of the names of faults; not given: all")
    parser.add_argument("--mixed", type=float, default=0.2, help="how often two faults come at once, 0 to 1")
    parser.add_argument("--patience", type=float, default=300, help="seconds within which everything heals")
    parser.add_argument("--commands", type=int, default=0, help="at least so many, and each fault once")
    parser.add_argument("--clients", type=int, default=4)
    parser.add_argument("--bug", default="", help="bugs to plant, with commas between: see bugs.py")
    parser.add_argument("--folder", type=Path, help="where state and logs go; the logs stay")
    parser.add_argument("--json", type=Path, help="where the table is written as JSON")
    return parser.parse_args()


@contextmanager
def small_disk(folder: Path | None) -> Iterator[None]:
    """A file system in memory that holds Hallway's databases and little more."""
    if folder is None:
        yield
        return
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_SIZE},mode=0711", "tmpfs", str(folder)], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def commit() -> str:
    """Which code is run: date and short name of the commit."""
    told = subprocess.run(["git", "log", "-1", "--format=%cs %h"], cwd=ROOT, capture_output=True, text=True)
    return told.stdout.strip() or "unknown"


def main() -> int:
    """Runs one campaign."""
    asked = arguments()
    logging.disable(logging.CRITICAL)  # Kafka clients tell of every fault
    about = {"seed": asked.seed, "seconds": asked.seconds, "nodes": asked.nodes, "commit": commit()}
    folder = asked.folder or Path(tempfile.mkdtemp(prefix="hallway-chaos-"))
    folder.mkdir(parents=True, exist_ok=asked.folder is None)
    folder.chmod(0o711)  # PostgreSQL's account has to pass through
    console = Console(width=140)
    console.print(f"seed {asked.seed}; logs in {folder}")
    clocks = random.Random(asked.seed)
    names = ("attendee", "matchmaking", "matchmaking-worker", "scheduling", "scheduling-worker", "portal")
    skewed = tuple((n, clocks.randint(-300, 300)) for name in names for n in (name, f"{name}-2")) if asked.skew else ()
    disk = folder / "disk" if asked.disk else None
    choice = Choice(nodes=asked.nodes, twins=asked.twins, bug=asked.bug, clocks=skewed, disk=disk)
    order = Order(
        asked.seed,
        asked.seconds,
        tuple(asked.faults),
        asked.clients,
        commands=asked.commands,
        mixed=asked.mixed,
        patience=asked.patience,
    )
    done: list[Campaign] = []
    with small_disk(disk):
        Hall(folder, choice).run(lambda hall: done.append(campaign.run(hall, order)))
    if not done:
        console.print("the run did not end; see above")
        return 2
    journal = done[0].journal
    table.show(journal, console)
    if asked.json:
        asked.json.write_text(json.dumps(table.record(journal, about)))
    return 1 if journal.findings else 0


if __name__ == "__main__":
    sys.exit(main())
