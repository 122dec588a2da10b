"""How good a plan of meetings does the optimizer find, and how soon? On instances of the published benchmark.

`python -m bench.scheduling --instance FILE.dzn --seconds S`: one JSON object with the status (optimal, feasible,
infeasible, unknown), the breaks, the bound that was proven, the seconds taken, and the slots, 1-based, one for each
meeting in the file's order (null if there is no plan). Ctrl-C or SIGTERM ends the search; the best plan so far is
printed. `--plain` runs the peer instead: CP-SAT left to itself on the published model.
`python -m bench.scheduling --folder DIR --seconds S`: every instance of a folder, and the same by the peer, one after
the other in the same run; a JSON object with a row for each and the totals.
"""

import argparse
import json
import signal
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from bench.dzn import BadInstance, read
from bench.plain_cpsat import plan
from services.scheduling.engine.meetings import Problem
from services.scheduling.engine.optimize import Optimizer, Plan, Status

PEERS = ("optimizer", "plain")
SHOWN = ("status", "breaks", "bound", "seconds")


def measure(problem: Problem, seconds: float, workers: int, seed: int, started: float) -> dict[str, object]:
    """Runs the optimizer in a thread of its own, so that a signal can stop it."""
    plans: list[dict[str, object]] = []

    def found(plan: Plan) -> None:
        plans.append({"seconds": round(time.monotonic() - started, 3), "breaks": plan.breaks})
        print(plans[-1], file=sys.stderr)

    optimizer = Optimizer(problem, time.monotonic, workers, seed, found)
    left = seconds - (time.monotonic() - started)
    thread = threading.Thread(target=optimizer.run, args=(left,))
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: optimizer.stop())
    thread.start()
    while thread.is_alive():
        thread.join(0.1)
    return report(optimizer.plan, time.monotonic() - started) | {"found": plans}


def report(plan: Plan, seconds: float) -> dict[str, object]:
    """What is printed of a plan."""
    return {
        "status": plan.status,
        "breaks": plan.breaks,
        "bound": plan.bound,
        "seconds": round(seconds, 3),
        "slots": [slot + 1 for slot in plan.slots] if plan.slots is not None else None,
    }


def arguments(given: Sequence[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.scheduling", description=__doc__.splitlines()[0])
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--instance", type=Path, help="MiniZinc data file of the benchmark")
    what.add_argument("--folder", type=Path, help="all *.dzn files of a folder, by the optimizer and by the peer")
    parser.add_argument("--plain", action="store_true", help="the peer alone: CP-SAT left to itself")
    parser.add_argument("--seconds", type=float, default=30.0, help="time limit, reading the file included")
    parser.add_argument("--workers", type=int, default=2, help="1: the same plan for the same seed")
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args(given)


def solve(path: Path, chosen: argparse.Namespace, plain: bool) -> dict[str, object]:
    """One instance by one of the two; raises BadInstance, OSError."""
    started = time.monotonic()
    problem = read(path)
    if plain:
        left = chosen.seconds - (time.monotonic() - started)
        result = report(plan(problem, time.monotonic, left, chosen.workers), time.monotonic() - started)
    else:
        result = measure(problem, chosen.seconds, chosen.workers, chosen.seed, started)
    return {"instance": path.stem} | result


def compare(folder: Path, chosen: argparse.Namespace) -> dict[str, object]:
    """All instances of the folder by both, without the slots; and how long each took in total."""
    rows, seconds = [], dict.fromkeys(PEERS, 0.0)
    for path in sorted(folder.glob("*.dzn")):
        row: dict[str, object] = {"instance": path.stem}
        for by in PEERS:
            result = solve(path, chosen, plain=by == "plain")
            row[by] = {name: result[name] for name in SHOWN}
            seconds[by] += float(str(result["seconds"]))
        rows.append(row)
        print(rows[-1], file=sys.stderr)
    return {"seconds": {by: round(total, 1) for by, total in seconds.items()}, "instances": rows}


def main(given: Sequence[str] | None = None) -> int:
    """Exit 0 whenever the question was answered or a plan found."""
    chosen = arguments(given)
    if chosen.folder:
        print(json.dumps(compare(chosen.folder, chosen)))
        return 0
    try:
        result = solve(chosen.instance, chosen, chosen.plain)
    except (BadInstance, OSError) as error:
        print(f"{chosen.instance}: {error}", file=sys.stderr)
        return 2
    print(json.dumps(result))
    return 1 if result["status"] == Status.UNKNOWN else 0


if __name__ == "__main__":
    sys.exit(main())
