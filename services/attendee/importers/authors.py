"""Who wrote which message, so that an answer finds its person; forgotten when the import ends."""

from hashlib import blake2b
from secrets import token_bytes

from services.attendee.importers.interaction import ImportFailed, Interaction, Tally

MAX_MESSAGES = 1_300_000  # ids kept during one import: about 100 MB
MAX_WAITING = 500_000  # answers whose message has not come yet: about 100 MB


class Authors:
    """Message ids as salted hashes that nobody can look up; an answer may come before what it answers."""

    def __init__(self, tally: Tally) -> None:
        self._tally, self._salt = tally, token_bytes(16)
        self._author: dict[int, str] = {}
        self._waiting: list[tuple[str, str, str, tuple[int, ...]]] = []

    def wrote(self, message: str, author: str) -> None:
        """Note the author of a message. Raises ImportFailed past the limit."""
        if len(self._author) >= MAX_MESSAGES:
            raise ImportFailed(f"more than {MAX_MESSAGES} messages; import fewer years at a time")
        self._author.setdefault(self._hash(message), self._tally.share(author))

    def answered(self, actor: str, kind: str, month: str, *messages: str) -> str:
        """Count an answer to the first of these messages that is known in the end, likeliest first.

        Gives who is answered, "" if that is not known yet.
        """
        hashes = tuple(map(self._hash, messages))
        if hashes[0] in self._author:
            self._resolve(actor, kind, month, hashes[:1])
            return self._author[hashes[0]]
        if len(self._waiting) >= MAX_WAITING:
            raise ImportFailed(f"more than {MAX_WAITING} answers without what they answer; send older files first")
        self._waiting.append((self._tally.share(actor), kind, self._tally.share(month), hashes))
        return ""

    def finish(self) -> None:
        """Resolve the answers whose message came later; the rest is reported as unresolved."""
        for waiting in self._waiting:
            self._resolve(*waiting)
        self._waiting.clear()
        self._author.clear()

    def _resolve(self, actor: str, kind: str, month: str, messages: tuple[int, ...]) -> None:
        target = next((self._author[message] for message in messages if message in self._author), None)
        if target is None:
            self._tally.unresolved += 1
        elif target != actor:
            self._tally.resolved += 1
            self._tally.add(Interaction(actor, target, kind, month))

    def _hash(self, message: str) -> int:
        digest = blake2b(message.encode("utf-8", "surrogatepass"), digest_size=8, key=self._salt).digest()
        return int.from_bytes(digest, "big")
