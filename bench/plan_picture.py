"""Draws a small conference's plan before and after it is bettered: `python -m bench.plan_picture docs/images/plan.svg`.

Rows are people, columns slots, a box is a meeting in the colour of its format; a dot marks an idle gap. Above, every
meeting at the earliest time at which it could be, in the order in which they came; below, planned as a whole. No run
differs from another.
"""

import sys
from pathlib import Path

from bench import conference_data as data
from services.scheduling.engine.whole.plan import first_plan, improve
from services.scheduling.engine.whole.problem import Conference, Plan, cost
from services.scheduling.engine.whole.problem import gaps as gaps_of
from services.scheduling.engine.whole.state import State

SIZE = data.Size(attendees=16, meetings=60, days=2, slots=12, rooms=8)
COLOURS = {"coffee": "#b5793c", "table": "#3c78b5", "lunch": "#5a9a4a", "drink": "#9a4a8a"}
CELL, ROW, LEFT, TOP = 24, 13, 10, 24
STEPS = 20_000


def earliest(conference: Conference) -> Plan:
    """Each meeting at the first time it could be."""
    state = State(conference)
    for meeting in range(len(conference.meetings)):
        slot = next(state.open_slots(meeting), None)
        if slot is not None:
            state.put(meeting, slot)
    return state.plan


def gaps(conference: Conference, plan: Plan) -> tuple[int, list[tuple[int, int]]]:
    """How many idle gaps people have, and the (person, slot) in which each lies."""
    count, where = 0, []
    day = (1 << conference.stride) - 1
    for person in range(len(conference.free)):
        pairs = zip(conference.meetings, plan, strict=True)
        busy = sum(1 << spot[0] for meeting, spot in pairs if spot and person in meeting.people)
        for start in range(0, conference.days * conference.stride, conference.stride):
            today = busy >> start & day
            count += max(0, gaps_of(today, 1))
            idle = [
                at for at in range(1, conference.slots) if not today >> at & 1 and today >> at and today % (1 << at)
            ]
            where += [(person, start + at) for at in idle]
    return count, where


def picture(conference: Conference, plan: Plan, title: str, top: int) -> list[str]:
    """One plan as SVG elements."""
    count, idle = gaps(conference, plan)
    words = f"{title}: {count} gaps, {plan.count(None)} meetings without a time, cost {cost(conference, plan):.0f}"
    found = [f'<text x="{LEFT}" y="{top + 14}">{words}</text>']

    def box(person: int, slot: int, shape: str) -> str:
        day, at = divmod(slot, conference.stride)
        x = LEFT + day * (conference.slots * CELL + CELL) + at * CELL
        return shape.format(x=x, y=top + TOP + person * ROW, cx=x + CELL // 2, cy=top + TOP + person * ROW + ROW // 2)

    for meeting, spot in zip(conference.meetings, plan, strict=True):
        fill = COLOURS[meeting.format]
        shape = f'<rect x="{{x}}" y="{{y}}" width="{CELL - 2}" height="{ROW - 2}" rx="2" fill="{fill}"/>'
        found += [box(person, spot[0], shape) for person in meeting.people if spot]
    return found + [box(person, slot, '<circle cx="{cx}" cy="{cy}" r="2" fill="#c33"/>') for person, slot in idle]


def draw() -> str:
    """The whole picture."""
    conference = data.make(SIZE, seed=3)
    before = earliest(conference)
    after = improve(first_plan(conference), (), 0, STEPS)
    height = TOP + SIZE.attendees * ROW + 20
    width = 2 * LEFT + SIZE.days * (SIZE.slots + 1) * CELL
    legend = "".join(
        f'<tspan fill="{colour}" dx="8">&#9632;</tspan> {name}' for name, colour in COLOURS.items()
    )  # fmt: skip
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{2 * height + 20}"'
        ' font-family="sans-serif" font-size="12">',
        '<rect width="100%" height="100%" fill="#fff"/>',
        *picture(conference, before, "Before, each at the earliest time", 0),
        *picture(conference, after, "After, planned as a whole", height),
        f'<text x="{LEFT}" y="{2 * height + 12}">{legend} <tspan fill="#c33" dx="8">&#8226;</tspan> idle</text>',
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(draw())
