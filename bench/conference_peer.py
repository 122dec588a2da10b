"""The peer: CP-SAT alone on a whole conference; a 0-1 choice for each meeting and slot, rooms counted by kind."""

import time
from collections import defaultdict

from ortools.sat.python import cp_model

from services.scheduling.engine.whole.problem import UNPLACED, Conference
from services.scheduling.engine.whole.state import bits


def plan(conference: Conference, seconds: float) -> dict[str, object]:
    """How many meetings are unplaced in the time, the model's building included.

    Easier than what is asked of us: gaps and crowded days cost nothing, and whether each meeting of a slot has a room
    of its own is only counted: no more meetings of a format than rooms that take it, none more than there are rooms.
    """
    started = time.monotonic()
    model = cp_model.CpModel()
    of_person: dict[tuple[int, int], list[cp_model.IntVar]] = defaultdict(list)
    of_format: dict[tuple[str, int], list[cp_model.IntVar]] = defaultdict(list)
    of_slot: dict[int, list[cp_model.IntVar]] = defaultdict(list)
    costs, placed = [], []
    for meeting in conference.meetings:
        slots = meeting.slots
        for person in meeting.people:
            slots &= conference.free[person]
        choices = []
        for slot in bits(slots):
            chosen = model.new_bool_var("")
            choices.append(chosen)
            costs.append(conference.costs[meeting.format][slot] * chosen)
            of_format[meeting.format, slot].append(chosen)
            of_slot[slot].append(chosen)
            for person in meeting.people:
                of_person[person, slot].append(chosen)
        model.add_at_most_one(choices)
        placed.append(sum(choices))
    for several in of_person.values():
        model.add_at_most_one(several)
    for (format, slot), several in of_format.items():
        rooms = [r for r in conference.rooms if r.slots >> slot & 1 and (not r.formats or format in r.formats)]
        model.add(sum(several) <= len(rooms))
    for slot, several in of_slot.items():
        model.add(sum(several) <= sum(room.slots >> slot & 1 for room in conference.rooms))
    count = sum(placed)
    model.minimize(sum(costs) - UNPLACED * count)
    built = time.monotonic() - started
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 2
    solver.parameters.max_time_in_seconds = max(seconds - built, 0.01)
    status = solver.status_name(solver.solve(model))
    found = status in ("OPTIMAL", "FEASIBLE")
    unplaced = len(conference.meetings) - int(solver.value(count)) if found else None
    return {"status": status, "unplaced": unplaced, "building_seconds": round(built, 1),
            "seconds": round(time.monotonic() - started, 1)}  # fmt: skip
