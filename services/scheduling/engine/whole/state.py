"""A plan under work: who is busy when, which rooms are free, and what a meeting more costs."""

from collections.abc import Iterator, Sequence

import numpy as np

from services.scheduling.engine.whole.problem import CROWD, GAP, Conference, Plan, Spot, gaps, run, starts


class State:
    """Keeps every rule: a meeting is only ever put where all its people and a fitting room are free."""

    def __init__(self, conference: Conference) -> None:
        self.conference = conference
        self.plan: Plan = [None] * len(conference.meetings)
        people = len(conference.free)
        self._pauses = conference.pauses or [0] * people
        # When no meeting, nor the pause before or after one, keeps a person; it goes on after the last day.
        self.left = [run((conference.days + 2) * conference.stride)] * people
        self.busy = list(conference.busy or [0] * people)
        self.of = [dict[int, int]() for _ in conference.free]  # each person's meeting, or the pause after it, in a slot
        self._most = {person: list(days) for person, days in conference.most.items()}
        # Rooms with few seats, then few formats, come first: what needs more finds it free.
        rooms = conference.rooms
        self._order = sorted(range(len(rooms)), key=lambda n: (rooms[n].seats, len(rooms[n].formats) or 99, n))
        self._bit = {number: 1 << place for place, number in enumerate(self._order)}
        self.rooms = _by_slot([rooms[n].slots for n in self._order], (conference.days + 1) * conference.stride)
        self._suitable: dict[tuple[str, int, frozenset[str]], int] = {}
        self._possible: dict[int, int] = {}

    def suitable(self, meeting: int) -> int:
        """The rooms (bits) that are for such a meeting at all."""
        one = self.conference.meetings[meeting]
        kind = one.format, len(one.people), one.needs
        if kind not in self._suitable:
            rooms = self.conference.rooms
            fitting = (
                bit for n, bit in self._bit.items()
                if rooms[n].seats >= kind[1] and kind[2] <= rooms[n].offers
                and (not rooms[n].formats or kind[0] in rooms[n].formats)
            )  # fmt: skip
            self._suitable[kind] = sum(fitting)
        return self._suitable[kind]

    def possible(self, meeting: int) -> int:
        """The slots (bits) in which it can begin, as far as its format and its people's own times go."""
        if meeting not in self._possible:
            one = self.conference.meetings[meeting]
            slots = one.slots
            for person in one.people:
                slots &= starts(self.conference.free[person], one.length)
            self._possible[meeting] = slots
        return self._possible[meeting]

    def times(self, meeting: int) -> int:
        """Those of them in which everybody is free still; whether a room is, is not looked at."""
        one = self.conference.meetings[meeting]
        slots = self.possible(meeting)
        for person in one.people:
            slots &= starts(self.left[person], one.length + self._pauses[person])
            for day, fit in enumerate(self._most.get(person, ())):
                if not fit:
                    slots &= ~(run(self.conference.stride) << day * self.conference.stride)
        return slots

    def free_rooms(self, meeting: int, slot: int) -> int:
        """The rooms (bits) that are for it and free for all of it, if it begins then."""
        rooms = self.suitable(meeting)
        for after in range(self.conference.meetings[meeting].length):
            rooms &= self.rooms[slot + after]
        return rooms

    def open_slots(self, meeting: int) -> Iterator[int]:
        """Slots in which it could begin, the earliest first."""
        return (slot for slot in bits(self.times(meeting)) if self.free_rooms(meeting, slot))

    def added(self, meeting: int, slot: int) -> float:
        """What the meeting costs there."""
        one, stride, idle = self.conference.meetings[meeting], self.conference.stride, self.conference.idle
        total = self.conference.costs[one.format][slot]
        start, more = slot - slot % stride, run(one.length) << slot % stride
        for person in one.people:
            day = self.busy[person] >> start & run(stride)
            if day:
                total += GAP * (gaps(day | more, idle) - gaps(day, idle)) + CROWD * one.length * day.bit_count()
        return total

    def best(self, meeting: int) -> int | None:
        """The slot that costs least, the earliest of several."""
        return min(self.open_slots(meeting), key=lambda slot: self.added(meeting, slot), default=None)

    def put(self, meeting: int, slot: int, room: int | None = None) -> None:
        """Places it there, in this room or the first fitting one; both have to be free."""
        free = self.free_rooms(meeting, slot) & (-1 if room is None else self._bit[room])
        assert free and self.times(meeting) >> slot & 1, "the spot is not free"
        lowest = free & -free
        self.plan[meeting] = slot, self._order[lowest.bit_length() - 1]
        self._turn(meeting, slot, lowest, -1)
        for person in self.conference.meetings[meeting].people:
            self.of[person] |= dict.fromkeys(self.span(meeting, person, slot), meeting)

    def take_out(self, meeting: int) -> Spot:
        """Frees its spot, which is returned."""
        spot = self.plan[meeting]
        assert spot is not None, "it has no spot"
        self.plan[meeting] = None
        self._turn(meeting, spot[0], self._bit[spot[1]], 1)
        for person in self.conference.meetings[meeting].people:
            for slot in self.span(meeting, person, spot[0]):
                del self.of[person][slot]
        return spot

    def span(self, meeting: int, person: int, slot: int) -> range:
        """The slots the meeting takes from the person, if it begins then, with the pause after it."""
        return range(slot, slot + self.conference.meetings[meeting].length + self._pauses[person])

    def fits(self, meeting: int, spot: Spot) -> bool:
        """Whether the meeting could be exactly there."""
        slot, room = spot
        return bool(self.free_rooms(meeting, slot) & self._bit[room] and self.times(meeting) >> slot & 1)

    def _turn(self, meeting: int, slot: int, room: int, fit: int) -> None:
        """Free becomes taken, or taken free; `fit`: how many meetings more fit in the day."""
        one = self.conference.meetings[meeting]
        for after in range(one.length):
            self.rooms[slot + after] ^= room
        for person in one.people:
            self.left[person] ^= run(one.length + self._pauses[person]) << slot
            self.busy[person] ^= run(one.length) << slot
            if person in self._most:
                self._most[person][slot // self.conference.stride] += fit


def _by_slot(rooms: Sequence[int], slots: int) -> list[int]:
    """[slot]: the rooms (bits) that are open then, of each room's slots (bits)."""
    size = -(-slots // 8)
    packed = np.frombuffer(b"".join(room.to_bytes(size, "little") for room in rooms), np.uint8).reshape(-1, size)
    open_then = np.unpackbits(packed, axis=1, count=slots, bitorder="little").T
    return [int.from_bytes(row.tobytes(), "little") for row in np.packbits(open_then, axis=1, bitorder="little")]


def bits(mask: int) -> Iterator[int]:
    """The numbers of the bits that are set, ascending."""
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest
