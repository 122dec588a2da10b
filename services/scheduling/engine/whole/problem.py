"""The model of a whole conference: times and rooms are bits of whole numbers, so that a rule is one `and`.

A bit is a slot: `day * (slots a day + 1) + slot`. The bit after a day's last slot is not used, so that a run of busy
slots ends with its day. A meeting begins in one slot and may take several.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

GAP = 3.0  # an idle gap more in a person's day
CROWD = 0.5  # each pair of busy slots a person has on one day: days, and people, take turns
UNPLACED = 1_000.0  # everybody placed comes before everything else

Spot = tuple[int, int]  # slot bit number, room number


@dataclass(frozen=True, slots=True)
class Meeting:
    """People (numbers) who meet in a format, the slots (bits) it can begin in, and how many it takes.

    `needs`: what the room has to offer.
    """

    people: tuple[int, ...]
    format: str
    slots: int
    length: int = 1
    needs: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Room:
    """One meeting at a time; `formats` empty: any; `slots`: when it is open (bits)."""

    seats: int
    formats: frozenset[str]
    slots: int
    offers: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Conference:
    """What is to be planned. `free`: when each person can meet (bits); `costs`: of each slot bit, by format.

    Of each person, if given: `pauses`, slots left between two meetings; `most`, meetings that fit in each day; `busy`,
    what else fills their days. `idle`: as many idle slots are a gap.
    """

    days: int
    slots: int
    free: Sequence[int]
    rooms: Sequence[Room]
    meetings: Sequence[Meeting]
    costs: Mapping[str, Sequence[float]] = field(default_factory=dict)
    pauses: Sequence[int] = ()
    most: Mapping[int, Sequence[int]] = field(default_factory=dict)
    busy: Sequence[int] = ()
    idle: int = 1

    @property
    def stride(self) -> int:
        """Bits from one day to the next."""
        return self.slots + 1


Plan = list[Spot | None]


def cost(conference: Conference, plan: Plan) -> float:
    """How good a plan is, the less the better; see the weights."""
    total = 0.0
    busy = list(conference.busy or [0] * len(conference.free))
    for meeting, spot in zip(conference.meetings, plan, strict=True):
        if spot is None:
            total += UNPLACED
            continue
        total += conference.costs[meeting.format][spot[0]]
        for person in meeting.people:
            busy[person] |= run(meeting.length) << spot[0]
    return total + sum(_days(conference, slots) for slots in busy)


def _days(conference: Conference, busy: int) -> float:
    total, day_bits = 0.0, run(conference.stride)
    while busy:
        day, busy = busy & day_bits, busy >> conference.stride
        if day:
            count = day.bit_count()
            total += GAP * (gaps(day, conference.idle)) + CROWD * count * (count - 1) / 2
    return total


def run(length: int) -> int:
    """That many slots, from the first on."""
    return (1 << length) - 1


def gaps(busy: int, idle: int) -> int:
    """How many runs of at least `idle` idle slots lie between busy ones; -1 if none is busy."""
    for _ in range(1, idle):
        busy |= busy << 1
    return (busy & ~(busy << 1)).bit_count() - 1


def starts(free: int, length: int) -> int:
    """Where that many free slots begin."""
    for _ in range(1, length):
        free &= free >> 1
    return free
