"""The peer Timefold: gives a conference to a Python that has it, and counts what its plan is worth by our cost."""

import json
import subprocess
from pathlib import Path

from services.scheduling.engine.whole.problem import Conference, Plan, Spot, cost
from services.scheduling.engine.whole.state import bits

PROGRAM = Path(__file__).parent / "peers" / "timefold_conference.py"


def plan(conference: Conference, seconds: float, python: str) -> dict[str, object]:
    """What breaks a rule is taken out, the later of two, and counts as unplaced."""
    answer = subprocess.run(
        [python, str(PROGRAM)],
        input=json.dumps(_told(conference, seconds)),
        capture_output=True,
        text=True,
        check=False,
    )
    if answer.returncode:
        return {"error": (answer.stderr.strip().splitlines() or ["it ended without a word"])[-1]}
    told = json.loads(answer.stdout)
    kept = _lawful(conference, [None if spot is None else (spot[0], spot[1]) for spot in told["plan"]])
    return {"unplaced": kept.count(None), "cost": round(cost(conference, kept), 1), "own_score": told["score"]}


def _told(conference: Conference, seconds: float) -> dict[str, object]:
    rooms = conference.rooms
    meetings = []
    for meeting in conference.meetings:
        slots = meeting.slots
        for person in meeting.people:
            slots &= conference.free[person]
        fit = [
            n for n, room in enumerate(rooms)
            if room.seats >= len(meeting.people) and (not room.formats or meeting.format in room.formats)
        ]  # fmt: skip
        meetings.append({"format": meeting.format, "people": meeting.people, "slots": list(bits(slots)), "rooms": fit})
    costs = {name: list(of) for name, of in conference.costs.items()}
    return {
        "seconds": seconds, "stride": conference.stride, "costs": costs,
        "rooms": [list(bits(room.slots)) for room in rooms], "meetings": meetings,
    }  # fmt: skip


def _lawful(conference: Conference, plan: Plan) -> Plan:
    taken: set[tuple[str, int, int]] = set()
    kept: list[Spot | None] = []
    for meeting, spot in zip(conference.meetings, plan, strict=True):
        wants = [("room", spot[1], spot[0]), *(("person", p, spot[0]) for p in meeting.people)] if spot else []
        if spot is None or not conference.rooms[spot[1]].slots >> spot[0] & 1 or not taken.isdisjoint(wants):
            kept.append(None)
            continue
        taken.update(wants)
        kept.append(spot)
    return kept
