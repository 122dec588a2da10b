"""Discord: DiscordChatExporter's JSON of a channel, with its replies and mentions. People are their numeric ids.

Only files that a server's own bot wrote are fit for this: exporting with a personal token breaks Discord's terms.
"""

import re
from collections.abc import Iterable
from itertools import chain
from typing import Annotated

import msgspec

from services.attendee.importers.authors import Authors
from services.attendee.importers.interaction import Tally
from services.attendee.importers.months import month_of_iso
from services.attendee.importers.reading import Reader
from services.attendee.importers.records import array
from services.attendee.importers.rooms import Rooms

Id = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{1,20}$")]
SAID = frozenset({"Default", "Reply", "0", "19"})
HEAD = 65_536

_CHANNEL = re.compile(rb'"channel"\s*:\s*\{[^{}\[\]]{0,2000}?"type"\s*:\s*"?(\w{1,40})"?')
PUBLIC = frozenset({b"GuildTextChat", b"GuildNews", b"GuildPublicThread", b"GuildNewsThread", b"GuildForum", b"0"})


class _User(msgspec.Struct):
    id: Id
    name: str = ""
    isBot: bool = False


class _Reference(msgspec.Struct):
    messageId: str | None = None


class _Message(msgspec.Struct):
    id: Id
    author: _User
    type: str | int = "Default"
    timestamp: str | None = None
    mentions: list[_User] = []
    reference: _Reference | None = None


class DiscordImporter:
    """Reads channels, one a file or one in several."""

    def __init__(self, tally: Tally) -> None:
        self.tally, self._rooms = tally, Rooms(tally)
        self._bots: set[str] = set()

    def read(self, name: str, chunks: Iterable[bytes]) -> None:
        """Count one file; raises ImportFailed when it is no such export."""
        if not name.lower().endswith(".json"):
            return
        reader, head = Reader(chunks), b""
        while len(head) < HEAD and (piece := reader.read()):
            head += piece
        found = _CHANNEL.search(head)
        room = self._rooms.room("public" if found and found[1] in PUBLIC else "private")
        for message in array(chain([head], reader.rest()), "messages", _Message, self.tally, name):
            self._hear(room.tally, room.authors, message)
        self._rooms.check()

    def finish(self) -> None:
        """Keep what everybody on the server could read, without bots."""
        self._rooms.finish(["public"], frozenset(self._bots))

    def _hear(self, tally: Tally, authors: Authors, message: _Message) -> None:
        author = message.author
        if author.isBot:
            self._bots.add(author.id)
        elif str(message.type) in SAID:
            tally.messages += 1
            self.tally.called(author.id, f"@{author.name.lower()[:40]}")
            month = month_of_iso(message.timestamp)
            authors.wrote(message.id, author.id)
            answered: str | None = None
            if message.reference and message.reference.messageId:
                answered = authors.answered(author.id, "reply", month, message.reference.messageId)
            tally.mentioned(
                author.id, [user.id for user in message.mentions], month, None if answered == author.id else answered
            )
