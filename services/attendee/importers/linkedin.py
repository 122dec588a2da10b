"""LinkedIn's messages.csv out of a member's own export: private messages only.

People are the names in profile addresses.
"""

import re
from collections.abc import Iterable

from services.attendee.importers.interaction import Tally
from services.attendee.importers.months import month_of_iso
from services.attendee.importers.rows import rows

MAX_RECIPIENTS = 8

_PROFILE = re.compile(r"https?://[\w.]{0,20}linkedin\.com/in/([^/?#\s,;]{1,120})", re.IGNORECASE)


class LinkedinImporter:
    """Reads messages.csv; the other files of the export are left out."""

    def __init__(self, tally: Tally) -> None:
        self.tally = tally

    def read(self, name: str, chunks: Iterable[bytes]) -> None:
        """Count one file; raises ImportFailed when its header is another."""
        if name.rpartition("/")[2].lower() != "messages.csv":
            return
        for row in rows(chunks, name, ("sender profile url", "recipient profile urls", "date"), self.tally):
            sender = _PROFILE.match(row["sender profile url"])
            recipients = _PROFILE.findall(row["recipient profile urls"])
            if not sender:
                self.tally.skipped += 1
                continue
            self.tally.messages += 1
            if len(recipients) <= MAX_RECIPIENTS:
                for recipient in dict.fromkeys(map(str.lower, recipients)):
                    self.tally.add_private(sender[1].lower(), recipient, month_of_iso(row["date"][:10]))

    def finish(self) -> None:
        """Nothing is left open at the end."""
