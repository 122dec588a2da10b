"""How good ranked lists are, whatever made them: recall at 5, reciprocal rank, AUC, the load they put on people."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb
from typing import SupportsFloat

import numpy as np
from numpy.typing import NDArray

TOP = 5
RESAMPLES = 2_000

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Quality:
    """One list against the truth; what equal scores leave open is averaged over every order of the equals."""

    recall: float
    capped: float
    reciprocal_rank: float
    auc: float


def quality(scores: Floats, positive: Bools) -> Quality:
    """``scores`` of one person's candidates, ``positive``: which of them are right; at least one must be.

    recall: the share of the positives among the first TOP; capped: the same, divided by at most TOP; AUC is nan when
    all are positive.
    """
    hits = _expected_hits(scores, positive)
    count = int(positive.sum())
    return Quality(hits / count, hits / min(TOP, count), _reciprocal_rank(scores, positive), _auc(scores, positive))


def _expected_hits(scores: Floats, positive: Bools) -> float:
    if len(scores) <= TOP:
        return float(positive.sum())
    edge = np.partition(scores, -TOP)[-TOP]
    above, level = scores > edge, scores == edge
    places = TOP - above.sum()
    return float(positive[above].sum() + positive[level].sum() * places / level.sum())


def _reciprocal_rank(scores: Floats, positive: Bools) -> float:
    best = scores[positive].max()
    before, level = int((scores > best).sum()), int((scores == best).sum())
    right = int(positive[scores == best].sum())
    # The first of ``right`` among ``level`` in random order stands behind ``skipped`` others.
    orders = comb(level, right)
    return sum(
        comb(level - 1 - skipped, right - 1) / orders / (before + skipped + 1) for skipped in range(level - right + 1)
    )


def _auc(scores: Floats, positive: Bools) -> float:
    others = np.sort(scores[~positive])
    if not len(others):
        return float("nan")
    lower = np.searchsorted(others, scores[positive], "left")
    not_higher = np.searchsorted(others, scores[positive], "right")
    return float((lower + not_higher).mean() / 2 / len(others))


def order(scores: Floats, rng: np.random.Generator) -> NDArray[np.int64]:
    """Positions, best first; equals in random order."""
    return np.lexsort((rng.random(len(scores)), -scores))


def summary(qualities: Sequence[Quality], seed: int) -> dict[str, object]:
    """Means over people with 95 % bootstrap intervals (people drawn with replacement)."""
    table = table_of(qualities)
    means = _resampled(table, seed)
    names = ("recall_at_5", "recall_at_5_capped", "mrr", "auc")
    return {
        name: {"mean": _round(np.nanmean(table[:, at])), "interval": _interval(means[:, at])}
        for at, name in enumerate(names)
    }


def gain(ours: Sequence[Quality], theirs: Sequence[Quality], seed: int) -> dict[str, object]:
    """How much better ours are for the same people: means of the differences and their intervals."""
    return summary([Quality(*row) for row in (table_of(ours) - table_of(theirs)).tolist()], seed)


def table_of(qualities: Sequence[Quality]) -> Floats:
    """One row a person."""
    return np.array([[q.recall, q.capped, q.reciprocal_rank, q.auc] for q in qualities], np.float64)


def load(lists: Sequence[NDArray[np.int64]], people: int) -> dict[str, int]:
    """In how many of the first-TOP ``lists`` the most suggested person is, and the one at the 95th percentile."""
    times = np.bincount(np.concatenate([*lists, np.empty(0, np.int64)]), minlength=people)
    return {"largest": int(times.max()), "percentile_95": int(np.percentile(times, 95, method="higher"))}


def reliability(predicted: Floats, happened: Bools, bins: int = 10) -> list[dict[str, float | int]]:
    """By tenth of predicted probability: how many pairs, the mean prediction, and the share that came true."""
    rows: list[dict[str, float | int]] = []
    of = np.minimum((predicted * bins).astype(np.int64), bins - 1)
    for at in np.unique(of):
        here = of == at
        rows.append(
            {
                "pairs": int(here.sum()),
                "predicted": _round(predicted[here].mean()),
                "observed": _round(happened[here].mean()),
            }
        )
    return rows


def _resampled(table: Floats, seed: int) -> Floats:
    rng = np.random.default_rng(seed)
    # One resample at a time: a large bench must not need RESAMPLES times its memory.
    drawn = [np.nanmean(table[rng.integers(0, len(table), len(table))], axis=0) for _ in range(RESAMPLES)]
    return np.array(drawn)


def _interval(means: Floats) -> list[float]:
    return [_round(edge) for edge in np.nanpercentile(means, [2.5, 97.5])]


def _round(value: SupportsFloat) -> float:
    return round(float(value), 4)
