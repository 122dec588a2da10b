"""Large neighbourhood search: which people's days are laid out anew while everybody else stays busy when they were."""

from collections.abc import Sequence

import numpy as np

from services.scheduling.engine.meetings import Meeting, Problem, breaks_of

START, SMALLEST, GROWTH = 12, 4, 1.2  # people; the factor by which their number follows how hard it was
ELSEWHERE = 0.2  # chance that the next person need not know those chosen so far
WANTED = 2  # how much likelier each break makes it to choose a person


class Neighbourhood:
    """Chooses people around one who has a break, as many as the solver can just settle."""

    def __init__(self, problem: Problem, seed: int) -> None:
        self._problem = problem
        self._dice = np.random.default_rng(seed)
        self._size = float(START)
        self._partners = [
            {other for m in meetings for other in problem.meetings[m].people} - {person}
            for person, meetings in enumerate(problem.meetings_of)
        ]

    def around(self, slots: Sequence[int]) -> Problem:
        """The problem in which only the chosen people's busy slots may differ from the plan's.

        Meetings of the others may still change places within their busy slots.
        """
        busy = [{slots[meeting] for meeting in meetings} for meetings in self._problem.meetings_of]
        free = self._choose([breaks_of(of_person) for of_person in busy])
        meetings = []
        for meeting in self._problem.meetings:
            kept = [busy[person] for person in meeting.people if person not in free]
            meetings.append(Meeting(meeting.people, tuple(s for s in meeting.slots if all(s in b for b in kept))))
        problem = self._problem
        return Problem(problem.people, problem.slots, problem.tables, tuple(meetings), problem.before)

    def learn(self, settled: bool) -> None:
        """Takes more people next time if the last choice was searched to its end, fewer otherwise."""
        size = self._size * GROWTH if settled else self._size / GROWTH
        self._size = min(max(size, SMALLEST), self._problem.people)

    def _choose(self, breaks: Sequence[int]) -> set[int]:
        free = {int(self._dice.choice([person for person, count in enumerate(breaks) if count]))}
        size = min(round(self._size), self._problem.people)
        while len(free) < size:
            known = set().union(*(self._partners[person] for person in free)) - free
            if not known or self._dice.random() < ELSEWHERE:
                known = set(range(self._problem.people)) - free
            candidates = sorted(known)
            weights = np.array([1.0 + WANTED * breaks[person] for person in candidates])
            free.add(int(self._dice.choice(candidates, p=weights / weights.sum())))
        return free
