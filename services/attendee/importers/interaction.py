"""What every importer gives: interactions, added up at once, and the one error it may raise."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

MAX_KEYS = 500_000  # distinct (actor, target, kind, month); about 150 MB of counts
MAX_NAMED = 8  # who names more at once calls a crowd and talks to nobody in particular
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


class Interaction(NamedTuple):
    """`actor` turned to `target`, both addresses on the network, lower case.

    `kind` is "reply", "mention", "comment", "review", "boost", "follow" or "message" (private); `month` is
    "YYYY-MM", or "" where the archive does not tell.
    """

    actor: str
    target: str
    kind: str
    month: str


@dataclass(slots=True)
class Tally:
    """Interactions as counts, plus what was read and what could not be used.

    `messages` read; `resolved`: those that turned to somebody known; `unresolved`: those that answer
    somebody the archive does not show; `skipped`: what was not understood or too long; `private`: interactions
    that others could not read. Those are only counted in that figure, unless `keep_private`.
    """

    max_keys: int = MAX_KEYS
    keep_private: bool = False
    messages: int = 0
    resolved: int = 0
    unresolved: int = 0
    skipped: int = 0
    private: int = 0
    _raw: Counter[Interaction] = field(default_factory=Counter, repr=False)
    _shared: dict[str, str] = field(default_factory=dict, repr=False)
    _called: dict[str, str] = field(default_factory=dict, repr=False)
    _leader: dict[str, str] = field(default_factory=dict, repr=False)
    _names: dict[str, set[str]] = field(default_factory=dict, repr=False)

    def add(self, interaction: tuple[str, str, str, str], times: int = 1) -> None:
        """Count one Interaction, or a tuple of its fields; to oneself is none. Raises ImportFailed past `max_keys`."""
        known = self._raw.get(interaction)  # type: ignore[call-overload]  # equal tuples are equal keys
        if known:
            self._raw[interaction] = known + times  # type: ignore[index]
            return
        actor, target, kind, month = interaction
        if actor == target:
            return
        self._raw[Interaction(self.share(actor), self.share(target), kind, self.share(month))] = times
        self._check()

    def _check(self) -> None:
        if len(self._raw) > self.max_keys:
            raise ImportFailed(
                f"more than {self.max_keys} different pairs, kinds and months; import fewer files at a time"
            )

    def turned(self, actor: str, target: str, kind: str, month: str) -> None:
        """Count a message that turned to somebody known."""
        if actor != target:
            self.resolved += 1
            self.add((actor, target, kind, month))

    def mentioned(self, actor: str, others: Iterable[str], month: str, answered: str | None = None) -> None:
        """Count whom a message names, beside the one it answers ("": not known yet, None: it answers nothing)."""
        named = dict.fromkeys(other for other in others if other not in (actor, answered))
        if not named or len(named) > MAX_NAMED:
            return
        self.resolved += answered is None
        for other in named:
            self.add((actor, other, "mention", month))

    def add_private(self, actor: str, target: str, month: str, times: int = 1) -> None:
        """Count one message that nobody else could read."""
        self.private += times
        if self.keep_private:
            self.add(Interaction(actor, target, "message", month), times)

    def share(self, text: str) -> str:
        """The same text, held in memory once."""
        return self._shared.setdefault(text, text)

    def called(self, address: str, name: str) -> None:
        """Note a name that one address has now. A name may pass to another address, which then has it alone."""
        if self._called.get(name) == address:
            return
        if name not in self._called and len(self._called) >= self.max_keys:
            raise ImportFailed(f"more than {self.max_keys} names; import fewer files at a time")
        if name and name != address:
            self._called[self.share(name)] = self.share(address)

    def merge(self, other: "Tally", without: frozenset[str] = frozenset()) -> None:
        """Add what another tally read, but no interaction of the addresses in `without`."""
        self.messages += other.messages
        self.resolved += other.resolved
        self.unresolved += other.unresolved
        self.skipped += other.skipped
        self.private += other.private
        for interaction, times in other._raw.items():
            if without and (interaction.actor in without or interaction.target in without):
                continue
            self._raw[interaction] = self._raw.get(interaction, 0) + times
        self._check()

    def keys(self) -> int:
        """How many distinct interactions are held."""
        return len(self._raw)

    def finish(self) -> None:
        """Join every name to the address that had it last."""
        for name, address in self._called.items():
            self.same(address, name)
        self._called.clear()

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
        if not self._leader:
            yield from self._raw.items()
            return
        folded: dict[Interaction, int] = {}
        leader = self._leader.get
        for raw, count in self._raw.items():
            actor, target = leader(raw[0], raw[0]), leader(raw[1], raw[1])
            if actor != target:
                person = Interaction(actor, target, raw[2], raw[3])
                folded[person] = folded.get(person, 0) + count
        yield from folded.items()
