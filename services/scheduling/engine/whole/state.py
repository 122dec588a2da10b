"""A plan under work: who is busy when, which rooms are free, and what a meeting more costs."""

from collections.abc import Iterator

from services.scheduling.engine.whole.problem import CROWD, GAP, Conference, Plan, Spot, runs


class State:
    """Keeps every rule: a meeting is only ever put where all its people and a fitting room are free."""

    def __init__(self, conference: Conference) -> None:
        self.conference = conference
        self.plan: Plan = [None] * len(conference.meetings)
        self.left = list(conference.free)  # when each person is free still
        self.busy = [0] * len(conference.free)
        self.of = [dict[int, int]() for _ in conference.free]  # each person's meeting in a slot
        # Rooms with few seats, then few formats, come first: what needs more finds it free.
        rooms = conference.rooms
        self._order = sorted(range(len(rooms)), key=lambda n: (rooms[n].seats, len(rooms[n].formats) or 99, n))
        self._bit = {number: 1 << place for place, number in enumerate(self._order)}
        self.rooms = [
            sum(self._bit[n] for n in self._order if rooms[n].slots >> slot & 1)
            for slot in range(conference.days * conference.stride)
        ]
        self._suitable: dict[tuple[str, int], int] = {}

    def suitable(self, meeting: int) -> int:
        """The rooms (bits) that are for such a meeting at all."""
        one = self.conference.meetings[meeting]
        kind = one.format, len(one.people)
        if kind not in self._suitable:
            fitting = (
                bit for n, bit in self._bit.items()
                if self.conference.rooms[n].seats >= kind[1]
                and (not self.conference.rooms[n].formats or kind[0] in self.conference.rooms[n].formats)
            )  # fmt: skip
            self._suitable[kind] = sum(fitting)
        return self._suitable[kind]

    def times(self, meeting: int) -> int:
        """The slots (bits) in which the format can be and everybody is free; whether a room is, is not looked at."""
        one = self.conference.meetings[meeting]
        slots = one.slots
        for person in one.people:
            slots &= self.left[person]
        return slots

    def open_slots(self, meeting: int) -> Iterator[int]:
        """Slots in which it could be, the earliest first."""
        suitable = self.suitable(meeting)
        return (slot for slot in bits(self.times(meeting)) if self.rooms[slot] & suitable)

    def added(self, meeting: int, slot: int) -> float:
        """What the meeting costs there."""
        one, stride = self.conference.meetings[meeting], self.conference.stride
        total = self.conference.costs[one.format][slot]
        start, bit = slot - slot % stride, 1 << slot % stride
        for person in one.people:
            day = self.busy[person] >> start & ((1 << stride) - 1)
            if day:
                total += GAP * (runs(day | bit) - runs(day)) + CROWD * day.bit_count()
        return total

    def best(self, meeting: int) -> int | None:
        """The slot that costs least, the earliest of several."""
        return min(self.open_slots(meeting), key=lambda slot: self.added(meeting, slot), default=None)

    def put(self, meeting: int, slot: int, room: int | None = None) -> None:
        """Places it there, in this room or the first fitting one; both have to be free."""
        free = self.rooms[slot] & (self.suitable(meeting) if room is None else self._bit[room])
        assert free and self.times(meeting) >> slot & 1, "the spot is not free"
        lowest = free & -free
        self.rooms[slot] ^= lowest
        self.plan[meeting] = slot, self._order[lowest.bit_length() - 1]
        for person in self.conference.meetings[meeting].people:
            self.left[person] ^= 1 << slot
            self.busy[person] |= 1 << slot
            self.of[person][slot] = meeting

    def take_out(self, meeting: int) -> Spot:
        """Frees its spot, which is returned."""
        spot = self.plan[meeting]
        assert spot is not None, "it has no spot"
        slot, room = spot
        self.plan[meeting] = None
        self.rooms[slot] |= self._bit[room]
        for person in self.conference.meetings[meeting].people:
            self.left[person] |= 1 << slot
            self.busy[person] ^= 1 << slot
            del self.of[person][slot]
        return spot

    def fits(self, meeting: int, spot: Spot) -> bool:
        """Whether the meeting could be exactly there."""
        slot, room = spot
        free = self.rooms[slot] & self.suitable(meeting) & self._bit[room]
        return bool(free and self.times(meeting) >> slot & 1)


def bits(mask: int) -> Iterator[int]:
    """The numbers of the bits that are set, ascending."""
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest
