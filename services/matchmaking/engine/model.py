"""What the engine is given and gives back; people are positions in one list."""

from collections.abc import Set
from dataclasses import dataclass
from typing import NamedTuple

from services.matchmaking.engine.graph import Edges
from services.matchmaking.engine.strength import TieStrength

# Routes, best first; the numbers are the lower edges of their weights, so that no route overtakes a better one.
TIE = "tie"
FRIEND_OF_FRIEND = "friend_of_friend"
SHARED_INTEREST = "shared_interest"
OPEN_TABLE = "open_table"
FLOORS = {TIE: 0.5, FRIEND_OF_FRIEND: 0.3, SHARED_INTEREST: 0.1, OPEN_TABLE: 0.0}
WIDTHS = {TIE: 0.5, FRIEND_OF_FRIEND: 0.2, SHARED_INTEREST: 0.2, OPEN_TABLE: 0.1}

Pair = tuple[int, int]


class Person(NamedTuple):
    """Somebody who has joined. ``room``: suggestions they can still take; ``load``: those and matches they have."""

    room: int
    load: int
    interests: tuple[str, ...] = ()


class Candidate(NamedTuple):
    """A pair (a < b) that could be suggested, by which route, how good (0 to 1), and the interest if it is that."""

    a: int
    b: int
    weight: float
    route: str
    interest: str = ""


@dataclass(frozen=True)
class Problem:
    """One conference. ``ties``: pairs and their strength in (0, 1); ``spent``: pairs (a < b) never to be suggested
    now; ``strength``: scores any pair, and knows whose friends know each other; without it nobody's do."""

    people: list[Person]
    ties: Edges
    spent: Set[Pair]
    strength: TieStrength | None = None


def weight(route: str, quality: float) -> float:
    """The weight of a candidate: ``quality`` in [0, 1) inside its route's band."""
    return FLOORS[route] + WIDTHS[route] * quality


def ordered(a: int, b: int) -> Pair:
    """The pair with the smaller position first."""
    return (a, b) if a < b else (b, a)
