"""What organizers may try out without anybody noticing: other weights, another attention budget."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from services.kit.errors import Invalid
from services.matchmaking.domain.learning import Signal

LEAST, MOST = 0.25, 4.0  # as far as learning goes (engine/learning.py)
MOST_BUDGET = 20


@dataclass(frozen=True, slots=True)
class Trial:
    """``weights`` replace what was learned of these signals; ``budget`` is everybody's, None: each their own."""

    weights: Mapping[Signal, float]
    budget: int | None


@dataclass(frozen=True, slots=True)
class Outlook:
    """What would be suggested if nobody had been suggested anything yet: counts, no person."""

    people: int
    reached: int
    most: int  # suggestions of whoever has most
    by_route: Mapping[str, int]


class PreviewState(StrEnum):
    """``failed``: it was begun three times and never finished."""

    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Preview:
    """``now``: with what counts at present; ``then``: with the trial. None until it is done."""

    id: UUID
    conference_id: UUID
    trial: Trial
    state: PreviewState
    now: Outlook | None = None
    then: Outlook | None = None


def check_trial(weights: Mapping[str, float], budget: int) -> Trial:
    """A trial from outside; 0 is "as it is". Raises Invalid."""
    known = [signal for signal in Signal if signal is not Signal.NONE]
    for name, weight in weights.items():
        if name not in known:
            raise Invalid("weights", f"there is no signal {name[:50]!r}; name one of {', '.join(known)}")
        if weight and not LEAST <= weight <= MOST:
            raise Invalid(f"weights.{name}", f"give a weight from {LEAST} to {MOST}, or 0 to leave it as it is")
    if not 0 <= budget <= MOST_BUDGET:
        raise Invalid("budget", f"give a budget from 1 to {MOST_BUDGET}, or 0 for everybody's own")
    return Trial({Signal(name): weight for name, weight in weights.items() if weight}, budget or None)
