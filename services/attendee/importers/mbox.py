"""Mailing lists as mbox (RFC 4155, pipermail, hyperkitty): who answered whom, one mail at a time.

The file is read as a stream, so neither its size nor that of one mail matters. The standard library's
`mailbox` needs a seekable file and keeps whole mails; only the headers of one mail are held here.
"""

import re
from collections.abc import Iterable

from services.attendee.importers.authors import Authors
from services.attendee.importers.chunks import lines
from services.attendee.importers.interaction import ImportFailed, Tally
from services.attendee.importers.mail_headers import Headers, is_header

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
        self.tally, self._authors = tally, Authors(tally)

    def read(self, name: str, chunks: Iterable[bytes]) -> None:
        """Count one file, an mbox or one mail of a Maildir; raises ImportFailed when it is neither."""
        headers: Headers | None = None
        blank, mails, header_lines, before = True, 0, 0, self.tally.messages
        for number, line in enumerate(lines(chunks), 1):
            if line and blank and (_SEPARATOR.match(line) or (not mails and line.startswith(b"From "))):
                self._take(headers)
                headers, header_lines, mails = Headers(), 0, mails + 1
            elif not mails and line and is_header(line):
                headers, mails = Headers(), 1  # a mail on its own, as in a Maildir
                headers.feed(line)
            elif not mails and line != b"":
                raise ImportFailed(f"expected {EXPECTED}", name, number)
            elif headers is not None:
                header_lines += 1
                if line == b"" or header_lines > MAX_HEADER_LINES:
                    self._take(headers)
                    headers = None
                elif line is not None:
                    headers.feed(line)
            blank = line == b""
        self._take(headers)
        if mails > 1 and self.tally.messages == before:
            raise ImportFailed(f"none of its {mails} mails has a sender; expected {EXPECTED}", name)

    def finish(self) -> None:
        """Resolve the replies whose parent had not been read; the rest is reported as unresolved."""
        self._authors.finish()

    def _take(self, headers: Headers | None) -> None:
        if headers is None:
            return
        actor = headers.sender()
        if actor is None:
            self.tally.skipped += 1
            return
        self.tally.messages += 1
        own, parents = headers.id(), headers.answers()
        if own:
            self._authors.wrote(own, actor)
        if parents:
            self._authors.answered(actor, "reply", headers.month(), *parents)
