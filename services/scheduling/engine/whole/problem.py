"""The model of a whole conference: times and rooms are bits of whole numbers, so that a rule is one `and`.

A bit is a slot: `day * (slots a day + 1) + slot`. The bit after a day's last slot is never used, so that a run of busy
slots ends with its day.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

GAP = 3.0  # an idle gap more in a person's day
CROWD = 0.5  # each pair of sessions a person has on one day: days, and people, take turns
UNPLACED = 1_000.0  # everybody placed comes before everything else

Spot = tuple[int, int]  # slot bit number, room number


@dataclass(frozen=True, slots=True)
class Meeting:
    """People (numbers) who meet in a format, and the slots (bits) the format can be in."""

    people: tuple[int, ...]
    format: str
    slots: int


@dataclass(frozen=True, slots=True)
class Room:
    """One meeting at a time; `formats` empty: any; `slots`: when it is open (bits)."""

    seats: int
    formats: frozenset[str]
    slots: int


@dataclass(frozen=True)
class Conference:
    """What is to be planned. `free`: when each person can meet (bits); `costs`: of each slot bit, by format."""

    days: int
    slots: int
    free: Sequence[int]
    rooms: Sequence[Room]
    meetings: Sequence[Meeting]
    costs: Mapping[str, Sequence[float]] = field(default_factory=dict)

    @property
    def stride(self) -> int:
        """Bits from one day to the next."""
        return self.slots + 1


Plan = list[Spot | None]


def cost(conference: Conference, plan: Plan) -> float:
    """How good a plan is, the less the better; see the weights."""
    total = 0.0
    busy = [0] * len(conference.free)
    for meeting, spot in zip(conference.meetings, plan, strict=True):
        if spot is None:
            total += UNPLACED
            continue
        total += conference.costs[meeting.format][spot[0]]
        for person in meeting.people:
            busy[person] |= 1 << spot[0]
    return total + sum(_days(conference, slots) for slots in busy)


def _days(conference: Conference, busy: int) -> float:
    total, day_bits = 0.0, (1 << conference.stride) - 1
    while busy:
        day, busy = busy & day_bits, busy >> conference.stride
        if day:
            count = day.bit_count()
            total += GAP * (runs(day) - 1) + CROWD * count * (count - 1) / 2
    return total


def runs(busy: int) -> int:
    """How many runs of busy slots there are."""
    return (busy & ~(busy << 1)).bit_count()
