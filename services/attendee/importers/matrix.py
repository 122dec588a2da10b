"""Matrix: the JSON export of a room, with its replies, threads and mentions. People are their Matrix ids."""

from collections.abc import Iterable
from typing import Annotated

import msgspec

from services.attendee.importers.authors import Authors
from services.attendee.importers.interaction import Tally
from services.attendee.importers.months import month_of_epoch
from services.attendee.importers.records import array

Person = Annotated[str, msgspec.Meta(pattern=r"^@[^\s:]{1,200}:[\w.:\[\]-]{1,250}$")]


class _Event(msgspec.Struct):
    event_id: str = ""


class _Relation(msgspec.Struct):
    rel_type: str | None = None
    event_id: str = ""
    is_falling_back: bool = False
    in_reply_to: _Event | None = msgspec.field(name="m.in_reply_to", default=None)


class _Mentions(msgspec.Struct):
    user_ids: list[Person] = []


class _Content(msgspec.Struct, frozen=True):
    relates_to: _Relation | None = msgspec.field(name="m.relates_to", default=None)
    mentions: _Mentions | None = msgspec.field(name="m.mentions", default=None)


class _Message(msgspec.Struct):
    type: str
    sender: Person
    event_id: str
    origin_server_ts: float = 0
    content: _Content = _Content()


class MatrixImporter:
    """Reads rooms, one a file."""

    def __init__(self, tally: Tally) -> None:
        self.tally, self._authors = tally, Authors(tally)

    def read(self, name: str, chunks: Iterable[bytes]) -> None:
        """Count one room; raises ImportFailed when the file is no export of one."""
        if name.lower().endswith(".json"):
            for event in array(chunks, "messages", _Message, self.tally, name):
                if event.type == "m.room.message":
                    self._hear(event)

    def finish(self) -> None:
        """Resolve what came before what it answers."""
        self._authors.finish()

    def _hear(self, event: _Message) -> None:
        relation = event.content.relates_to or _Relation()
        if relation.rel_type == "m.replace":  # an edit of what was counted
            return
        self.tally.messages += 1
        actor, month = event.sender.lower(), month_of_epoch(event.origin_server_ts / 1_000)
        self._authors.wrote(event.event_id, actor)
        answered: str | None = None
        if relation.in_reply_to and not relation.is_falling_back:
            self._authors.answered(actor, "reply", month, relation.in_reply_to.event_id)
            answered = ""
        elif relation.rel_type == "m.thread":
            self._authors.answered(actor, "comment", month, relation.event_id)
            answered = ""
        named = event.content.mentions.user_ids if event.content.mentions else []
        self.tally.mentioned(actor, [person.lower() for person in named], month, answered)
