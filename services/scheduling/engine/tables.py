"""Which numbered tables are taken when: a bit a table, 64 to a word, a row of words for each cell of the slot grid."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
import numpy.typing as npt

from services.scheduling.domain.interval import Interval
from services.scheduling.domain.venue import Place
from services.scheduling.engine.slots import CELL, Seconds

WORD = 64
FULL = np.uint64(0xFFFF_FFFF_FFFF_FFFF)

Ints = npt.NDArray[np.int64]
Words = npt.NDArray[np.uint64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Taken:
    """Tables taken, four arrays of one length: place (its number in the venue), table, first cell, end cell."""

    place: Ints
    table: Ints
    first: Ints
    end: Ints

    @classmethod
    def none(cls) -> "Taken":
        """An empty venue."""
        return cls(*(np.empty(0, np.int64) for _ in range(4)))


class Layout:
    """Which words hold the tables of each place of a venue."""

    def __init__(self, places: Sequence[Place]) -> None:
        self.number = {place.id: number for number, place in enumerate(places)}
        words = np.array([-(-place.capacity // WORD) for place in places], np.int64)
        self.first_word: Ints = np.concatenate([[0], np.cumsum(words)]).astype(np.int64)
        self.missing = _missing_tables(places)
        # Ids in two halves, and the places by the lower one: to find many at once.
        halves = [(place.id.int >> 64, place.id.int & int(FULL)) for place in places]
        self.ids: Words = np.array(halves, np.uint64).reshape(-1, 2)
        self.by_low: Ints = np.argsort(self.ids[:, 1])
        self.lows: Words = self.ids[self.by_low, 1]


class Tables:
    """The tables of a venue. Rows of bits are made for a day when it is looked at, so memory follows the days."""

    def __init__(self, layout: Layout, taken: Taken | None = None) -> None:
        self._number, self._first_word, self._missing = layout.number, layout.first_word, layout.missing
        self._taken = taken or Taken.none()
        self._length = int((self._taken.end - self._taken.first).max(initial=0))
        self._days: dict[tuple[int, int], Words] = {}
        self._late: list[tuple[int, int, int, int]] = []  # taken since, in the order of Taken's arrays

    def take(self, place_id: UUID, table_no: int, during: Interval) -> None:
        """Marks a table as taken; one of a place the venue does not have is nobody's loss."""
        number = self._number.get(place_id)
        if number is None:
            return
        row = (number, table_no, *cells(during))
        self._late.append(row)
        for (lo, hi), taken in self._days.items():
            self._mark(taken, lo, hi, [row])

    def free(self, day: tuple[int, int], starts: Seconds, length: int) -> Bools:
        """[slot, place]: whether a table is free for all of a slot; `length` in seconds, `day` from when to when."""
        taken = self._during(day, starts, length)
        if len(self._number) == taken.shape[1]:  # one word a place, as nearly everywhere
            return taken != FULL
        return np.logical_or.reduceat(taken != FULL, self._first_word[:-1], axis=1)

    def of(self, day: tuple[int, int], place: Place) -> tuple[int, Bools]:
        """The first cell of the day, and [cell, table]: which tables of the place are free."""
        number, (lo, rows) = self._number[place.id], self._day(day)
        words = ~rows[:, self._first_word[number] : self._first_word[number + 1]]
        free = np.unpackbits(np.ascontiguousarray(words).view(np.uint8), axis=1, bitorder="little")
        return lo, free[:, : place.capacity].astype(np.bool_)

    def lowest_free(self, day: tuple[int, int], place_id: UUID, start: int, length: int) -> int | None:
        """The lowest free table of the place, None when all are taken."""
        number = self._number[place_id]
        taken = self._during(day, np.array([start]), length)[0]
        for word in range(self._first_word[number], self._first_word[number + 1]):
            if taken[word] != FULL:
                free = ~int(taken[word]) & int(FULL)
                return int((word - self._first_word[number]) * WORD) + (free & -free).bit_length()
        return None

    def _during(self, day: tuple[int, int], starts: Seconds, length: int) -> Words:
        """[slot, word]: every table that is taken at some moment of the slot."""
        lo, rows = self._day(day)
        first, beyond = starts // CELL - lo, -(-(starts + length) // CELL) - lo
        taken = rows[first]
        for step in range(1, int((beyond - first).max(initial=0))):
            taken = taken | rows[np.minimum(first + step, beyond - 1)]
        return taken

    def _day(self, day: tuple[int, int]) -> tuple[int, Words]:
        lo, hi = day[0] // CELL, -(-day[1] // CELL)
        if (lo, hi) not in self._days:
            rows = np.tile(self._missing, (hi - lo, 1))
            there = (self._taken.first < hi) & (self._taken.end > lo)
            place, table = self._taken.place[there], self._taken.table[there]
            first, end = self._taken.first[there], self._taken.end[there]
            word, bit = self._first_word[place] + (table - 1) // WORD, _bits(table)
            for step in range(self._length):
                cell = first + step
                here = (cell < end) & (cell >= lo) & (cell < hi)
                np.bitwise_or.at(rows, (cell[here] - lo, word[here]), bit[here])
            self._mark(rows, lo, hi, self._late)
            self._days[lo, hi] = rows
        return lo, self._days[lo, hi]

    def _mark(self, rows: Words, lo: int, hi: int, late: Sequence[tuple[int, int, int, int]]) -> None:
        for place, table, first, end in late:
            word = self._first_word[place] + (table - 1) // WORD
            rows[max(first, lo) - lo : max(min(end, hi) - lo, 0), word] |= np.uint64(1 << (table - 1) % WORD)


def cells(during: Interval) -> tuple[int, int]:
    """The grid cells an interval touches, as (first, end); one that is off the grid takes the whole cell."""
    return int(during.starts_at.timestamp()) // CELL, -(-int(during.ends_at.timestamp()) // CELL)


def _bits(table: Ints) -> Words:
    return np.left_shift(np.uint64(1), ((table - 1) % WORD).astype(np.uint64))


def _missing_tables(places: Sequence[Place]) -> Words:
    """Bits beyond a place's capacity are set: a table that is not there is never free."""
    return np.array(list(_missing_words(places)), np.uint64)


def _missing_words(places: Sequence[Place]) -> Iterator[int]:
    for place in places:
        for start in range(0, place.capacity, WORD):
            there = min(place.capacity - start, WORD)
            yield int(FULL) & ~((1 << there) - 1)
