"""What somebody else counted: CSV with the columns actor, target, kind, time, or JSON lines with these fields.

People are mail addresses, as they are registered; time is ISO 8601 or empty.
"""

import re
from collections.abc import Iterable
from typing import Annotated

import msgspec

from services.attendee.importers.interaction import Interaction, Tally
from services.attendee.importers.months import month_of_iso
from services.attendee.importers.pages import is_lines
from services.attendee.importers.records import each_line
from services.attendee.importers.rows import rows

COLUMNS = ("actor", "target", "kind", "time")
KINDS = frozenset({"reply", "mention", "comment", "review"})

_ADDRESS = re.compile(r"[^\s@<>,;:\"()]{1,64}@[^\s@<>,;:\"()]{1,189}")
Short = Annotated[str, msgspec.Meta(max_length=300)]


class _Row(msgspec.Struct):
    actor: Short
    target: Short
    kind: Short
    time: Short = ""


class GenericImporter:
    """Reads rows."""

    def __init__(self, tally: Tally) -> None:
        self.tally = tally

    def read(self, name: str, chunks: Iterable[bytes]) -> None:
        """Count one file; raises ImportFailed when its header is another."""
        if is_lines(name):
            for row in each_line(chunks, _Row, self.tally):
                self._take(row)
        else:
            for fields in rows(chunks, name, COLUMNS, self.tally):
                self._take(_Row(**fields))

    def finish(self) -> None:
        """Nothing is left open at the end."""

    def _take(self, row: _Row) -> None:
        actor, target, kind = row.actor.lower(), row.target.lower(), row.kind.lower()
        if kind not in KINDS or actor == target or not (_ADDRESS.fullmatch(actor) and _ADDRESS.fullmatch(target)):
            self.tally.skipped += 1
            return
        self.tally.messages += 1
        self.tally.resolved += 1
        self.tally.add(Interaction(actor, target, kind, month_of_iso(row.time[:10])))
