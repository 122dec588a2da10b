"""How good a plan of meetings does the optimizer find, and how soon? On instances of the published benchmark.

`python -m bench.scheduling --instance FILE.dzn --seconds S`: one JSON object with the status (optimal, feasible,
infeasible, unknown), the breaks, the bound that was proven, the seconds taken, and the slots, 1-based, one for each
meeting in the file's order (null if there is no plan). Ctrl-C or SIGTERM ends the search; the best plan so far is
printed. `--plain` runs the peer instead: CP-SAT left to itself on the published model.
`python -m bench.scheduling --folder DIR --seconds S [--peer] [--rows FILE]`: every instance of a folder, and the same
by the peer, each in a process of its own, one after the other; a JSON object with a row for each and the totals.
What is done is kept in FILE, a JSON object a line, and not done again by the same command: a table made in pieces.
"""

import argparse
import json
import signal
import subprocess
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
SHOWN = ("status", "breaks", "bound", "seconds", "of_processor")
GIVEN = ("seconds", "workers", "seed")


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
    what.add_argument("--folder", type=Path, help="all *.dzn files of a folder, by the optimizer")
    parser.add_argument("--peer", action="store_true", help="with --folder: and by the peer")
    parser.add_argument("--rows", type=Path, help="with --folder: keeps what is done, and goes on from there")
    parser.add_argument("--plain", action="store_true", help="the peer alone: CP-SAT left to itself")
    parser.add_argument("--seconds", type=float, default=30.0, help="time limit, reading the file included")
    parser.add_argument("--workers", type=int, default=2, help="1: the same plan for the same seed")
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args(given)


def solve(path: Path, chosen: argparse.Namespace, plain: bool) -> dict[str, object]:
    """One instance by one of the two; raises BadInstance, OSError."""
    started, begun = time.monotonic(), time.process_time()
    problem = read(path)
    if plain:
        left = chosen.seconds - (time.monotonic() - started)
        result = report(plan(problem, time.monotonic, left, chosen.workers), time.monotonic() - started)
    else:
        result = measure(problem, chosen.seconds, chosen.workers, chosen.seed, started)
    return {"instance": path.stem} | result | {"of_processor": round(time.process_time() - begun, 2)}


def compare(folder: Path, chosen: argparse.Namespace) -> dict[str, object]:
    """All instances of the folder, without the slots; and how long each of the two took in total."""
    peers, rows = PEERS if chosen.peer else PEERS[:1], []
    totals = {by: dict.fromkeys(("seconds", "of_processor"), 0.0) for by in peers}
    for path in sorted(folder.glob("*.dzn")):
        row: dict[str, object] = {"instance": path.stem}
        for by in peers:
            result = kept(path, by, chosen)
            row[by] = {name: result[name] for name in SHOWN}
            for name, total in totals[by].items():
                totals[by][name] = round(total + float(str(result[name])), 1)
        rows.append(row)
        print(rows[-1], file=sys.stderr)
    return {"totals": totals, "instances": rows}


def kept(path: Path, by: str, chosen: argparse.Namespace) -> dict[str, object]:
    """What the file of rows says of the instance, else a run of it, which is kept there; raises BadInstance."""
    key = {"of": path.stem, "by": by} | {f"given_{name}": getattr(chosen, name) for name in GIVEN}
    if chosen.rows and chosen.rows.exists():
        for line in chosen.rows.read_text().splitlines():
            row: dict[str, object] = json.loads(line)
            if key.items() <= row.items():
                return row
    given = [part for name in GIVEN for part in (f"--{name}", str(getattr(chosen, name)))]
    command = [sys.executable, "-m", "bench.scheduling", "--instance", str(path), *given]
    done = subprocess.run([*command, *["--plain"] * (by == "plain")], stdout=subprocess.PIPE, text=True)
    if not done.stdout:
        raise BadInstance("there is no answer")
    row = key | json.loads(done.stdout)
    if chosen.rows:
        with chosen.rows.open("a") as file:
            file.write(json.dumps(row) + "\n")
    return row


def main(given: Sequence[str] | None = None) -> int:
    """Exit 0 whenever the question was answered or a plan found."""
    chosen = arguments(given)
    try:
        if chosen.folder:
            print(json.dumps(compare(chosen.folder, chosen)))
            return 0
        result = solve(chosen.instance, chosen, chosen.plain)
    except (BadInstance, OSError) as error:
        print(f"{chosen.instance or chosen.folder}: {error}", file=sys.stderr)
        return 2
    print(json.dumps(result))
    return 1 if result["status"] == Status.UNKNOWN else 0


if __name__ == "__main__":
    sys.exit(main())
