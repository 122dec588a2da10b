"""CP-SAT models of a meeting problem: any fair plan, and plans within a budget of breaks."""

from collections.abc import Sequence
from dataclasses import dataclass

from ortools.sat.python import cp_model

from services.scheduling.engine.meetings import FAIR, Problem

Bool = cp_model.IntVar


@dataclass(frozen=True, slots=True)
class Run:
    """The choice that a person is busy from slot `first` to `last` and idle on both sides."""

    first: int
    last: int
    chosen: Bool

    def covers(self, slot: int) -> bool:
        """Whether the person is busy in the slot if this is chosen."""
        return self.first <= slot <= self.last


class PlanModel:
    """Every meeting in one slot, everybody in one meeting at a time, no more than the tables, order kept."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.cp = cp_model.CpModel()
        self.held = [{slot: self.cp.new_bool_var("") for slot in m.slots} for m in problem.meetings]
        for held in self.held:
            self.cp.add_exactly_one(held.values())
        for slot in range(problem.slots):
            self.cp.add(sum(held[slot] for held in self.held if slot in held) <= problem.tables)
        for first, second in problem.before:
            self._order(first, second)

    def _order(self, first: int, second: int) -> None:
        a, b = self.held[first], self.held[second]
        for slot, chosen in b.items():
            self.cp.add_bool_or([*(a[s] for s in a if s < slot), ~chosen])
        for slot, chosen in a.items():
            self.cp.add_bool_or([*(b[s] for s in b if s > slot), ~chosen])

    def meetings_at(self, person: int, slot: int) -> list[Bool]:
        """The choices that put one of the person's meetings into the slot."""
        return [self.held[m][slot] for m in self.problem.meetings_of[person] if slot in self.held[m]]

    def hint(self, slots: Sequence[int]) -> None:
        """Starts the search from a plan."""
        for held, slot in zip(self.held, slots, strict=True):
            for candidate, chosen in held.items():
                self.cp.add_hint(chosen, candidate == slot)


def fair_plans(problem: Problem, budget: int | None = None, minimize: bool = False) -> PlanModel:
    """The model of all valid plans, with at most `budget` breaks; quick to find any plan or that there is none."""
    model = PlanModel(problem)
    cp = model.cp
    least = 0 if problem.somebody_never_breaks else cp.new_int_var(0, problem.slots, "")
    total = []
    for person, meetings in enumerate(problem.meetings_of):
        if len(meetings) > 1:
            starts = _starts(model, person)
            cp.add(sum(starts) - 1 >= least)
            cp.add(sum(starts) - 1 <= least + FAIR)
            total.append(sum(starts) - 1)
    if budget is not None:
        cp.add(sum(total) <= budget)
    if minimize:
        cp.minimize(sum(total))
    return model


def _starts(model: PlanModel, person: int) -> list[cp_model.LiteralT]:
    """One for each slot, true where a run of the person's busy slots begins."""
    cp = model.cp
    busy: list[cp_model.LiteralT] = []
    for slot in range(model.problem.slots):
        idle = cp.new_bool_var("")
        cp.add_exactly_one([*model.meetings_at(person, slot), idle])
        busy.append(~idle)
    cp.add(sum(busy) == len(model.problem.meetings_of[person]))
    starts = [busy[0]]
    for before, now in zip(busy, busy[1:], strict=False):
        start = cp.new_bool_var("")
        cp.add_bool_or([~now, before, start])
        cp.add_implication(start, now)
        cp.add_implication(start, ~before)
        starts.append(start)
    return starts


def plans_within(problem: Problem, budget: int, minimize: bool = False, few_each: bool = False) -> PlanModel:
    """The model of all valid plans with at most `budget` breaks, by the runs of busy slots of each person.

    A run is one variable, so that what a person's whole day looks like propagates at once: far stronger than
    counting starts as long as the budget is small. Somebody has no break if the budget is below the number of
    people; above, and if nobody is certain to have none, the weaker model decides. `few_each` leaves out plans in which
    everybody has a break and somebody three: a neighbourhood, no proof.
    """
    if budget >= problem.people and not problem.somebody_never_breaks and not few_each:
        return fair_plans(problem, budget, minimize)
    model = PlanModel(problem)
    total: list[Bool] = []
    for person, meetings in enumerate(problem.meetings_of):
        if len(meetings) > 1:
            total += _runs(model, person, min(FAIR, budget))
    model.cp.add(sum(total) <= budget)
    if minimize:
        model.cp.minimize(sum(total))
    return model


def _runs(model: PlanModel, person: int, breaks: int) -> list[Bool]:
    """Lays the person's meetings into one run, or into up to `breaks` + 1; the result counts the breaks."""
    cp, count = model.cp, len(model.problem.meetings_of[person])
    whole, parts = _possible_runs(model, person, count, breaks > 0)
    counted: list[Bool] = []
    if parts:
        broken = cp.new_bool_var("")
        cp.add_exactly_one([*(run.chosen for run in whole), broken])
        cp.add(sum((run.last - run.first + 1) * run.chosen for run in parts) == count * broken)
        for run in parts:
            cp.add_implication(run.chosen, broken)
        counted = [broken, *(cp.new_bool_var("") for _ in range(1, breaks))]
        cp.add(sum(run.chosen for run in parts) == sum(counted) + broken)
        for further in counted[1:]:
            cp.add_implication(further, broken)
    else:
        cp.add_exactly_one(run.chosen for run in whole)
    _busy_where_runs_are(model, person, whole + parts)
    _order_inside(model, person, whole)
    return counted


def _possible_runs(model: PlanModel, person: int, count: int, broken: bool) -> tuple[list[Run], list[Run]]:
    """Runs of all the person's meetings, and (if `broken`) of fewer."""
    open_slots = [bool(model.meetings_at(person, slot)) for slot in range(model.problem.slots)]
    whole, parts = [], []
    for first in range(len(open_slots)):
        for last in range(first, min(first + count, len(open_slots))):
            if not open_slots[last]:
                break
            if last - first + 1 == count:
                whole.append(Run(first, last, model.cp.new_bool_var("")))
            elif broken:
                parts.append(Run(first, last, model.cp.new_bool_var("")))
    return whole, parts


def _busy_where_runs_are(model: PlanModel, person: int, runs: list[Run]) -> None:
    for slot in range(model.problem.slots):
        idle = model.cp.new_bool_var("")
        busy = [run.chosen for run in runs if run.covers(slot)]
        model.cp.add_exactly_one([*model.meetings_at(person, slot), idle])
        model.cp.add_exactly_one([*busy, idle])
        model.cp.add_at_most_one([*busy, *(run.chosen for run in runs if run.last == slot - 1)])


def _order_inside(model: PlanModel, person: int, whole: list[Run]) -> None:
    """A meeting that must follow r others of the person is not among the first r of the run; likewise at its end."""
    mine = set(model.problem.meetings_of[person])
    for meeting in mine:
        before, after = (len(mine & others[meeting]) for others in (model.problem.earlier, model.problem.later))
        if before or after:
            for run in whole:
                for slot, chosen in model.held[meeting].items():
                    if not run.first + before <= slot <= run.last - after:
                        model.cp.add_implication(run.chosen, ~chosen)
