"""Says why: why this spot, or the smallest reason why there is none and what would help.

The people of a session all read these words, so they never say who of them is busy, or who needs what.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from services.scheduling.engine.day import PEOPLE, VENUE, Day, Group, Rule, days_left, suitable_places
from services.scheduling.engine.goals import Goal
from services.scheduling.engine.model import Model
from services.scheduling.engine.slots import bounds

DATES_UNKNOWN = "the conference's dates are not known yet"
OVER = "the conference is over"

# What stands in the way, and what would help. Those that somebody can change soonest come first.
HELP: dict[Rule, tuple[str, str]] = {
    Rule.SESSIONS: ("other sessions are in the way", "moving one of them would help"),
    Rule.WISHES: ("the breaks and the sessions a day that were asked for leave none", "fewer of either would help"),
    Rule.TALKS: ("talks are in the way", "leaving out a starred one would help"),
    Rule.TIMES: ("the times that were given do not meet", "giving more times would help"),
    Rule.TABLES: ("the tables are taken", "another table would help"),
    Rule.OPEN: ("the places are closed", "longer opening hours would help"),
    Rule.NEEDS: ("the places do not suit everybody", "another place would help"),
}
BETTER: dict[Goal, str] = {
    Goal.GAPS: "it leaves fewer gaps in the day than the first possible time",
    Goal.HOUR: "it is a better hour for {format} than the first possible time",
    Goal.FAIR: "the days before are fuller",
    Goal.WALK: "it is a shorter walk than at the first possible time",
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why there is no spot, in words the people concerned understand."""

    reason: str


def why(group: Group, chosen: Mapping[Goal, float], first: Mapping[Goal, float], is_first: bool) -> str:
    """Why this spot, beside the first possible one: the goal that spoke most for it."""
    if is_first:
        return f"the first time {everybody(group)} free and a place is"
    saved = {goal: first[goal] - chosen[goal] for goal in BETTER}
    most = max(saved, key=lambda goal: saved[goal])
    return BETTER[most].format(format=group.format.name)


def refusal(model: Model, group: Group) -> Refusal:
    """The smallest reason: one rule if leaving it out would be enough, else two, else that nothing small would do."""
    name, size = group.format.name, len(group.attendee_ids)
    if model.conference is None:
        return Refusal(DATES_UNKNOWN)
    if size > group.format.people:
        return Refusal(f"{name} is for at most {group.format.people} people, this is {size}")
    days = list(days_left(model, group))
    if not days:
        return Refusal(OVER if is_over(model) else f"no time is left for {name} at this conference")
    if not len(suitable_places(model, group)):
        return Refusal(no_place(group))
    return Refusal(_smallest(days, group))


def is_over(model: Model) -> bool:
    """Whether the conference's last day has passed where it is held."""
    if model.conference is None:
        return False
    return model.now.timestamp() >= bounds(model.conference.ends_on, model.conference.time_zone)[1]


def no_place(group: Group) -> str:
    """The venue has none for the format, or none with so many seats."""
    size = len(group.attendee_ids)
    return f"no place for {group.format.name}" + (f" with {size} seats" if size > 2 else "")


def everybody(group: Group) -> str:
    """The people with their verb."""
    return "both are" if len(group.attendee_ids) == 2 else f"all {len(group.attendee_ids)} are"


def _smallest(days: list[Day], group: Group) -> str:
    allowed = [{rule: day.allowed(rule) for rule in Rule} for day in days]
    meet = _possible(days, allowed, PEOPLE)
    when = f" on {days[0].date:%A}" if len(days) == 1 else ""
    # Whose times leave no slot at all is not told that tables are taken.
    subject = (
        f"no open place with a free table for {group.format.name} when {everybody(group)} free{when}"
        if meet
        else f"no slot when {everybody(group)} free{when}"
    )
    rules = sorted(HELP, key=lambda rule: (rule in PEOPLE) == meet)
    for size in (1, 2):
        for left_out in combinations(rules, size):
            if _possible(days, allowed, set(Rule) - set(left_out)):
                hindrances, helps = zip(*(HELP[rule] for rule in left_out), strict=True)
                return f"{subject}: {' and '.join(hindrances)}; {' and '.join(helps)}"
    return f"{subject}: several things are in the way; another format, or another day, would help"


def _possible(days: list[Day], allowed: list[dict[Rule, np.ndarray]], rules: Collection[Rule]) -> bool:
    return any(_fits(day, table, rules).any() for day, table in zip(days, allowed, strict=True))


def _fits(day: Day, allowed: dict[Rule, np.ndarray], rules: Collection[Rule]) -> np.ndarray:
    result = np.ones((len(day.slots), len(day.suitable)), np.bool_)
    for rule in (*PEOPLE, *VENUE):
        if rule in rules:
            result = result & allowed[rule]
    return result
