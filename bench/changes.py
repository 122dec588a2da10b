"""A pairing mended after random changes: how fast, how close to pairing all anew, and how many pairs are withdrawn."""

from dataclasses import replace
from typing import Any

import numpy as np

from bench.peers.pairing import Clock
from services.matchmaking.engine.pairing.market import Market, Pairing, worth
from services.matchmaking.engine.pairing.repair import Budget, Tie, change, standing
from services.matchmaking.engine.pairing.solve import pair
from services.matchmaking.engine.pairing.standing import Standing

KINDS = ("attendee", "tie", "answer")
Change = tuple[list[Tie], list[Budget]]


def mended(market: Market, pairing: Pairing, changes: int, keep: float, seed: int = 1) -> dict[str, Any]:
    """Makes ``changes`` one after the other, kinds in turn. ``keep``: what a shown pair is worth beyond its weight."""
    rng = np.random.default_rng(seed)
    s, _, _ = change(standing(market, pairing, pairing.taken, keep), [], [], keep)  # compiles
    asked, spent, withdrawn = 0, [], 0
    for n in range(changes):
        ties, budgets = draw(s, KINDS[n % 3], market, rng)
        asked += sum(tie.weight == 0 for tie in ties)
        clock = Clock()
        s, _, lost = change(s, ties, budgets, keep)
        spent.append(clock.read())
        withdrawn += len(lost)
    now = snapshot(s, market)
    taken = s.taken[: s.counters[1]]
    fresh = pair(now)
    shown = int(pairing.taken.sum())
    return {
        "changes": changes,
        "keep": keep,
        **{
            f"{of}_p{q}".replace("seconds", "milliseconds"): 1000 * float(np.percentile([one[of] for one in spent], q))
            for of in ("seconds", "cpu_seconds")
            for q in (50, 95, 99)
        },
        "of_fresh": worth(now, taken) / fresh.objective,
        "withdrawn": withdrawn - asked,
        "share_withdrawn_per_100": 100 * (withdrawn - asked) / changes / shown,
    }


def draw(s: Standing, kind: str, market: Market, rng: np.random.Generator) -> Change:
    """Somebody new who knows a random person's acquaintances; a tie that weighs as much as another; an answer: no, or
    (seven in ten) yes, after which the pair is no suggestion any more and its place stays taken."""
    pairs = int(s.counters[1])
    if kind == "attendee":
        new = int(s.counters[0])
        known = acquaintances(s, int(s.end[rng.integers(2 * pairs)]))
        return [Tie(int(v), new, float(rng.choice(market.weight))) for v in known[:20]], [
            Budget(new, int(market.budget.max()), float(market.floor.max()))
        ]
    if kind == "tie":
        k = int(rng.choice(np.flatnonzero(s.weight[:pairs] > 0)))
        return [Tie(int(s.end[2 * k]), int(s.end[2 * k + 1]), float(rng.choice(market.weight)))], []
    k = int(rng.choice(np.flatnonzero(s.taken[:pairs])))
    a, b = int(s.end[2 * k]), int(s.end[2 * k + 1])
    budgets = [Budget(v, int(s.budget[v]) - 1, float(s.floor[v])) for v in (a, b)] if rng.random() < 0.7 else []
    return [Tie(a, b, 0.0)], budgets


def acquaintances(s: Standing, v: int) -> list[int]:
    """Whom somebody could be paired with."""
    found, arc = [], int(s.head[v])
    while arc >= 0:
        found.append(int(s.end[arc ^ 1]))
        arc = int(s.next[arc])
    return found


def snapshot(s: Standing, market: Market) -> Market:
    """The market as it is after the changes."""
    people, pairs = int(s.counters[0]), int(s.counters[1])
    return replace(
        market,
        a=s.end[0 : 2 * pairs : 2].copy(),
        b=s.end[1 : 2 * pairs : 2].copy(),
        weight=s.weight[:pairs].copy(),
        budget=s.budget[:people].copy(),
        floor=s.floor[:people].copy(),
    )
