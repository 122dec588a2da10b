"""The peer: CP-SAT left to itself, with its own searches, on the model as published (Bofill et al. 2014)."""

from collections.abc import Callable

from ortools.sat.python import cp_model

from services.scheduling.engine.breaks_model import PlanModel
from services.scheduling.engine.meetings import FAIR, Problem, count_breaks
from services.scheduling.engine.optimize import STATUS, Plan, Status


def plan(problem: Problem, clock: Callable[[], float], seconds: float, workers: int) -> Plan:
    """The best plan CP-SAT finds in the time."""
    ends_at = clock() + seconds
    model = PlanModel(problem)
    holes = [_holes(model, person) for person in range(problem.people)]
    most, least = (model.cp.new_int_var(0, problem.slots, "") for _ in range(2))
    model.cp.add(most - least <= FAIR)
    for hole in holes:
        model.cp.add(sum(hole) <= most)
        model.cp.add(sum(hole) >= least)
    model.cp.minimize(sum(hole for of_person in holes for hole in of_person))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = workers
    solver.parameters.max_time_in_seconds = max(0.0, ends_at - clock())
    status = STATUS.get(solver.solve(model.cp), Status.UNKNOWN)
    if status not in (Status.OPTIMAL, Status.FEASIBLE):
        return Plan(status)
    slots = tuple(next(s for s, chosen in held.items() if solver.boolean_value(chosen)) for held in model.held)
    return Plan(status, slots, count_breaks(problem, slots), round(solver.best_objective_bound))


def _holes(model: PlanModel, person: int) -> list[cp_model.IntVar]:
    """For each slot whether a break of the person ends with it: idle, busy before, busy in the next."""
    cp, slots = model.cp, range(model.problem.slots)
    busy = [cp.new_bool_var("") for _ in slots]
    for slot in slots:
        cp.add(sum(model.meetings_at(person, slot)) == busy[slot])
    holes, begun = [], busy[0]
    for now, after in zip(busy[1:], busy[2:], strict=False):
        met = cp.new_bool_var("")
        cp.add_max_equality(met, [begun, now])
        hole = cp.new_bool_var("")
        cp.add_bool_or([now, ~met, ~after, hole])
        for part in (~now, met, after):
            cp.add_implication(hole, part)
        holes.append(hole)
        begun = met
    return holes
