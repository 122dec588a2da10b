"""IRC logs: who turned to whom, from nicks at the start of lines, nicks in the text, and answers.

Three rules, each from how people write in a channel where everything runs through one window:

1. A nick at the start of a line ("nick: ...") says who is meant; that is the convention of the medium.
2. Without one, a nick inside the text ("thanks nick") is who is meant, as far as it is a name and not
   a word (see irc_nicks). After an address it is who is talked about, and does not count.
3. Who was named and next says something without naming anybody, answers. People name the other to open
   and often drop the name once two are talking; the one who was called knows it is his turn. It holds for
   his next message only, and only within `ANSWER_MINUTES`: later he may well be speaking of something else.

No word list, no weights: nothing here was fitted to a community. Guesses from position alone ("whoever
spoke last") were left out: they are wrong more often than right in a busy channel.
"""

import re
from collections.abc import Iterable

from services.attendee.importers.chunks import lines
from services.attendee.importers.interaction import ImportFailed, Interaction, Tally
from services.attendee.importers.irc_line import EXPECTED, Line, What, parse
from services.attendee.importers.irc_nicks import Named, Nicks

ANSWER_MINUTES = 5  # still in front of both: about a screenful of a busy channel
MAX_NAMED = 8  # who names more at once calls a crowd and talks to nobody in particular
GIVE_UP_AFTER = 1_000  # lines without one that looks like a log
DAY = 24 * 60

_DATE_IN_NAME = re.compile(r"(?<!\d)((?:19|20)\d\d)[-_.]?(0[1-9]|1[0-2])(?:[-_.]?(?:0[1-9]|[12]\d|3[01]))?(?!\d)")
_GUEST = re.compile(r"guest\d+")  # a name the server hands out to anybody, so it joins nobody


class Channel:
    """A conversation that is listened to line by line; nicks and open calls carry over between files."""

    def __init__(self, tally: Tally) -> None:
        self.tally, self.nicks = tally, Nicks()
        self._calls: dict[str, tuple[str, int | None]] = {}  # called nick -> who called, minute of the day

    def hear(self, line: Line, month: str) -> list[Interaction]:
        """The interactions of one line; they are not yet in the tally."""
        if line.what is What.RENAMED:
            self._rename(line.nick, line.text)
        elif line.what is What.JOINED:
            self.nicks.seen(line.nick)
        elif line.what is What.SAID:
            return self._said(line, line.date[:7] or month)
        return []

    def _said(self, line: Line, month: str) -> list[Interaction]:
        speaker = line.nick
        self.nicks.seen(speaker)
        named = self.nicks.named(speaker, line.text)
        caller = self._calls.pop(speaker, None)
        if len(named.nicks) > MAX_NAMED:
            named = Named()
        if named.nicks:
            found = [Interaction(speaker, nick, named.kind, month) for nick in named.nicks]
            self._calls.update(dict.fromkeys(named.nicks, (speaker, line.minute)))
        elif caller and not named.stranger and _soon(caller[1], line.minute):
            found = [Interaction(speaker, caller[0], "reply", month)]
        else:
            found = []
        self._count(named, found)
        return found

    def _count(self, named: Named, found: list[Interaction]) -> None:
        self.tally.messages += 1
        self.tally.resolved += bool(found)
        self.tally.unresolved += named.stranger

    def _rename(self, old: str, new: str) -> None:
        self.nicks.seen(old)
        self.nicks.seen(new)
        if old in self._calls:
            self._calls[new] = self._calls.pop(old)
        if not _GUEST.fullmatch(old) and not _GUEST.fullmatch(new):
            self.tally.same(old, new)


class IrcImporter:
    """Reads the files of one archive, one after the other, in the order of their time."""

    def __init__(self, tally: Tally) -> None:
        self.tally, self.channel = tally, Channel(tally)

    def read(self, name: str, chunks: Iterable[bytes]) -> None:
        """Count one file; raises ImportFailed when nothing in it looks like an IRC log."""
        month, seen, understood = month_of(name), 0, False
        for raw in lines(chunks):
            if raw is not None and not raw.strip():
                continue
            seen += 1
            line = parse(raw) if raw is not None else None
            understood = understood or (line is not None and line.what is not What.OTHER)
            self._take(line, month)
            if seen >= GIVE_UP_AFTER and not understood:
                break
        if seen and not understood:
            raise ImportFailed(f"no line of an IRC log among the first {seen}; expected {EXPECTED}", name, 1)

    def finish(self) -> None:
        """Nothing is left open at the end."""

    def _take(self, line: Line | None, month: str) -> None:
        if line is None:
            self.tally.skipped += 1
            return
        for interaction in self.channel.hear(line, month):
            self.tally.add(interaction)


def month_of(file_name: str) -> str:
    """ "YYYY-MM" from a file name such as 2004-11-15_03.txt, #channel.20041115.log; "" without a date."""
    found = _DATE_IN_NAME.search(file_name)
    return f"{found[1]}-{found[2]}" if found else ""


def _soon(called: int | None, spoke: int | None) -> bool:
    return called is None or spoke is None or (spoke - called) % DAY <= ANSWER_MINUTES
