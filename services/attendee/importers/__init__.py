"""Importers: an archive of online conversation in, counts of who turned to whom out; no text is kept."""

from collections.abc import Callable, Iterable
from typing import Protocol

from services.attendee.importers.bluesky import BlueskyImporter
from services.attendee.importers.chunks import Budget
from services.attendee.importers.discord import DiscordImporter
from services.attendee.importers.discourse import DiscourseImporter
from services.attendee.importers.generic import GenericImporter
from services.attendee.importers.github import GithubImporter
from services.attendee.importers.interaction import ImportFailed, Interaction, Tally
from services.attendee.importers.irc import IrcImporter
from services.attendee.importers.linkedin import LinkedinImporter
from services.attendee.importers.mastodon import MastodonImporter
from services.attendee.importers.matrix import MatrixImporter
from services.attendee.importers.mbox import MboxImporter
from services.attendee.importers.reddit import RedditImporter
from services.attendee.importers.slack import SlackImporter
from services.attendee.importers.unpacking import unpacked
from services.attendee.importers.wordpress import WordpressImporter
from services.attendee.importers.x_archive import XImporter
from services.attendee.importers.zulip import ZulipImporter

__all__ = ["IMPORTERS", "ImportFailed", "Importer", "Interaction", "Tally", "import_archive"]


class Importer(Protocol):
    """Reads the files of one archive into the tally it was made with."""

    def read(self, name: str, chunks: Iterable[bytes]) -> None:
        """Count one file; raises ImportFailed when it cannot be understood."""

    def finish(self) -> None:
        """Count what could be known only after the last file."""


IMPORTERS: dict[str, Callable[[Tally], Importer]] = {
    "bluesky": BlueskyImporter,
    "csv": GenericImporter,
    "discord": DiscordImporter,
    "discourse": DiscourseImporter,
    "github": GithubImporter,
    "irc": IrcImporter,
    "linkedin": LinkedinImporter,
    "mastodon": MastodonImporter,
    "matrix": MatrixImporter,
    "mbox": MboxImporter,
    "reddit": RedditImporter,
    "slack": SlackImporter,
    "wordpress": WordpressImporter,
    "x": XImporter,
    "zulip": ZulipImporter,
}


def import_archive(
    network: str, files: Iterable[tuple[str, Iterable[bytes]]], *, max_bytes: int, private: bool = False
) -> Tally:
    """The counts of an archive given as (file name, chunks of bytes), oldest file first; zip, gzip and tar are opened.

    What others could not read is left out unless `private`. Blocks while it reads: run it in a thread.
    Raises ImportFailed, and then nothing was counted.
    """
    if network not in IMPORTERS:
        raise ImportFailed(f"this kind of archive is not known; use one of {', '.join(sorted(IMPORTERS))}")
    tally, budget = Tally(keep_private=private), Budget(max_bytes)
    importer = IMPORTERS[network](tally)
    for name, chunks in unpacked(files, max_bytes):
        importer.read(name, budget.guard(chunks, name))
    importer.finish()
    tally.finish()
    if not (tally.messages or tally.private):
        raise ImportFailed("there is no message in it; choose the files that hold the conversation")
    return tally
