"""Whose nick a chat message names: who is known, and which words are only words."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

SHORTEST_IN_TEXT = 3  # "k" or "me" inside a sentence is hardly ever a person; at its start with ":" it is
BENEFIT_OF_DOUBT = 3  # plain uses of a word, with nobody of that name about, before it counts as a word
AROUND = 2_000  # messages; who has not spoken for so long is not who a plain word means
MAX_WORDS = 100_000  # vocabulary kept; common words, the only ones that matter, come early
MAX_NICKS = 200_000
MAX_FORMS = 16  # forms of one nick that are tried, the latest first

_OPENING, _CLOSING = "\"'(<@", "\"'):,;.!?>"
_EDGES = re.compile(r"^[\W_]+|[\W_\d]+$")


@dataclass(frozen=True, slots=True)
class Named:
    """Whom a message names: kind "reply" at its start, else "mention" within; `stranger`: it is addressed
    to somebody who is not known."""

    nicks: tuple[str, ...] = ()
    kind: str = "mention"
    stranger: bool = False


@dataclass(slots=True)
class Nicks:
    """Nicks seen so far, when each was last about, and how often each word was used as a plain word.

    Whether "root" or "usual" is a person cannot be looked up in a list: every community has its own words.
    A name is used while its bearer is about, and in the form "name:"; a word is used all the time. So a
    nick that was used more often as a plain word with nobody of that name about than it was addressed is
    taken for a word, and only "nick:" names it. Another form of a nick (bob for bob_) counts only in "bob:"
    or "bob,": inside a sentence it is more often a word.
    """

    clock: int = 0
    _last: dict[str, int] = field(default_factory=dict)
    _forms: dict[str, list[str]] = field(default_factory=dict)
    _plain: Counter[str] = field(default_factory=Counter)
    _addressed: Counter[str] = field(default_factory=Counter)

    def seen(self, nick: str) -> None:
        """Note that somebody of this nick is about now."""
        if nick not in self._last:
            if len(self._last) >= MAX_NICKS:
                return
            forms = self._forms.setdefault(stem(nick), [])
            forms.append(nick)
            del forms[:-MAX_FORMS]
        self._last[nick] = self.clock

    def named(self, speaker: str, text: str) -> Named:
        """Whom this message of `speaker` names, in the order of the text; learns its words."""
        self.clock += 1
        words = text.split()
        addressed, rest, stranger = self._heads(words)
        plain = [word for raw in words[rest:] for word in self._candidates(raw)]
        mentioned = [] if addressed else list(self._mentioned(plain))
        self._learn(plain)
        others = tuple(dict.fromkeys(nick for nick in addressed or mentioned if nick != speaker))
        return Named(others, "reply" if addressed else "mention", stranger)

    def _heads(self, words: list[str]) -> tuple[list[str], int, bool]:
        """Nicks at the start ("a: ..", "a, b: ..", "a ..", "@a .."), words used up, and "stranger: .."."""
        found: list[str] = []
        for position, raw in enumerate(words):
            word, mark = _peel(raw, words[position + 1] if position + 1 < len(words) else "")
            nick = self._who(word)
            if nick is None or not (mark == ":" or self._is_name_at_start(word, nick, mark)):
                return found, position, mark == ":" and not found and _could_be_nick(word)
            found.append(nick)
            self._addressed[nick] += mark != ""
            if mark != ",":
                return found, position + 1, False
        return found, len(words), False

    def _candidates(self, raw: str) -> Iterator[str]:
        word = raw.lower().strip(_OPENING + _CLOSING)
        if word:
            yield word.removesuffix("'s")

    def _mentioned(self, words: list[str]) -> Iterator[str]:
        for word in words:
            nick = self._who(word)
            if nick == word and len(word) >= SHORTEST_IN_TEXT and self._is_name(word):
                yield nick

    def _who(self, word: str) -> str | None:
        """The known nick meant: this one while its bearer is about, else the last to speak of the forms
        people use of one nick (bob, bob_, bob|away, bob2)."""
        if self._about(word):
            return word
        family = self._forms.get(stem(word), ()) if len(stem(word)) >= SHORTEST_IN_TEXT else ()
        here = [nick for nick in family if self._about(nick)]
        if here:
            return max(here, key=lambda nick: (self._last[nick], nick))
        return word if word in self._last else None

    def _about(self, nick: str) -> bool:
        last = self._last.get(nick)
        return last is not None and self.clock - last <= AROUND

    def _is_name_at_start(self, word: str, nick: str, mark: str) -> bool:
        return self._is_name(word) and (mark == "," or (word == nick and len(word) >= SHORTEST_IN_TEXT))

    def _is_name(self, word: str) -> bool:
        return self._plain[word] <= BENEFIT_OF_DOUBT + self._addressed[word]

    def _learn(self, words: list[str]) -> None:
        for word in words:
            if not self._about(word) and (word in self._plain or len(self._plain) < MAX_WORDS):
                self._plain[word] += 1


def stem(nick: str) -> str:
    """The nick without what people hang on it when the name is taken: bob_, _bob, bob2, bob`."""
    return _EDGES.sub("", nick.partition("|")[0] or nick)


def _peel(raw: str, following: str) -> tuple[str, str]:
    """A word at the start of a message, and the mark that makes it an address (":" "," or none)."""
    word = raw.lower().lstrip(_OPENING)
    bare = word.rstrip(_CLOSING)
    tail = word[len(bare) :]
    if ":" in tail or ">" in tail or raw.startswith(("@", "<")) or following in (":", "-"):
        return bare, ":"
    return bare, "," if "," in tail else ""


def _could_be_nick(word: str) -> bool:
    return 2 <= len(word) <= 32 and "/" not in word
