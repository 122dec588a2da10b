"""The peer: Timefold alone on a whole conference. Run by a Python that has `timefold` (and a JDK 17), nothing of ours.

Reads from standard input what bench/conference_timefold.py writes, and prints {"plan": [[slot, room] or null, ...]}.
"""

import json
import sys
from dataclasses import dataclass, field
from typing import Annotated

from timefold.solver import SolverFactory
from timefold.solver.config import Duration, ScoreDirectorFactoryConfig, SolverConfig, TerminationConfig
from timefold.solver.domain import (
    PlanningEntityCollectionProperty,
    PlanningId,
    PlanningScore,
    PlanningVariable,
    ProblemFactCollectionProperty,
    ValueRangeProvider,
    planning_entity,
    planning_solution,
)
from timefold.solver.score import (
    Constraint,
    ConstraintCollectors,
    ConstraintFactory,
    HardMediumSoftScore,
    Joiners,
    constraint_provider,
)

# By default each meeting would try all its slots with all its rooms before the next is placed, which never ends here.
PHASES = """<solver xmlns="https://timefold.ai/xsd/solver">
  <constructionHeuristic>
    <constructionHeuristicType>FIRST_FIT</constructionHeuristicType>
    <forager><pickEarlyType>FIRST_FEASIBLE_SCORE_OR_NON_DETERIORATING_HARD</pickEarlyType></forager>
  </constructionHeuristic>
  <localSearch/>
</solver>"""
UNIT = 10  # scores are whole numbers: tenths of our cost


@dataclass
class Slot:
    number: int
    day: int
    costs: dict[str, int]


@dataclass
class Room:
    number: int
    open: set[int]


@planning_entity
@dataclass
class Meeting:
    id: Annotated[int, PlanningId]
    format: str
    slots: Annotated[list[Slot], ValueRangeProvider(id="slots")] = field(default_factory=list)
    rooms: Annotated[list[Room], ValueRangeProvider(id="rooms")] = field(default_factory=list)
    slot: Annotated[Slot | None, PlanningVariable(value_range_provider_refs=["slots"])] = field(default=None)
    room: Annotated[Room | None, PlanningVariable(value_range_provider_refs=["rooms"])] = field(default=None)


@dataclass
class Attendance:
    person: int
    meeting: int


@planning_solution
@dataclass
class Plan:
    attendances: Annotated[list[Attendance], ProblemFactCollectionProperty]
    meetings: Annotated[list[Meeting], PlanningEntityCollectionProperty]
    score: Annotated[HardMediumSoftScore | None, PlanningScore] = field(default=None)


@constraint_provider
def goals(factory: ConstraintFactory) -> list[Constraint]:
    """Nobody in two meetings, no room with two; then what our cost counts: late or odd hours, gaps, crowded days."""
    attended = factory.for_each(Attendance).join(Meeting, Joiners.equal(lambda a: a.meeting, lambda m: m.id))
    return [
        factory.for_each_unique_pair(
            Meeting, Joiners.equal(lambda m: m.slot.number), Joiners.equal(lambda m: m.room.number)
        ).penalize(HardMediumSoftScore.ONE_HARD).as_constraint("room taken"),
        factory.for_each(Meeting).filter(lambda m: m.slot.number not in m.room.open)
        .penalize(HardMediumSoftScore.ONE_HARD).as_constraint("room closed"),
        attended.group_by(lambda a, m: a.person, lambda a, m: m.slot.number, ConstraintCollectors.count_bi())
        .filter(lambda person, slot, count: count > 1)
        .penalize(HardMediumSoftScore.ONE_HARD, lambda person, slot, count: count - 1).as_constraint("person taken"),
        factory.for_each(Meeting)
        .penalize(HardMediumSoftScore.ONE_SOFT, lambda m: m.slot.costs[m.format]).as_constraint("hour"),
        attended.group_by(lambda a, m: a.person, lambda a, m: m.slot.day, ConstraintCollectors.count_bi())
        .penalize(HardMediumSoftScore.ONE_SOFT, lambda person, day, count: 5 * count * (count - 1) // 2)
        .as_constraint("crowded day"),
        attended.group_by(
            lambda a, m: a.person, lambda a, m: m.slot.day,
            ConstraintCollectors.to_consecutive_sequences(lambda a, m: m.slot.number, lambda number: number),
        ).penalize(
            HardMediumSoftScore.ONE_SOFT, lambda person, day, runs: 30 * (len(runs.getConsecutiveSequences()) - 1)
        ).as_constraint("gaps"),
    ]  # fmt: skip


def problem(told: dict) -> Plan:
    """From the numbers to entities."""
    slots = {
        number: Slot(
            number, number // told["stride"], {name: round(UNIT * of[number]) for name, of in told["costs"].items()}
        )
        for number in {number for meeting in told["meetings"] for number in meeting["slots"]}
    }
    rooms = [Room(number, set(room)) for number, room in enumerate(told["rooms"])]
    meetings = [
        Meeting(n, m["format"], [slots[s] for s in m["slots"]], [rooms[r] for r in m["rooms"]])
        for n, m in enumerate(told["meetings"])
    ]
    attendances = [Attendance(person, n) for n, m in enumerate(told["meetings"]) for person in m["people"]]
    return Plan(attendances, meetings)


def main() -> None:
    """Solves for the seconds asked for."""
    told = json.load(sys.stdin)
    config = SolverConfig(
        solution_class=Plan,
        entity_class_list=[Meeting],
        score_director_factory_config=ScoreDirectorFactoryConfig(constraint_provider_function=goals),
        termination_config=TerminationConfig(spent_limit=Duration(milliseconds=int(1000 * told["seconds"]))),
        xml_source_text=PHASES,
    )
    found = SolverFactory.create(config).build_solver().solve(problem(told))
    spots = [[m.slot.number, m.room.number] if m.slot and m.room else None for m in found.meetings]
    json.dump({"plan": spots, "score": str(found.score)}, sys.stdout)


if __name__ == "__main__":
    main()
