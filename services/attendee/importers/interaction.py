"""What every importer gives: interactions, added up at once, and the one error it may raise."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

MAX_KEYS = 500_000  # distinct (actor, target, kind, month); about 150 MB of counts
MAX_NAMES = 8  # a "person" with more names than this is several people merged by mistake
SHOWN_FILE_NAME = 80


class ImportFailed(Exception):
    """The archive cannot be imported; says what to fix and never quotes the archive.

    `file` is the name of the file as given, `line` the 1-based line where known.
    """

    def __init__(self, message: str, file: str = "", line: int | None = None) -> None:
        self.file, self.line = file[:SHOWN_FILE_NAME], line
        where = f"{self.file!r}" if file else "archive"
        super().__init__(f"{where}, line {line}: {message}" if line else f"{where}: {message}")


@dataclass(frozen=True, slots=True)
class Interaction:
    """One reply or mention: `actor` turned to `target`, both addresses on the network, lower case.

    `kind` is "reply" or "mention"; `month` is "YYYY-MM", or "" where the archive does not tell.
    """

    actor: str
    target: str
    kind: str
    month: str


@dataclass(slots=True)
class Tally:
    """Interactions as counts, plus what was read and what could not be used.

    `messages` read; `resolved`: those that turned to somebody known; `unresolved`: those that answer
    somebody the archive does not show; `skipped`: lines or mails that were not understood or too long.
    """

    max_keys: int = MAX_KEYS
    messages: int = 0
    resolved: int = 0
    unresolved: int = 0
    skipped: int = 0
    _raw: Counter[Interaction] = field(default_factory=Counter, repr=False)
    _leader: dict[str, str] = field(default_factory=dict, repr=False)
    _names: dict[str, set[str]] = field(default_factory=dict, repr=False)

    def add(self, interaction: Interaction) -> None:
        """Count one interaction; to oneself is no interaction. Raises ImportFailed past `max_keys`."""
        if interaction.actor == interaction.target:
            return
        self._raw[interaction] += 1
        if len(self._raw) > self.max_keys:
            raise ImportFailed(
                f"more than {self.max_keys} different pairs, kinds and months; import fewer files at a time"
            )

    def same(self, one: str, other: str) -> None:
        """Note that two addresses are one person's, unless that person would have too many names."""
        first, second = self.person(one), self.person(other)
        names = self._names.get(first, {first}) | self._names.get(second, {second})
        if first == second or len(names) > MAX_NAMES:
            return
        leader = min(names)  # any member would do; the smallest makes the result independent of order
        if len(self._leader) >= self.max_keys:
            raise ImportFailed(f"more than {self.max_keys} changed names; import fewer files at a time")
        for name in names:
            self._leader[name] = leader
        self._names.pop(first, None)
        self._names.pop(second, None)
        self._names[leader] = names

    def person(self, address: str) -> str:
        """The one address that stands for everybody known to be the same person as `address`."""
        return self._leader.get(address, address)

    def names(self, address: str) -> frozenset[str]:
        """Every address seen to be used by the person of `address`, itself included."""
        return frozenset(self._names.get(self.person(address), {address}))

    def counts(self) -> Iterator[tuple[Interaction, int]]:
        """Each distinct interaction between persons, with how often it happened."""
        folded: Counter[Interaction] = Counter()
        for raw, count in self._raw.items():
            actor, target = self.person(raw.actor), self.person(raw.target)
            if actor != target:
                folded[Interaction(actor, target, raw.kind, raw.month)] += count
        yield from folded.items()
