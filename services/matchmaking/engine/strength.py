"""How likely two people are to gain from meeting: what they wrote to each other, where they were seen together, what
they share, and who stands between them. docs/matching.md, "Tie strength", gives the reasons."""

from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from services.matchmaking.domain.learning import Learned
from services.matchmaking.engine.graph import Edges, Floats, add_up, graph, join, walks
from services.matchmaking.engine.shared import shared


@dataclass(frozen=True)
class Weights:
    """The constants of the model, reasoned and not fitted (docs/adr/0008).

    ``contact``: what a doubling of time together counts against a doubling of messages. ``contact_seconds``: time
    together that is like one message. ``trait``: what sharing the rarest thing counts. ``walk``: what a way over
    somebody else counts against a direct one. ``rate``: turns the sum into a probability.
    """

    contact: float = 2.0
    contact_seconds: float = 300.0
    trait: float = 1.0
    walk: float = 0.5
    rate: float = 1 / 3


WEIGHTS = Weights()
REASONED = Learned()


class Rows(NamedTuple):
    """Amounts between two people, in either direction, any number of rows for one pair."""

    a: Any = ()
    b: Any = ()
    amount: Any = ()


class Traits(NamedTuple):
    """What people say about themselves: position, number of the field, number of the value (of one field only)."""

    person: Any = ()
    field: Any = ()
    value: Any = ()


class Scores(NamedTuple):
    """One entry a pair. ``probability`` in [0, 1) that a session of the two is worth it to both; the others are what
    it comes from, on one scale, before what was learned weighs them: messages, time together, shared traits, and walks
    over others."""

    probability: Floats
    messages: Floats
    contacts: Floats
    traits: Floats
    walks: Floats

    def parts(self) -> list[tuple[float, ...]]:
        """What each pair's strength comes from: messages, contacts, traits, walks."""
        return list(zip(*(part.tolist() for part in self[1:]), strict=True))


class TieStrength:
    """The signals of one conference, ready to score any pair of its people: symmetric, and the same whenever it is
    asked.

    ``messages``: counted interactions, each times its KINDS. ``contacts``: seconds together, one row a pair and day:
    coming back on another day says more than staying longer. ``learned``: how much each part counts here.
    """

    def __init__(
        self,
        people: int,
        messages: Rows,
        contacts: Rows,
        traits: Traits,
        weights: Weights = WEIGHTS,
        learned: Learned = REASONED,
    ) -> None:
        self._weights, self._learned = weights, learned
        self._messages = _log1p(add_up(people, *messages))
        seen = np.log1p(np.asarray(contacts.amount, np.float64) / weights.contact_seconds)
        self._contacts = add_up(people, contacts.a, contacts.b, weights.contact * seen)
        common = shared(people, *traits)
        self._traits = replace(common, weight=weights.trait * common.weight)
        direct = join(people, self._messages, self._contacts)
        self.friends = graph(direct)
        self._near = graph(join(people, direct, self._traits))

    def ties(self) -> Edges:
        """Everybody who wrote to each other, and the probability of each pair."""
        edges = self._messages
        return replace(edges, weight=self.of(edges.a, edges.b).probability)

    def of(self, a: Any, b: Any) -> Scores:
        """Scores of the pairs (a[i], b[i])."""
        a, b = np.asarray(a, np.int64), np.asarray(b, np.int64)
        messages, contacts, traits = (edges.of(a, b) for edges in (self._messages, self._contacts, self._traits))
        around = self._weights.walk * walks(self._near, a, b)
        by = self._learned
        strength = by.messages * messages + by.contacts * contacts + by.traits * traits + by.walks * around + by.anyway
        return Scores(probability(strength, self._weights.rate), messages, contacts, traits, around)


def probability(strength: Any, rate: float = WEIGHTS.rate) -> Floats:
    """1 - exp(-rate * strength): that one of independent reasons is enough. Floating point reaches 1 for a very long
    acquaintance; the bound stays open, so that routes never overlap."""
    return np.minimum(-np.expm1(-rate * np.asarray(strength, np.float64)), 1 - 1e-9)


def _log1p(edges: Edges) -> Edges:
    return replace(edges, weight=np.log1p(edges.weight))
