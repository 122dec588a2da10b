"""How many lines the pairing engine runs for each look it counts: NUMBA_DISABLE_JIT=1 python -m tests.looks."""

import json
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import numpy as np

from services.matchmaking.engine.pairing import walks
from services.matchmaking.engine.pairing.blossom import search_all
from services.matchmaking.engine.pairing.forest import Forest, forest
from services.matchmaking.engine.pairing.market import Market, Pairing
from services.matchmaking.engine.pairing.repair import standing

EFFORT = 500  # of what is stopped


def lines(run: Callable[[], Any]) -> int:
    """Lines of the engine that a call runs."""
    count = 0

    def local(frame: FrameType, event: str, arg: Any) -> Any:
        nonlocal count
        count += event == "line"
        return local

    def entered(frame: FrameType, event: str, arg: Any) -> Any:
        return local if "/engine/pairing/" in frame.f_code.co_filename else None

    sys.settrace(entered)
    run()
    sys.settrace(None)
    return count


def cycles_of_equals(triples: int) -> Forest:
    """Triangles in a row, each joined to the next, all weights equal; nobody has a mate yet."""
    three = 3 * np.arange(triples)
    a = np.concatenate([three, three + 1, three, three[:-1] + 2]).astype(np.int32)
    b = np.concatenate([three + 1, three + 2, three + 2, three[1:]]).astype(np.int32)
    return forest(a, b, np.ones(len(a)), np.full(3 * triples, 0.5), np.full(3 * triples, -1))


def onion(layers: int) -> Forest:
    """Triangles that share vertex 0, who is free: each closes later than the last and goes around all of them."""
    one, two = 2 * np.arange(layers) + 1, 2 * np.arange(layers) + 2
    middle = np.zeros(layers, int)
    a, b = (np.concatenate(ends).astype(np.int32) for ends in ([middle, middle, one], [one, two, two]))
    late = 1 - np.linspace(0, 0.4, layers)
    mate = np.full(2 * layers + 1, -1)
    mate[one], mate[two] = two, one
    return forest(a, b, np.concatenate([late, late, np.ones(layers)]), np.full(2 * layers + 1, 0.5), mate)


def searched(f: Forest, effort: int) -> float:
    """Lines for each look of a search."""
    return lines(lambda: search_all(f, effort)) / float(f.counters[4])


def walked(length: int) -> float:
    """Lines, for each look allowed, of a walk from 0 along a chain; the further along, the cheaper it is to leave it
    for one of twenty others, so that each is reached again and again, and the way back looked at each time."""
    side = length + 2 * np.arange(20)
    chain = np.arange(length - 1)
    from_, to = (ends.ravel() for ends in np.meshgrid(np.arange(0, length, 2), side))
    a = np.concatenate([chain, from_, side]).astype(np.int32)
    b = np.concatenate([chain + 1, to, side + 1]).astype(np.int32)
    weight = np.concatenate([np.ones(length - 1), 0.6 + 0.4 * from_ / length, np.ones(20)])
    taken = np.concatenate([chain % 2 == 1, np.zeros(len(from_), bool), np.ones(20, bool)])
    people = length + 40
    market = Market(a, b, weight, np.ones(people, int), np.zeros(people))
    s = standing(market, Pairing(taken, 0.0, 0.0, np.full(people, 0.5)))
    walks.EFFORT = EFFORT
    return lines(lambda: walks.best_walk(s, 0, 0)) / EFFORT


if __name__ == "__main__":
    told = {
        f"{name} {size}": searched(make(size), effort)
        for name, make, effort in (
            ("cycles", cycles_of_equals, 10**9),
            ("cycles, stopped", cycles_of_equals, EFFORT),
            ("onion", onion, 10**9),
        )
        for size in (20, 80)
    }
    print(json.dumps(told | {f"walk {length}": walked(length) for length in (101, 401)}))
