"""Mailing lists as mbox (RFC 4155, pipermail, hyperkitty): who answered whom, one mail at a time.

The file is read as a stream, so neither its size nor that of one mail matters. The standard library's
`mailbox` needs a seekable file and keeps whole mails; only the headers of one mail are held here.
"""

import re
from collections.abc import Iterable
from hashlib import blake2b
from secrets import token_bytes

from services.attendee.importers.chunks import lines
from services.attendee.importers.interaction import ImportFailed, Interaction, Tally
from services.attendee.importers.mail_headers import Headers

MAX_MAILS = 500_000  # ids kept during one import: some 100 MB
MAX_HEADER_LINES = 2_000
EXPECTED = "an mbox: its first line starts with 'From ' and every mail has headers such as 'From:' and 'Message-ID:'"

# Archives that do not quote "From " in bodies are common, so a separator must also end in a date.
_SEPARATOR = re.compile(
    rb"From .*?[A-Z][a-z]{2} [A-Z][a-z]{2} {1,2}\d{1,2} \d\d:\d\d(?::\d\d)?"
    rb"(?: [\w+-]{1,6})? \d{4}(?: [\w+-]{1,6})?\s*$"
)


class MboxImporter:
    """Reads the files of one archive; a reply may come before, or in another file than, what it answers."""

    def __init__(self, tally: Tally) -> None:
        self.tally = tally
        self._salt = token_bytes(16)  # ids are kept as hashes nobody can look up, and only while this runs
        self._sender: dict[bytes, str] = {}
        self._waiting: list[tuple[str, str, tuple[bytes, ...]]] = []

    def read(self, name: str, chunks: Iterable[bytes]) -> None:
        """Count one file; raises ImportFailed when it is not an mbox."""
        headers: Headers | None = None
        blank, mails, header_lines, before = True, 0, 0, self.tally.messages
        for number, line in enumerate(lines(chunks), 1):
            if line and blank and (_SEPARATOR.match(line) or (not mails and line.startswith(b"From "))):
                self._take(headers, name, number)
                headers, header_lines, mails = Headers(), 0, mails + 1
            elif not mails and line != b"":
                raise ImportFailed(f"expected {EXPECTED}", name, number)
            elif headers is not None:
                header_lines += 1
                if line == b"" or header_lines > MAX_HEADER_LINES:
                    self._take(headers, name, number)
                    headers = None
                elif line is not None:
                    headers.feed(line)
            blank = line == b""
        self._take(headers, name, None)
        if mails and self.tally.messages == before:
            raise ImportFailed(f"none of its {mails} mails has a sender; expected {EXPECTED}", name)

    def finish(self) -> None:
        """Resolve the replies whose parent had not been read; the rest is reported as unresolved."""
        for actor, month, parents in self._waiting:
            self._resolve(actor, month, parents)
        self._waiting.clear()
        self._sender.clear()

    def _take(self, headers: Headers | None, file: str, line: int | None) -> None:
        if headers is None:
            return
        actor = headers.sender()
        if actor is None:
            self.tally.skipped += 1
            return
        self.tally.messages += 1
        if self.tally.messages > MAX_MAILS:
            raise ImportFailed(f"more than {MAX_MAILS} mails; import fewer years at a time", file, line)
        own = headers.id()
        if own:
            self._sender.setdefault(self._hash(own), actor)
        parents = tuple(self._hash(parent) for parent in headers.answers())
        if parents:
            self._answer(actor, headers.month(), parents)

    def _answer(self, actor: str, month: str, parents: tuple[bytes, ...]) -> None:
        if parents[0] in self._sender:
            self._resolve(actor, month, parents[:1])
        else:
            self._waiting.append((actor, month, parents))

    def _resolve(self, actor: str, month: str, parents: tuple[bytes, ...]) -> None:
        target = next((self._sender[parent] for parent in parents if parent in self._sender), None)
        if target is None:
            self.tally.unresolved += 1
        elif target != actor:
            self.tally.resolved += 1
            self.tally.add(Interaction(actor, target, "reply", month))

    def _hash(self, message_id: str) -> bytes:
        return blake2b(message_id.encode(), digest_size=12, key=self._salt).digest()
