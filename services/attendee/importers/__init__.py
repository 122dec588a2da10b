"""Importers: an archive of online conversation in, counts of who turned to whom out; no text is kept."""

from collections.abc import Callable, Iterable
from typing import Protocol

from services.attendee.importers.chunks import Budget
from services.attendee.importers.interaction import ImportFailed, Interaction, Tally
from services.attendee.importers.irc import IrcImporter
from services.attendee.importers.mbox import MboxImporter

__all__ = ["IMPORTERS", "ImportFailed", "Importer", "Interaction", "Tally", "import_archive"]


class Importer(Protocol):
    """Reads the files of one archive into the tally it was made with."""

    def read(self, name: str, chunks: Iterable[bytes]) -> None:
        """Count one file; raises ImportFailed when it cannot be understood."""

    def finish(self) -> None:
        """Count what could be known only after the last file."""


IMPORTERS: dict[str, Callable[[Tally], Importer]] = {"irc": IrcImporter, "mbox": MboxImporter}


def import_archive(network: str, files: Iterable[tuple[str, Iterable[bytes]]], *, max_bytes: int) -> Tally:
    """The counts of an archive given as (file name, chunks of bytes), oldest file first.

    Blocks while it reads: run it in a thread. Raises ImportFailed, and then nothing was counted.
    """
    if network not in IMPORTERS:
        raise ImportFailed(f"this kind of archive is not known; use one of {', '.join(sorted(IMPORTERS))}")
    tally, budget = Tally(), Budget(max_bytes)
    importer = IMPORTERS[network](tally)
    for name, chunks in files:
        importer.read(name, budget.guard(chunks, name))
    importer.finish()
    if not tally.messages:
        raise ImportFailed("there is no message in it; choose the files that hold the conversation")
    return tally
