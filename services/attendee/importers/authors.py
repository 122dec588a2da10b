"""Who wrote which message, so that an answer finds its person; forgotten when the import ends."""

from secrets import token_hex

from services.attendee.importers.interaction import ImportFailed, Tally

MAX_MESSAGES = 1_300_000  # ids kept during one import: about 100 MB
MAX_WAITING = 500_000  # answers whose message has not come yet: about 100 MB


class Authors:
    """Message ids as salted hashes; an answer may come before what it answers.

    Python's own hash of text (SipHash under a key of the process) takes a tenth of the time of a cryptographic one, and
    64 bits make two of a million ids alike once in ten million imports.
    """

    def __init__(self, tally: Tally) -> None:
        self._tally, self._salt = tally, token_hex(8)
        self._author: dict[int, str] = {}
        self._waiting: list[tuple[str, str, str, tuple[int, ...]]] = []

    def wrote(self, message: str, author: str) -> None:
        """Note the author of a message. Raises ImportFailed past the limit."""
        if len(self._author) >= MAX_MESSAGES:
            raise ImportFailed(f"more than {MAX_MESSAGES} messages; import fewer years at a time")
        self._author.setdefault(hash(self._salt + message), self._tally.share(author))

    def answered(self, actor: str, kind: str, month: str, *messages: str) -> str:
        """Count an answer to the first of these messages that is known in the end, likeliest first.

        Gives who is answered, "" if that is not known yet.
        """
        author = self._author.get(hash(self._salt + messages[0]))
        if author is not None:
            self._tally.turned(actor, author, kind, month)
            return author
        if len(self._waiting) >= MAX_WAITING:
            raise ImportFailed(f"more than {MAX_WAITING} answers without what they answer; send older files first")
        hashes = tuple(hash(self._salt + message) for message in messages)
        self._waiting.append((self._tally.share(actor), kind, self._tally.share(month), hashes))
        return ""

    def finish(self) -> None:
        """Resolve the answers whose message came later; the rest is reported as unresolved."""
        for actor, kind, month, messages in self._waiting:
            author = next((self._author[message] for message in messages if message in self._author), None)
            if author is None:
                self._tally.unresolved += 1
            else:
                self._tally.turned(actor, author, kind, month)
        self._waiting.clear()
        self._author.clear()
