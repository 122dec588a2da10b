"""Plans a whole conference: first every meeting somewhere, then all of it better; agreed meetings stay where they are.

The first plan puts the meetings with the fewest choices first, each where it costs least; one that finds no spot may
push out another that has one elsewhere. Then simulated annealing [Kirkpatrick, Gelatt, Vecchi 1983] moves one meeting
at a time. Time-boxed, stopped at any time; the same plan for the same seed and number of steps.
"""

import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

import numpy as np

from services.scheduling.engine.whole.problem import Conference, Plan, Spot, cost
from services.scheduling.engine.whole.state import State, bits

HOT, COLD = 2.0, 0.05  # what a worse spot may cost more, at first and at last
GLANCE = 512  # steps between two looks at the clock


@dataclass(frozen=True, slots=True)
class Proposal:
    """Would the people of `agreed` meet at `to`, so that `meeting` can have the spot `then`? None: they lost theirs."""

    agreed: int
    to: Spot
    meeting: int | None = None
    then: Spot | None = None


@dataclass(frozen=True, slots=True)
class Replanned:
    """The plan with all agreed meetings where they were, and what could be asked of people (promise 8)."""

    plan: Plan
    proposals: list[Proposal] = field(default_factory=list)


def first_plan(conference: Conference, agreed: Plan | None = None) -> State:
    """Every meeting somewhere, if a spot is found. `agreed`: spots that are kept; all of them have to be possible."""
    state = State(conference)
    for meeting, spot in enumerate(agreed or ()):
        if spot is not None:
            state.put(meeting, *spot)
    fixed = {meeting for meeting, spot in enumerate(agreed or ()) if spot is not None}
    left = [meeting for meeting, spot in enumerate(state.plan) if spot is None]
    # The fewest choices first; of as many, those whose people have most to fit in.
    wanted = [0] * len(conference.free)
    for meeting in left:
        for person in conference.meetings[meeting].people:
            wanted[person] += 1
    many = {m: max(wanted[person] for person in conference.meetings[m].people) for m in left}
    for meeting in sorted(left, key=lambda m: (state.times(m).bit_count() - many[m], m)):
        slot = state.best(meeting)
        if slot is not None:
            state.put(meeting, slot)
        else:
            _push(state, meeting, fixed)
    return state


def improve(
    state: State,
    fixed: Collection[int],
    seed: int,
    steps: int,
    clock: Callable[[], float] = lambda: 0.0,
    seconds: float = math.inf,
) -> Plan:
    """The better of the plan at hand and the one that annealing ends with; `steps` and `seconds` at most."""
    dice, before, began = np.random.default_rng(seed), list(state.plan), clock()
    movable = [m for m in range(len(state.plan)) if m not in fixed]
    done, heat, draws = 0, HOT, [[0.0] * 3]
    while done < steps and movable:
        if done % GLANCE == 0:
            share = max(done / steps, (clock() - began) / seconds)
            if share >= 1:
                break
            heat = HOT * (COLD / HOT) ** share
            draws = dice.random((GLANCE, 3)).tolist()
        draw = draws[done % GLANCE]
        _step(state, movable[int(draw[0] * len(movable))], draw, heat, fixed)
        done += 1
    return min(list(state.plan), before, key=lambda plan: (plan.count(None), cost(state.conference, plan)))


def _step(state: State, meeting: int, draw: Sequence[float], heat: float, fixed: Collection[int]) -> None:
    old = state.plan[meeting]
    if old is None:
        _push(state, meeting, fixed)
        return
    state.take_out(meeting)
    slots = list(bits(state.times(meeting)))
    slot = slots[int(draw[1] * len(slots))]
    if state.free_rooms(meeting, slot):
        more = state.added(meeting, slot) - state.added(meeting, old[0])
        if more <= 0 or draw[2] < math.exp(-more / heat):
            state.put(meeting, slot)
            return
    state.put(meeting, *old)


def _push(state: State, meeting: int, fixed: Collection[int]) -> bool:
    """Places it, if need be by moving one meeting that is in its way and not fixed."""
    slot = state.best(meeting)
    if slot is not None:
        state.put(meeting, slot)
        return True
    for other, slot in _in_the_way(state, meeting):
        if other not in fixed and (spots := _swap(state, meeting, other, slot)):
            state.take_out(other)
            state.put(meeting, *spots[0])
            state.put(other, *spots[1])
            return True
    return False


def _in_the_way(state: State, meeting: int) -> list[tuple[int, int]]:
    """(meeting, slot): where one other meeting alone keeps this one out, because of its people."""
    people = state.conference.meetings[meeting].people
    found = []
    for slot in bits(state.possible(meeting)):
        spans = [(state.of[person], state.span(meeting, person, slot)) for person in people]
        others = {of[taken] for of, span in spans for taken in span if taken in of}
        if len(others) == 1:
            found.append((others.pop(), slot))
    return found


def _swap(state: State, meeting: int, other: int, slot: int) -> tuple[Spot, Spot] | None:
    """Where both would be, if the other left the slot to this one; the state stays as it is."""
    old = state.take_out(other)
    spots = None
    if state.times(meeting) >> slot & 1 and state.free_rooms(meeting, slot):
        state.put(meeting, slot)
        elsewhere = state.best(other)
        if elsewhere is not None:
            state.put(other, elsewhere)
            here, there = state.plan[meeting], state.plan[other]
            assert here is not None and there is not None
            spots = here, there
            state.take_out(other)
        state.take_out(meeting)
    state.put(other, *old)
    return spots


def replan(conference: Conference, agreed: Plan) -> Replanned:
    """After a change: every agreed meeting that still can be where it was is there. The others, and those that are
    unplaced, get a spot or a proposal; of those that lost theirs the people choose, so the spot shown holds nothing."""
    state = State(conference)
    lost = []
    for meeting, spot in enumerate(agreed):
        if spot is not None and state.fits(meeting, spot):
            state.put(meeting, *spot)
        elif spot is not None:
            lost.append(meeting)
    kept = {meeting for meeting, spot in enumerate(state.plan) if spot is not None}
    proposals = _elsewhere(state, lost, agreed)
    for meeting, spot in enumerate(agreed):
        if spot is None and (slot := state.best(meeting)) is not None:
            state.put(meeting, slot)
    waiting = [m for m, spot in enumerate(agreed) if spot is None and state.plan[m] is None]
    for meeting in waiting:
        proposals += _ask_one(state, meeting, kept)
    for meeting in lost:
        if state.plan[meeting] is not None:
            state.take_out(meeting)  # shown, not taken: it holds nothing
    return Replanned(list(state.plan), proposals)


def _elsewhere(state: State, lost: Sequence[int], agreed: Plan) -> list[Proposal]:
    """For each its old slot in another room, else the nearest slot; the state holds these spots, each its own."""
    proposals = []
    for meeting in lost:
        old = agreed[meeting]
        assert old is not None
        slots = list(state.open_slots(meeting))
        if slots:
            state.put(meeting, min(slots, key=lambda slot: (abs(slot - old[0]), slot)))
            spot = state.plan[meeting]
            assert spot is not None
            proposals.append(Proposal(meeting, spot))
    return proposals


def _ask_one(state: State, meeting: int, kept: Collection[int]) -> list[Proposal]:
    """One agreed meeting whose people, if they are willing to move, make room for this one."""
    for other, slot in _in_the_way(state, meeting):
        if other in kept and (spots := _swap(state, meeting, other, slot)):
            return [Proposal(other, spots[1], meeting, spots[0])]
    return []
