"""How much each signal counts at one conference, from what became of its suggestions. docs/matching.md, "Learning",
gives the reasons."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.matchmaking.domain.learning import ENOUGH, Learned
from services.matchmaking.engine.graph import Floats
from services.matchmaking.engine.strength import WEIGHTS

# A weight stays between these, and the strength of pairs for which nothing speaks below MOST_ANYWAY.
LEAST, MOST, MOST_ANYWAY = 0.25, 4.0, 1.5
# How far from the reasoned weights they are expected: standard deviations of the prior, by signal and for anyway.
SPREADS = (0.5, 0.5, 0.5, 0.5, 0.5)
# A chance of exactly 0 would have no logarithm when it comes true.
LEAST_ANYWAY = 1e-3
STEPS = 100


def learn(signals: Any, session: Any, rate: float = WEIGHTS.rate) -> Learned:
    """The most probable weights, given what spoke for suggestions (a row of Scores' parts each) and which of them
    became a session.

    The chance is 1 - exp(-rate * (anyway + weights . signals)), with a normal prior around the reasoned weights: the
    logarithm of likelihood times prior is strictly concave, so there is one best answer, whatever the order of rows;
    Newton's method finds it within bounds."""
    rows = np.asarray(signals, np.float64).reshape(-1, 4)
    x, y = np.c_[rows, np.ones(len(rows))] * rate, np.asarray(session, bool)
    reasoned = np.array(Learned())
    on = (x > 0).sum(axis=0) >= ENOUGH
    low = np.where(on, [LEAST] * 4 + [LEAST_ANYWAY], reasoned)
    high = np.where(on, [MOST] * 4 + [MOST_ANYWAY], reasoned)
    if not on.any():
        return Learned()
    return Learned(*_newton(_Posterior(x, y, reasoned), low, high).tolist())


class _Posterior:
    """What is to be least: minus the logarithm of likelihood times prior, of weights."""

    def __init__(self, x: Floats, y: NDArray[np.bool_], centre: Floats) -> None:
        self._yes, self._no, self._centre = x[y], x[~y].sum(axis=0), centre
        self._precision = 1 / np.square(SPREADS)

    def value(self, weights: Floats) -> float:
        away = weights - self._centre
        chance = -np.expm1(-self._yes @ weights)
        return float(-np.log(chance).sum() + self._no @ weights + (self._precision * away**2).sum() / 2)

    def slope(self, weights: Floats) -> tuple[Floats, Floats]:
        """Gradient and Hessian."""
        odds = 1 / np.expm1(self._yes @ weights)
        gradient = self._no - odds @ self._yes + self._precision * (weights - self._centre)
        hessian = (self._yes * (odds * (1 + odds))[:, None]).T @ self._yes + np.diag(self._precision)
        return gradient, hessian


def _newton(of: _Posterior, low: Floats, high: Floats) -> Floats:
    """The least of a convex function between bounds: Newton's steps in what is not held by a bound, halved until
    they lead down."""
    at = np.clip(of._centre, low, high)
    for _ in range(STEPS):
        gradient, hessian = of.slope(at)
        free = np.flatnonzero(~((at <= low) & (gradient >= 0) | (at >= high) & (gradient <= 0)))
        step = np.zeros(len(at))
        step[free] = -np.linalg.solve(hessian[np.ix_(free, free)], gradient[free])
        size, here = 1.0, of.value(at)
        while of.value(np.clip(at + size * step, low, high)) > here and size > 1e-12:
            size /= 2
        then = np.clip(at + size * step, low, high)
        if np.abs(then - at).max() < 1e-9:
            return then
        at = then
    return at
