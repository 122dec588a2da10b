"""How long does scoring a conference take? A made-up one with a few very well known people.

`python -m bench.ties_speed [--people 100000] [--ties 1000000]`: CPU seconds by step, and peak memory in MB.
"""

import argparse
import json
import resource
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from services.matchmaking.engine.graph import strongest, two_steps_away
from services.matchmaking.engine.strength import Rows, TieStrength, Traits

INTERESTS = 5_000


def conference(people: int, ties: int, seed: int) -> tuple[Rows, Traits]:
    """Ties by popularity with a power law of exponent 2.5, three interests each with one of 1.3."""
    rng = np.random.default_rng(seed)
    popular = rng.pareto(1.5, people) + 1
    a, b = rng.choice(people, (2, ties), p=popular / popular.sum())
    interests = rng.zipf(1.3, 3 * people).clip(max=INTERESTS)
    who = np.repeat(np.arange(people), 3)
    return Rows(a, b, rng.geometric(0.3, ties)), Traits(who, np.zeros(3 * people, np.int64), interests)


def measure(people: int, ties: int, seed: int) -> dict[str, Any]:
    """Runs every step once, after a run on ten people that compiles."""
    report: dict[str, Any] = {"people": people}

    def timed(step: str, work: Callable[..., Any], *arguments: Any) -> Any:
        started = time.process_time()
        result = work(*arguments)
        report[step] = round(time.process_time() - started, 3)
        return result

    def all_steps(messages: Rows, traits: Traits, count: int, pairs: tuple[Any, Any]) -> None:
        strength = timed("build", TieStrength, count, messages, Rows(), traits)
        timed("score_ties", strength.of, *pairs)
        followed = timed("strongest", strongest, strength.friends)
        everybody = np.arange(count), np.ones(count, bool)
        near = timed("friends_of_friends", two_steps_away, followed, *everybody)
        report["friends_of_friends_found"] = len(near[0])
        timed("score_friends_of_friends", strength.of, *near)

    timed("compile_or_load", all_steps, *_small())
    messages, traits = conference(people, ties, seed)
    all_steps(messages, traits, people, _distinct(messages, people))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return {**report, "ties": len(_distinct(messages, people)[0]), "peak_mb": peak}


def _small() -> tuple[Rows, Traits, int, tuple[Sequence[int], Sequence[int]]]:
    return Rows([0, 1], [1, 2], [1, 1]), Traits([0, 1], [0, 0], [1, 1]), 10, ([0], [1])


def _distinct(messages: Rows, people: int) -> tuple[Any, Any]:
    keys = np.unique(np.minimum(messages.a, messages.b) * people + np.maximum(messages.a, messages.b))
    return keys // people, keys % people


def main() -> None:
    """Prints one JSON object."""
    parser = argparse.ArgumentParser(prog="python -m bench.ties_speed", description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--ties", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    print(json.dumps(measure(chosen.people, chosen.ties, chosen.seed)))


if __name__ == "__main__":
    main()
