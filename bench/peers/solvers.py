"""General solvers on a market, as OR-Tools brings them: HiGHS for the linear program's bound, CP-SAT for a pairing."""

import numpy as np
from ortools.linear_solver.python import model_builder
from ortools.sat.python import cp_model

from bench.peers.pairing import SCALE, Clock
from services.matchmaking.engine.pairing.graph import Longs, near
from services.matchmaking.engine.pairing.market import Market


def highs(market: Market) -> dict[str, float]:
    """The bound of linear programming. Half pairs are no pairing, so there is no objective; making the model in Python
    takes about as long as solving it and is left out of the seconds."""
    model = model_builder.Model()
    pairs = [model.new_num_var(0, 1, "") for _ in market.a]
    for own, budget in zip(pairs_of(market), market.budget.tolist(), strict=True):
        if len(own):
            model.add(model_builder.LinearExpr.sum([pairs[k] for k in own]) <= budget)
    model.maximize(model_builder.LinearExpr.weighted_sum(pairs, market.weight.tolist()))
    solver = model_builder.Solver("highs")
    clock = Clock()
    if solver.solve(model) != model_builder.SolveStatus.OPTIMAL:
        raise SystemExit("HiGHS found no optimum")
    return {"bound": solver.objective_value, **clock.read()}


def cp_sat(market: Market, seconds: float) -> dict[str, float | str]:
    """The best pairing it finds within ``seconds`` on two cores, and a bound; ``status``: proven best or not."""
    clock, model = Clock(), cp_model.CpModel()
    pairs = [model.new_bool_var("") for _ in market.a]
    for own, budget in zip(pairs_of(market), market.budget.tolist(), strict=True):
        model.add(cp_model.LinearExpr.sum([pairs[k] for k in own]) <= budget)
    model.maximize(cp_model.LinearExpr.weighted_sum(pairs, np.rint(market.weight * SCALE).astype(int).tolist()))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 2
    solver.parameters.max_time_in_seconds = max(seconds - clock.read()["seconds"], 0.0)
    status = solver.solve(model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return {"status": "limit", **clock.read()}
    taken = np.array([solver.boolean_value(pair) for pair in pairs], np.bool_)
    return {
        "status": "ended" if status == cp_model.OPTIMAL else "limit",
        "objective": float(market.weight[taken].sum()),
        "pairs": int(taken.sum()),
        "bound": solver.best_objective_bound / SCALE,
        **clock.read(),
    }


def pairs_of(market: Market) -> list[Longs]:
    """Each person's pairs."""
    around = near(len(market.budget), market.a, market.b)
    return np.split(around.edge, around.start[1:-1])
