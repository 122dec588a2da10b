"""What became of suggestions, how much each signal counts for it, and how much of that organizers may see.

An outcome knows no answer: whether a suggestion became a session, both of its people know, and whoever of them did not
want it is not in here (promise 2)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID


class Signal(StrEnum):
    """What may speak for a pair, in the order of the engine's numbers; NONE: nothing did."""

    MESSAGES = "messages"
    CONTACTS = "contacts"
    TRAITS = "traits"
    WALKS = "walks"
    NONE = "none"


class Learned(NamedTuple):
    """How much each signal counts here, where 1 is as reasoned; ``anyway``: the strength of a pair for which nothing
    speaks."""

    messages: float = 1.0
    contacts: float = 1.0
    traits: float = 1.0
    walks: float = 1.0
    anyway: float = 0.0


class Outcome(NamedTuple):
    """A suggestion whose time is over: what spoke for it when it was made, whose it was, what became of it."""

    signals: Sequence[float]
    attendee_ids: Sequence[UUID]
    session: bool


class Worked(NamedTuple):
    """Suggestions for which one signal spoke most, and how many of them became sessions."""

    outcomes: int
    sessions: int


@dataclass(frozen=True, slots=True)
class Lesson:
    """What was learned from ``outcomes``; ``shown``: what organizers see of it."""

    version: int
    outcomes: int
    learned: Learned
    shown: Mapping[Signal, Worked]


# A signal keeps its weight until so many suggestions had it.
ENOUGH = 50
# A group is shown from so many outcomes and so many different people on, when at least EITHER of them became sessions
# and at least EITHER did not; and anew when it has grown by NEWS: so that neither one view of it, nor what changed
# between two, is about one person.
GROUP, EITHER, NEWS = 20, 5, 10
# Learned anew when there are so many more outcomes, or a tenth more.
STEP = 20


def is_news(outcomes: int, before: Lesson | None) -> bool:
    """Whether to learn from so many outcomes; fewer than before: some were forgotten with their source."""
    known = before.outcomes if before else 0
    return outcomes < known or outcomes >= known + max(STEP, known // 10)


def shown(outcomes: Iterable[Outcome], before: Mapping[Signal, Worked]) -> dict[Signal, Worked]:
    """What organizers see by signal. Each outcome is in one group, so that no two of them tell of a third."""
    groups: dict[Signal, list[Outcome]] = {signal: [] for signal in Signal}
    for outcome in outcomes:
        groups[main_signal(outcome.signals)].append(outcome)
    found = {signal: _worked(group, before.get(signal)) for signal, group in groups.items()}
    return {signal: worked for signal, worked in found.items() if worked}


def main_signal(signals: Sequence[float]) -> Signal:
    """What spoke most for a pair."""
    most = max(signals)
    return list(Signal)[list(signals).index(most)] if most > 0 else Signal.NONE


def _worked(group: Sequence[Outcome], before: Worked | None) -> Worked | None:
    sessions = sum(outcome.session for outcome in group)
    people = {id for outcome in group for id in outcome.attendee_ids}
    if min(len(group), len(people)) < GROUP or not EITHER <= sessions <= len(group) - EITHER:
        return None
    if before and before.outcomes <= len(group) < before.outcomes + NEWS:
        return before
    return Worked(len(group), sessions)
