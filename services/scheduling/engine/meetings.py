"""The optimizer's model: meetings of two people in numbered slots, a number of tables, as few breaks as can be.

Sources: Bofill, Espasa, Garcia, Palahí, Suy, Villaret: Scheduling B2B Meetings (CP 2014); see docs/scheduling.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

FAIR = 2  # the most and the least breaks of two people differ by at most this


@dataclass(frozen=True, slots=True)
class Meeting:
    """Two people (numbered from 0) and the slots (from 0, ascending) in which the meeting may be."""

    people: tuple[int, int]
    slots: tuple[int, ...]


@dataclass(frozen=True)
class Problem:
    """What is to be planned. `before`: pairs of meetings, the first strictly before the second."""

    people: int
    slots: int
    tables: int
    meetings: tuple[Meeting, ...]
    before: tuple[tuple[int, int], ...] = ()

    @cached_property
    def meetings_of(self) -> list[list[int]]:
        """The meetings of each person."""
        found: list[list[int]] = [[] for _ in range(self.people)]
        for number, meeting in enumerate(self.meetings):
            for person in meeting.people:
                found[person].append(number)
        return found

    @cached_property
    def earlier(self) -> list[set[int]]:
        """All meetings that must be before each meeting, directly or not; a meeting on a cycle is before itself."""
        found: list[set[int]] = [set() for _ in self.meetings]
        grew = True
        while grew:
            grew = False
            for first, second in self.before:
                wider = found[second] | found[first] | {first}
                grew |= len(wider) > len(found[second])
                found[second] = wider
        return found

    @cached_property
    def later(self) -> list[set[int]]:
        """All meetings that must be after each meeting."""
        found: list[set[int]] = [set() for _ in self.meetings]
        for second, firsts in enumerate(self.earlier):
            for first in firsts:
                found[first].add(second)
        return found

    @cached_property
    def somebody_never_breaks(self) -> bool:
        """Whether a person has too few meetings for a break, so that nobody may have more than FAIR."""
        return any(len(meetings) <= 1 for meetings in self.meetings_of)


def count_breaks(problem: Problem, slots: Sequence[int]) -> int:
    """All people's breaks in a plan that gives meeting n the slot slots[n]."""
    return sum(breaks_of({slots[meeting] for meeting in meetings}) for meetings in problem.meetings_of)


def breaks_of(busy: set[int]) -> int:
    """Maximal runs of idle slots between the first and the last busy slot."""
    return max(0, sum(slot - 1 not in busy for slot in busy) - 1)


def least_breaks(problem: Problem, person: int) -> int:
    """Breaks the person cannot avoid, whatever the others do: a shortest path over (slots, meetings, busy last)."""
    meetings = problem.meetings_of[person]
    open_slots = {slot for meeting in meetings for slot in problem.meetings[meeting].slots}
    certain = {problem.meetings[m].slots[0] for m in meetings if len(problem.meetings[m].slots) == 1}
    runs = {(0, False): 0}  # (meetings so far, busy in the last slot): least runs of busy slots
    for slot in range(problem.slots):
        following: dict[tuple[int, bool], int] = {}
        for (held, busy), count in runs.items():
            if slot in open_slots and held < len(meetings):
                _keep_least(following, (held + 1, True), count + (not busy))
            if slot not in certain:
                _keep_least(following, (held, False), count)
        runs = following
    ends = [count for (held, _), count in runs.items() if held == len(meetings)]
    return max(0, min(ends, default=1) - 1)


def _keep_least(costs: dict[tuple[int, bool], int], state: tuple[int, bool], cost: int) -> None:
    costs[state] = min(cost, costs.get(state, cost))
