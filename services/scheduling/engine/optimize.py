"""The optimizer: the plan with the fewest breaks, proven by raising the budget from below; anytime, time-boxed.

A plan is found first. Then "is there one within b breaks?" is asked for b from the bound on: each no raises the bound,
the first yes to the bound itself is an optimum. When a question takes too long, the plan at hand is improved by large
neighbourhood search for a while, then the question is asked again with more time. With one worker the answer depends
on the seed alone, as long as time does not run out.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from ortools.sat.python import cp_model

from services.scheduling.engine.breaks_model import PlanModel, fair_plans, plans_within
from services.scheduling.engine.meetings import FAIR, Problem, breaks_of, count_breaks, least_breaks

# Efforts are in CP-SAT's deterministic seconds: about a core's seconds, the same whatever else the machine does.
FIRST_PLAN = 1.0  # for any plan without preparing the model, which takes longer than finding one nearly everywhere
FIRST_QUESTION = 10.0  # for a question before the plan at hand is improved instead, for as long
PATIENCE_GROWS = 1.5
LONGEST_STRIDE = 4  # breaks the budget may rise at once; too generous a budget makes a far harder question

UNPREPARED = {"unprepared": ""}
# Two searches that differ much: the first forgets the values it tried, the second restarts often. On feasible budgets
# both were ten times as fast as CP-SAT's own set; no LP relaxation, it is weak here.
ASKING = {
    "forgetful": "use_phase_saving: false",
    "restarting": "restart_algorithms: LUBY_RESTART restart_period: 100",
}
BETTERING: dict[str, str] = {}  # CP-SAT's own choice


class Status(StrEnum):
    """What is known of a plan."""

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"
    UNKNOWN = "unknown"


STATUS = {
    cp_model.OPTIMAL: Status.OPTIMAL,
    cp_model.FEASIBLE: Status.FEASIBLE,
    cp_model.INFEASIBLE: Status.INFEASIBLE,
}


@dataclass(frozen=True, slots=True)
class Plan:
    """Slots (from 0) of the meetings; None, and no breaks, if no plan was found. `bound`: no plan has fewer breaks."""

    status: Status
    slots: tuple[int, ...] | None = None
    breaks: int | None = None
    bound: int | None = None


class Optimizer:
    """One search; `plan` is the best so far at any time, `stop` may be called from another thread.

    `clock` gives seconds since any start; `workers` and `seed` are CP-SAT's; `found` hears of every better plan.
    """

    def __init__(
        self,
        problem: Problem,
        clock: Callable[[], float],
        workers: int = 2,
        seed: int = 0,
        found: Callable[[Plan], None] = lambda plan: None,
    ) -> None:
        self.problem, self.plan = problem, Plan(Status.UNKNOWN)
        self._clock, self._workers, self._seed, self._found = clock, workers, seed, found
        self._solver = cp_model.CpSolver()
        self._stopped, self._deadline = False, 0.0

    def stop(self) -> None:
        """Makes `run` return with what it has."""
        self._stopped = True
        self._solver.stop_search()

    def run(self, seconds: float) -> Plan:
        """The best plan that can be found, or proven, in the time."""
        self._deadline = self._clock() + seconds
        nowhere = any(not meeting.slots for meeting in self.problem.meetings)
        if nowhere or self._any_plan() is Status.INFEASIBLE:
            self.plan = Plan(Status.INFEASIBLE)
        else:
            self._raise_bound()
        return self.plan

    def _any_plan(self) -> Status:
        answer = self._ask(fair_plans(self.problem), FIRST_PLAN, UNPREPARED)
        return self._ask(fair_plans(self.problem)) if answer is Status.UNKNOWN else answer

    def _raise_bound(self) -> None:
        bound = sum(least_breaks(self.problem, person) for person in range(self.problem.people))
        self._know(self.plan.slots, bound)
        patience, stride = FIRST_QUESTION, 1
        while self.plan.status is not Status.OPTIMAL and self._left() > 0:
            budget = bound + stride - 1
            if self.plan.breaks is not None:
                budget = min(budget, self.plan.breaks - 1)
            answer = self._ask(plans_within(self.problem, budget), patience)
            if answer is Status.INFEASIBLE:
                bound, stride = budget + 1, min(2 * stride, LONGEST_STRIDE)
                self._know(self.plan.slots, bound)
            elif answer is Status.UNKNOWN and stride == 1:
                self._improve(patience)
                patience *= PATIENCE_GROWS
                self._seed += 1  # luck has a part in these searches, so it is tried again
            else:
                stride = 1

    def _improve(self, effort: float) -> None:
        """Betters the plan at hand by CP-SAT's own set of searches, large neighbourhoods among them."""
        if (slots := self.plan.slots) is not None:
            few_each = max(breaks_of({slots[m] for m in mine}) for mine in self.problem.meetings_of) <= FAIR
            model = plans_within(self.problem, self.plan.breaks or 0, minimize=True, few_each=few_each)
            model.hint(slots)
            self._ask(model, effort, BETTERING)

    def _left(self) -> float:
        return 0.0 if self._stopped else self._deadline - self._clock()

    def _know(self, slots: Sequence[int] | None, bound: int) -> None:
        """Keeps the better plan and the bound."""
        if slots is None:
            self.plan = Plan(self.plan.status, bound=bound)
            return
        breaks = count_breaks(self.problem, slots)
        status = Status.OPTIMAL if breaks <= bound else Status.FEASIBLE
        better = self.plan.breaks is None or breaks < self.plan.breaks
        self.plan = Plan(status, tuple(slots), breaks, bound)
        if better:
            self._found(self.plan)

    def _ask(self, model: PlanModel, effort: float = math.inf, searches: Mapping[str, str] = ASKING) -> Status:
        """Whether the model has a plan, or which is its best; keeps one that is as good as the best so far."""
        self._solver = cp_model.CpSolver()
        self._solver.parameters.parse_text_format(self._parameters(effort, searches))
        if self._stopped:
            return Status.UNKNOWN
        answer = STATUS.get(self._solver.solve(model.cp), Status.UNKNOWN)
        if answer in (Status.OPTIMAL, Status.FEASIBLE):
            slots = [next(s for s, chosen in held.items() if self._solver.boolean_value(chosen)) for held in model.held]
            if self.plan.breaks is None or count_breaks(self.problem, slots) <= self.plan.breaks:
                self._know(slots, self.plan.bound or 0)
        return answer

    def _parameters(self, effort: float, searches: Mapping[str, str]) -> str:
        """CP-SAT's parameters; a worker for each search."""
        chosen = list(searches.items())[: self._workers]
        named = [f'subsolvers: "{name}" subsolver_params {{ name: "{name}" {text} }}' for name, text in chosen]
        limits = f"max_time_in_seconds: {max(0.0, self._left())} max_deterministic_time: {effort}"
        prepare = str(searches is not UNPREPARED).lower()
        workers = f"num_workers: {len(named) or self._workers} random_seed: {self._seed} cp_model_presolve: {prepare}"
        return " ".join([limits, workers, "linearization_level: 0", *named])
