"""The optimizer: the plan with the fewest breaks, proven by raising the budget from below; anytime, time-boxed.

A plan is found first. Then "is there one within b breaks?" is asked for b from the bound on: each no raises the bound,
the first yes is an optimum. When a question takes too long, the plan at hand is improved for a while, then the question
is asked again with more time. With one worker the answer depends on the seed alone, as long as time does not run out.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from ortools.sat.python import cp_model

from services.scheduling.engine.breaks_model import PlanModel, fair_plans, plans_within
from services.scheduling.engine.meetings import Problem, count_breaks, least_breaks

FIRST_QUESTION = 20.0  # seconds for a question before the plan at hand is improved instead

# Two searches that differ much: the first forgets the values it tried, the second restarts often. On feasible budgets
# both were ten times as fast as CP-SAT's own set; no LP relaxation, it is weak here.
SEARCHES = {
    "forgetful": "linearization_level: 0 use_phase_saving: false",
    "restarting": "linearization_level: 0 restart_algorithms: LUBY_RESTART restart_period: 100",
}


class Status(StrEnum):
    """What is known of a plan."""

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"
    UNKNOWN = "unknown"


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
        if nowhere or self._ask(fair_plans(self.problem), seconds) is Status.INFEASIBLE:
            self.plan = Plan(Status.INFEASIBLE)
        else:
            self._raise_bound()
        return self.plan

    def _raise_bound(self) -> None:
        bound = sum(least_breaks(self.problem, person) for person in range(self.problem.people))
        patience = FIRST_QUESTION
        self._know(self.plan.slots, bound)
        while self.plan.status is not Status.OPTIMAL and self._left() > 0:
            answer = self._ask(plans_within(self.problem, bound), patience)
            if answer is Status.INFEASIBLE:
                bound += 1
                self._know(self.plan.slots, bound)
            elif answer is Status.UNKNOWN:
                bound = max(bound, self._improve(patience))
                self._know(self.plan.slots, bound)
                patience *= 2

    def _improve(self, seconds: float) -> int:
        """Looks for a better plan than the one at hand, with CP-SAT's own set of searches; what bound that proved."""
        if self.plan.slots is None or self.plan.breaks is None or self._left() <= 0:
            return 0
        model = plans_within(self.problem, self.plan.breaks, minimize=True)
        model.hint(self.plan.slots)
        self._ask(model, seconds, {})
        return round(self._solver.best_objective_bound)

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

    def _ask(self, model: PlanModel, seconds: float, searches: Mapping[str, str] = SEARCHES) -> Status:
        """Whether the model has a plan; keeps a better one."""
        self._solver = cp_model.CpSolver()
        self._solver.parameters.parse_text_format(self._parameters(min(seconds, self._left()), searches))
        if self._stopped:
            return Status.UNKNOWN
        code = self._solver.solve(model.cp)
        if code == cp_model.INFEASIBLE:
            return Status.INFEASIBLE
        if code not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return Status.UNKNOWN
        slots = [next(s for s, chosen in held.items() if self._solver.boolean_value(chosen)) for held in model.held]
        if self.plan.breaks is None or count_breaks(self.problem, slots) < self.plan.breaks:
            self._know(slots, self.plan.bound or 0)
        return Status.FEASIBLE

    def _parameters(self, seconds: float, searches: Mapping[str, str]) -> str:
        """CP-SAT's parameters; a worker for each search, or its own set if there are none."""
        chosen = list(searches.items())[: self._workers]
        named = [f'subsolvers: "{name}" subsolver_params {{ name: "{name}" {text} }}' for name, text in chosen]
        common = f"max_time_in_seconds: {max(0.0, seconds)} num_workers: {self._workers} random_seed: {self._seed}"
        return " ".join([common, *named])
