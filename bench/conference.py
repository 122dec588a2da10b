"""How soon is a whole conference planned, how well, and how little does a change disturb? On conferences of our own.

`python -m bench.conference --attendees 2000 --seconds 60 [--peer]` makes a conference (500, 2000 or 10000 attendees;
seeded) and prints one JSON object: seconds to the first plan and what it leaves unplaced; its cost (as in
services/scheduling/engine/whole/problem.py) then and after `--seconds` of the processor, which other work here
does not change, and how far above the best known one (conference_best.json says how it was found) that is; the memory.
Then three changes to the plan in force: a room closed from the second day on, five meetings in a hundred called off,
five in a hundred new; each with its seconds, agreed meetings moved unasked (0 is promised), and what is proposed.
`--peer`: CP-SAT alone on the same conference, with the same time, by the clock; `--timefold PYTHON`: Timefold, too,
of an environment that has it (`pip install timefold==1.24.0b0`; it needs a JDK 17).
"""

import argparse
import json
import resource
import sys
import time
from dataclasses import replace
from pathlib import Path

from bench import conference_data as data
from bench.conference_peer import plan as peer_plan
from bench.conference_timefold import plan as timefold_plan
from services.scheduling.engine.whole.plan import first_plan, improve, replan
from services.scheduling.engine.whole.problem import Conference, Plan, cost

SHARE = 0.05
BEST = json.loads(Path(__file__).with_name("conference_best.json").read_text())  # by attendees, of seed 0


def told(conference: Conference, plan: Plan) -> dict[str, float]:
    """What a plan is worth."""
    return {"unplaced": plan.count(None), "cost": round(cost(conference, plan), 1)}


def over_best(cost: float, attendees: int, seed: int) -> float | None:
    """Per cent above the best known cost; None of conferences for which none is kept."""
    known = BEST.get(str(attendees)) if seed == 0 else None
    return round(100 * (cost / known["cost"] - 1), 2) if known else None


def measure(conference: Conference, seconds: float, seed: int) -> tuple[Plan, dict[str, dict[str, float]]]:
    """Seconds of processor and of the clock to the first plan; then annealing."""
    started, begun = time.monotonic(), time.process_time()
    state = first_plan(conference)
    first = told(conference, state.plan) | {
        "seconds": round(time.monotonic() - started, 2),
        "of_processor": round(time.process_time() - begun, 2),
    }
    print(first, file=sys.stderr)
    left = seconds - (time.process_time() - begun)
    plan = improve(state, (), seed, 10**9, time.process_time, left) if left > 0 else list(state.plan)
    last = {"seconds": round(time.monotonic() - started, 1), "of_processor": round(time.process_time() - begun, 1)}
    return plan, {"first": first, "last": told(conference, plan) | last}


def disturbed(conference: Conference, plan: Plan, seed: int) -> dict[str, object]:
    """Each change to the same plan in force."""
    found: dict[str, object] = {}
    busiest = max(range(len(conference.rooms)), key=lambda n: sum(spot is not None and spot[1] == n for spot in plan))
    open_then = conference.rooms[busiest].slots & ~((1 << conference.stride) - 1)  # not on the first day
    rooms = [replace(room, slots=open_then) if n == busiest else room for n, room in enumerate(conference.rooms)]
    found["room_closed"] = _after(replace(conference, rooms=rooms), plan)
    fewer, kept, _ = data.without(conference, plan, SHARE, seed)
    found["called_off"] = _after(fewer, kept)
    # The late ones are those that were called off: all people and formats are as before, and all spots are taken.
    late = set(range(len(plan))) - set(data.without(conference, plan, SHARE, seed + 1)[2])
    in_force = [None if n in late else spot for n, spot in enumerate(plan)]
    found["late"] = _after(conference, in_force)
    return found


def _after(conference: Conference, agreed: Plan) -> dict[str, object]:
    begun, started = time.process_time(), time.monotonic()
    result = replan(conference, agreed)
    seconds, spent = time.monotonic() - started, time.process_time() - begun
    pairs = list(zip(agreed, result.plan, strict=True))
    return {
        "seconds": round(seconds, 2),
        "of_processor": round(spent, 2),
        "agreed_moved": sum(old is not None and new is not None and old != new for old, new in pairs),
        "lost_their_spot": sum(old is not None and new is None for old, new in pairs),
        "newly_placed": sum(old is None and new is not None for old, new in pairs),
        "shown_another_spot": sum(p.meeting is None for p in result.proposals),
        "asked_to_make_room": sum(p.meeting is not None for p in result.proposals),
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.conference", description=__doc__.splitlines()[0])
    parser.add_argument("--attendees", type=int, choices=sorted(data.SIZES), default=2_000)
    parser.add_argument("--seconds", type=float, default=60.0, help="of the processor, the first plan included")
    parser.add_argument("--seed", type=int, default=0, help="of the conference")
    parser.add_argument("--search", type=int, default=0, help="seed of the search")
    parser.add_argument("--peer", action="store_true", help="CP-SAT alone too")
    parser.add_argument("--timefold", metavar="PYTHON", help="Timefold too, by this interpreter")
    options = parser.parse_args()
    size = data.SIZES[options.attendees]
    conference = data.make(size, options.seed)
    plan, measured = measure(conference, options.seconds, options.search)
    result: dict[str, object] = dict(measured)
    result["over_best_known_percent"] = over_best(measured["last"]["cost"], options.attendees, options.seed)
    result["memory_mib"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    result |= disturbed(conference, plan, options.seed)
    if options.peer:
        result["cp_sat"] = peer_plan(conference, options.seconds)
    if options.timefold:
        result["timefold"] = timefold_plan(conference, options.seconds, options.timefold)
    print(json.dumps({"meetings": size.meetings, "slots": size.days * size.slots, "rooms": size.rooms}
                     | vars(options) | result, indent=2))  # fmt: skip


if __name__ == "__main__":
    main()
