"""Whole conferences to plan, the same for the same seed: people with days, talks and favourites, rooms with hours."""

import random
from dataclasses import dataclass

from services.scheduling.engine.whole.problem import Conference, Meeting, Plan, Room

# format: share of meetings, people, part of the day it can be in, part it had best begin in
FORMATS: dict[str, tuple[float, tuple[int, int], tuple[float, float], tuple[float, float]]] = {
    "coffee": (0.70, (2, 2), (0.0, 0.9), (0.1, 0.6)),
    "table": (0.12, (3, 6), (0.0, 1.0), (0.1, 0.8)),
    "lunch": (0.08, (2, 3), (0.3, 0.6), (0.4, 0.5)),
    "drink": (0.10, (2, 4), (0.7, 1.0), (0.8, 0.9)),
}
DAY, HOUR = 1.0, 4.0  # what a day later, and an hour off the best ones, costs
AT_MOST = 0.6  # of a person's free slots are asked for
COMMON = 5  # slots at least in which all people of a meeting could be
ROOMS = ((2, "coffee"), (4, "coffee table"), (4, "lunch coffee"), (6, "table drink"), (4, ""), (8, ""))


@dataclass(frozen=True, slots=True)
class Size:
    """How large a conference is."""

    attendees: int
    meetings: int
    days: int
    slots: int  # a day
    rooms: int


SIZES = {
    500: Size(500, 10_000, 6, 20, 200),
    2_000: Size(2_000, 20_000, 5, 16, 400),
    10_000: Size(10_000, 40_000, 6, 16, 600),
}


def make(size: Size, seed: int) -> Conference:
    """Who meets whom is drawn, some people far more often than others."""
    dice = random.Random(seed)
    free = [_free(size, dice) for _ in range(size.attendees)]
    rooms = [_room(size, number, dice) for number in range(size.rooms)]
    costs = {name: _costs(size, best) for name, (_, _, _, best) in FORMATS.items()}
    return Conference(size.days, size.slots, free, rooms, _meetings(size, free, dice), costs)


def _day(size: Size, first: int, last: int) -> int:
    return (1 << last) - (1 << first)


def _every_day(size: Size, part: tuple[float, float]) -> int:
    day = _day(size, round(part[0] * size.slots), round(part[1] * size.slots))
    return sum(day << n * (size.slots + 1) for n in range(size.days))


def _free(size: Size, dice: random.Random) -> int:
    """One in ten comes for some of the days, one in ten gives a talk, and everybody wants to hear a few."""
    there = size.days if dice.random() < 0.9 else dice.randint(2, size.days)
    came = dice.randint(0, size.days - there)
    slots = sum(_day(size, 0, size.slots) << n * (size.slots + 1) for n in range(came, came + there))
    for _ in range(2 * (dice.random() < 0.1) + dice.randint(0, 6)):
        slots &= ~(1 << dice.randrange(size.days) * (size.slots + 1) + dice.randrange(size.slots))
    return slots


def _room(size: Size, number: int, dice: random.Random) -> Room:
    """Most are open all day; one in five opens later or closes earlier."""
    seats, formats = ROOMS[number % len(ROOMS)]
    part = (0.0, 1.0) if dice.random() < 0.8 else dice.choice(((0.2, 1.0), (0.0, 0.8)))
    return Room(seats, frozenset(formats.split()), _every_day(size, part))


def _costs(size: Size, best: tuple[float, float]) -> list[float]:
    first, last = (part * size.slots for part in best)
    of_day = [HOUR * max(first - slot, slot - last, 0.0) * 10 / size.slots for slot in range(size.slots + 1)]
    return [DAY * day + cost for day in range(size.days) for cost in of_day]


def _meetings(size: Size, free: list[int], dice: random.Random) -> list[Meeting]:
    """Popularity falls off as a power law; nobody is asked for more than they can hold."""
    left = [int(AT_MOST * slots.bit_count()) for slots in free]
    weights = [dice.paretovariate(2.0) for _ in free]
    slots = {name: _every_day(size, hours) for name, (_, _, hours, _) in FORMATS.items()}
    names, shares = list(FORMATS), [share for share, _, _, _ in FORMATS.values()]
    found: list[Meeting] = []
    pool: list[int] = []
    while len(found) < size.meetings:
        (name,) = dice.choices(names, shares)
        wanted = dice.randint(*FORMATS[name][1])
        people: set[int] = set()
        common = slots[name]
        for _ in range(50):
            if len(pool) < 50:
                pool = dice.choices(range(len(free)), weights, k=10_000)
            person = pool.pop()
            if left[person] > 0 and person not in people and (common & free[person]).bit_count() >= COMMON:
                people.add(person)
                common &= free[person]
            if len(people) == wanted:
                break
        if len(people) < 2:
            weights = [weight if left[n] > 0 else 0.0 for n, weight in enumerate(weights)]
            pool = []
            continue
        for person in people:
            left[person] -= 1
        found.append(Meeting(tuple(sorted(people)), name, slots[name]))
    return found


def without(conference: Conference, plan: Plan, share: float, seed: int) -> tuple[Conference, Plan, list[int]]:
    """That share of the meetings called off; the numbers of those that are left."""
    dice = random.Random(seed)
    kept = sorted(dice.sample(range(len(plan)), round(len(plan) * (1 - share))))
    meetings = [conference.meetings[n] for n in kept]
    smaller = Conference(
        conference.days, conference.slots, conference.free, conference.rooms, meetings, conference.costs
    )
    return smaller, [plan[n] for n in kept], kept
