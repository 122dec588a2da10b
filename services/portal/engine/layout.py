"""Places people who talk with each other near each other: Fruchterman and Reingold, Software 21 (1991)."""

import numpy as np
from numpy.typing import NDArray

ROUNDS = 50
SIZE = 1_000  # coordinates are from 0 to this


def layout(people: int, a: NDArray[np.int64], b: NDArray[np.int64], seed: int = 1) -> NDArray[np.int64]:
    """Positions (people, 2) for ties between a[i] and b[i]. About 50 · people² steps: seconds at 2,000."""
    at = _among_friends(np.random.default_rng(seed).standard_normal((people, 2)), a, b).astype(np.float32) * 20
    reach = np.float32(3)
    for _ in range(ROUNDS):
        force = _apart(at)
        along = at[b] - at[a]
        pull = along * np.linalg.norm(along, axis=1, keepdims=True) / 5
        np.add.at(force, a, pull)
        np.add.at(force, b, -pull)
        force -= at / 50  # to the middle: pieces without a tie between them stay on the picture
        length = np.linalg.norm(force, axis=1, keepdims=True) + 1e-6
        at += force / length * np.minimum(length, reach)
        reach *= np.float32(0.95)
    return _scaled(at)


def _among_friends(at: NDArray[np.float64], a: NDArray[np.int64], b: NDArray[np.int64]) -> NDArray[np.float64]:
    """Everybody goes to the middle of those they talk with, again and again: circles of people come to lie apart."""
    friends = np.maximum(np.bincount(np.concatenate([a, b]), minlength=len(at)), 1)[:, None]
    for _ in range(ROUNDS):
        sum_of_friends = np.zeros_like(at)
        np.add.at(sum_of_friends, a, at[b])
        np.add.at(sum_of_friends, b, at[a])
        at = at + sum_of_friends / friends
        at = (at - at.mean(axis=0)) / (at.std(axis=0) + 1e-9)
    return at


def _apart(at: NDArray[np.float32]) -> NDArray[np.float32]:
    """Everybody pushes everybody away, the nearer the more."""
    x, y = at[:, 0, None] - at[:, 0], at[:, 1, None] - at[:, 1]
    near = 1 / (x * x + y * y + np.float32(0.01))
    return np.stack([(x * near).sum(1), (y * near).sum(1)], axis=1)


def _scaled(at: NDArray[np.float32]) -> NDArray[np.int64]:
    low, high = (np.quantile(at, q, axis=0) for q in (0.005, 0.995))  # one far away does not make the rest a point
    return np.rint(np.clip((at - low) / np.maximum(high - low, 1e-6), 0, 1) * SIZE).astype(np.int64)
