"""Reddit's API objects: who commented on whose post and answered whose comment. People are user names."""

from collections.abc import Iterable
from typing import Annotated

import msgspec

from services.attendee.importers.authors import Authors
from services.attendee.importers.chunks import lines
from services.attendee.importers.interaction import Tally
from services.attendee.importers.months import month_of_epoch
from services.attendee.importers.pages import is_lines
from services.attendee.importers.records import MAX_WHOLE, checked, whole_file

BOTS = frozenset({"automoderator"})

Name = Annotated[str, msgspec.Meta(pattern=r"^[\w-]{1,40}$")]


class _Thing(msgspec.Struct):
    kind: str = ""  # none: an object of its own
    data: msgspec.Raw = msgspec.Raw(b"{}")


class _Listing(msgspec.Struct):
    children: list[msgspec.Raw] = []


class _Said(msgspec.Struct):
    """A post (without parent) or a comment."""

    name: str
    author: Name
    parent_id: str | None = None
    created_utc: float = 0
    replies: msgspec.Raw = msgspec.Raw(b'""')


class RedditImporter:
    """Reads listings, threads, or one object a line, in any order."""

    def __init__(self, tally: Tally) -> None:
        self.tally, self._authors = tally, Authors(tally)
        self._thing, self._thread = msgspec.json.Decoder(_Thing), msgspec.json.Decoder(list[msgspec.Raw])
        self._listing, self._said = msgspec.json.Decoder(_Listing), msgspec.json.Decoder(_Said)

    def read(self, name: str, chunks: Iterable[bytes]) -> None:
        """Count one file; raises ImportFailed when it is larger than a page."""
        values = lines(chunks, MAX_WHOLE) if is_lines(name) else iter([whole_file(chunks, name)])
        for value in values:
            if value is None or value.strip():
                self._read(value)

    def finish(self) -> None:
        """Resolve what came before what it answers."""
        self._authors.finish()

    def _read(self, value: bytes | None) -> None:
        thread = value is not None and value.lstrip()[:1] == b"["  # a post, then its comments
        waiting = list(checked(self._thread, value, self.tally) or ()) if thread else [value]
        while waiting:
            raw = waiting.pop()
            thing = checked(self._thing, raw, self.tally)
            if thing is None or raw is None:
                continue
            if thing.kind == "Listing":
                listing = checked(self._listing, thing.data, self.tally)
                waiting.extend(listing.children if listing else ())
            elif thing.kind in ("", "t1", "t3"):
                waiting.extend(self._take(thing.data if thing.kind else raw))

    def _take(self, raw: bytes | msgspec.Raw) -> list[msgspec.Raw]:
        said = checked(self._said, raw, self.tally)
        if said is None:
            return []
        actor, month = said.author.lower(), month_of_epoch(said.created_utc)
        if actor not in BOTS:
            self.tally.messages += 1
            self._authors.wrote(said.name, actor)
            if said.parent_id:
                kind = "reply" if said.parent_id.startswith("t1_") else "comment"
                self._authors.answered(actor, kind, month, said.parent_id)
        return [said.replies] if bytes(said.replies)[:1] == b"{" else []
