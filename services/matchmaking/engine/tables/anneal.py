"""Simulated annealing over seatings: somebody joins the table of a person they know; worse is taken less and less."""

import numpy as np

from services.matchmaking.engine.pairing.compiled import compiled
from services.matchmaking.engine.pairing.graph import Longs
from services.matchmaking.engine.tables.seating import HINT, Seating, move, swap, weigh

# Temperatures, in units of weight; the last tenth of all steps takes nothing worse.
HOT, COLD = 0.3, 0.003


@compiled
def random(state: Longs, below: int) -> int:
    """The next number in [0, below), by xorshift64*'s shifts."""
    x = np.uint64(state[0])
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    state[0] = np.int64(x)
    return int((x * np.uint64(2685821657736338717)) >> np.uint64(33)) % below


@compiled
def propose(s: Seating, state: Longs) -> tuple[int, int, int]:
    """Somebody, and whom to change places with at another table (-1: nobody, there is room), and that table."""
    v = random(state, len(s.table))
    known = s.start[v + 1] - s.start[v]
    if known == 0 or random(state, 16) == 0:
        friend = random(state, len(s.table))
    else:
        friend = s.other[s.start[v] + random(state, known)]
    there = s.table[friend]
    if s.size[there] < s.size[s.table[v]] and random(state, 2) == 0:
        return v, -1, there
    return v, s.who[there, random(state, s.size[there])], there


@compiled
def anneal(s: Seating, steps: int, seed: int) -> None:
    """Improves a seating in place, the same for the same seed."""
    state = np.array([seed * 2 + 1])
    for table in range(len(s.size)):
        s.value[table] = weigh(s, table)
    for step in range(steps):
        v, u, there = propose(s, state)
        here = s.table[v]
        if here == there:
            continue
        if u < 0:
            move(s, v, there)
        else:
            swap(s, v, u)
        luck = np.log((random(state, 1_000_000) + 1) / 1_000_000) if step < steps * 9 // 10 else 0.0
        needed = s.value[here] + s.value[there] + luck * HOT * (COLD / HOT) ** (step / steps)
        one, other = 0.0, weigh(s, there)
        if other + 1.0 + HINT >= needed:
            one = weigh(s, here)
        if one + other >= needed:
            s.value[here], s.value[there] = one, other
        elif u < 0:
            move(s, v, here)
        else:
            swap(s, v, u)
