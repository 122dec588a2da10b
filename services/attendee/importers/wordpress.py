"""WordPress (WXR): who commented on whose post and answered whose comment. People are mail addresses.

Expat reads as the bytes arrive; a document type, without which there are no entities to blow up, is refused.
"""

import re
from collections.abc import Iterable
from xml.parsers import expat

from services.attendee.importers.authors import Authors
from services.attendee.importers.interaction import ImportFailed, Tally
from services.attendee.importers.months import month_of_iso

MAX_FIELD = 1_000  # characters of a field that is needed; longer ones are cut
MAX_DEPTH = 64

_ADDRESS = re.compile(r"[^\s@<>,;:\"()]{1,64}@[^\s@<>,;:\"()]{1,189}")
_AUTHOR = frozenset({"author_login", "author_email"})
_POST = frozenset({"creator", "status", "post_id"})
_COMMENT = frozenset(
    {"comment_id", "comment_author_email", "comment_date_gmt", "comment_approved", "comment_type", "comment_parent"}
)


class WordpressImporter:
    """Reads exports, one a file."""

    def __init__(self, tally: Tally) -> None:
        self.tally = tally

    def read(self, name: str, chunks: Iterable[bytes]) -> None:
        """Count one file; raises ImportFailed when it is no such export."""
        export = _Export(self.tally)
        try:
            for chunk in chunks:
                export.parser.Parse(chunk, False)
            export.parser.Parse(b"", True)
        except (expat.ExpatError, ValueError):
            problem = "it is no whole WordPress export (WXR), or has a document type; export it again"
            raise ImportFailed(problem, name) from None
        export.authors.finish()

    def finish(self) -> None:
        """Nothing is left open at the end."""


class _Export:
    """One file. Of everything but the few fields that are needed not even the text is put together."""

    def __init__(self, tally: Tally) -> None:
        self.tally, self.authors = tally, Authors(tally)
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.StartDoctypeDeclHandler = self._doctype
        self._depth = 0
        self._address: dict[str, str] = {}  # of an author's login
        self._post: dict[str, str] = {}
        self._fields: dict[str, str] = {}
        self._open: str | None = None

    def _doctype(self, *_: object) -> None:
        raise ValueError("document type")

    def _start(self, tag: str, _: object) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise ValueError("too deep")
        name = tag.rpartition(":")[2]
        if tag == "item":
            self._post = {}
        elif tag in ("wp:comment", "wp:author"):
            self._fields = {}
        self._open = name if name in _AUTHOR | _POST | _COMMENT else None
        if self._open in _POST:
            self._post[name] = ""
        elif self._open:
            self._fields[name] = ""

    def _text(self, text: str) -> None:
        if self._open:
            into = self._post if self._open in _POST else self._fields
            into[self._open] = (into[self._open] + text)[:MAX_FIELD]

    def _end(self, tag: str) -> None:
        self._depth -= 1
        self._open = None
        if tag == "wp:author" and len(self._address) < self.tally.max_keys:
            self._address[self._fields.get("author_login", "")] = self._fields.get("author_email", "").lower()
        elif tag == "item":
            author = self._address.get(self._post.get("creator", ""), "")
            if _ADDRESS.fullmatch(author) and self._post.get("post_id"):
                self.authors.wrote(f"post {self._post['post_id']}", author)
        elif tag == "wp:comment" and self._post.get("status") == "publish":
            self._comment(self._fields)

    def _comment(self, fields: dict[str, str]) -> None:
        actor = fields.get("comment_author_email", "").strip().lower()
        if fields.get("comment_approved") != "1" or fields.get("comment_type", "") not in ("", "comment"):
            return
        if not _ADDRESS.fullmatch(actor):
            self.tally.skipped += 1
            return
        self.tally.messages += 1
        self.authors.wrote(f"comment {fields.get('comment_id', '')}", actor)
        month, parent = month_of_iso(fields.get("comment_date_gmt", "")[:10]), fields.get("comment_parent", "0").strip()
        if parent not in ("", "0"):
            self.authors.answered(actor, "reply", month, f"comment {parent}")
        elif self._post.get("post_id"):
            self.authors.answered(actor, "comment", month, f"post {self._post['post_id']}")
