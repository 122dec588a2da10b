"""How strong a tie is, from counted interactions: saturating, so that the first replies say more than the hundredth."""

from collections.abc import Iterable
from math import exp
from typing import NamedTuple

# What one interaction adds. Reasoned, not fitted: a reply was written for that person; a mention may be in passing.
WEIGHTS = {"reply": 0.15, "mention": 0.08}
OTHER_WEIGHT = 0.05
# A tie in which only one side ever speaks keeps this share of its strength.
ONE_WAY_SHARE = 0.5


class Count(NamedTuple):
    """Interactions of one kind between two people, in both directions."""

    kind: str
    a_to_b: int
    b_to_a: int


def strength(counts: Iterable[Count]) -> float:
    """Strength in [0, 1): 0 without interactions, growing with every one, halved for a one-way tie."""
    there = back = 0.0
    for count in counts:
        weight = WEIGHTS.get(count.kind, OTHER_WEIGHT)
        there += weight * count.a_to_b
        back += weight * count.b_to_a
    if there + back == 0:
        return 0.0
    balance = min(there, back) / max(there, back)
    # Floating point reaches 1 for huge counts; the bound stays open so that routes never overlap.
    saturated = min(1 - exp(-(there + back)), 1 - 1e-9)
    return saturated * (ONE_WAY_SHARE + (1 - ONE_WAY_SHARE) * balance)
