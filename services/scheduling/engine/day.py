"""One day of a group: its slots, and which of them each rule of the model allows."""

from collections.abc import Collection, Iterator
from copy import copy
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

import numpy as np

from services.scheduling.domain.formats import Format
from services.scheduling.domain.interval import Interval
from services.scheduling.domain.programme import MAX_BREAK
from services.scheduling.domain.venue import MAX_TRAVEL_MINUTES, Place
from services.scheduling.engine.model import BUFFER, Booked, Model
from services.scheduling.engine.slots import Seconds, around, bounds, days, inside, spans, starts, within
from services.scheduling.engine.tables import Bools, Ints

MARGIN = int(BUFFER.total_seconds())
FARTHEST = 60 * max(MAX_BREAK, MAX_TRAVEL_MINUTES)  # seconds from which a session of another day can matter


class Rule(StrEnum):
    """What must hold of a spot; a refusal names the fewest of these that stand in the way."""

    TIMES = "times"  # the people said they can meet then
    TALKS = "talks"  # none of them gives a talk, or hears one they starred
    SESSIONS = "sessions"  # none of them is in another session, or still on the way
    WISHES = "wishes"  # breaks, and sessions a day
    NEEDS = "needs"  # quiet, step-free
    OPEN = "open"  # the place is open
    TABLES = "tables"  # and has a free table


PEOPLE = (Rule.TIMES, Rule.TALKS, Rule.SESSIONS, Rule.WISHES)
VENUE = (Rule.NEEDS, Rule.OPEN, Rule.TABLES)


@dataclass(frozen=True, slots=True)
class Group:
    """The people of one match and the format they meet in."""

    attendee_ids: tuple[UUID, ...]
    format: Format


class Day:
    """A local day with at least one slot left; arrays are [slot], [place] or [slot, place] over `places`."""

    def __init__(self, model: Model, group: Group, day: date, slots: Seconds, suitable: Ints) -> None:
        assert model.conference is not None
        self.model, self.group, self.date, self.slots = model, group, day, slots
        self.suitable = suitable  # numbers into model.rooms
        self.zone = model.conference.time_zone
        self.bounds = bounds(day, self.zone)
        self.length = int(group.format.length.total_seconds())
        self.people = [model.people[attendee_id] for attendee_id in group.attendee_ids]
        # Of each person: sessions near enough to matter to the rules, those of this day, talks.
        self.near = [[b for b in person.sessions if self._touches(b.span)] for person in self.people]
        self.booked = [[b for b in sessions if self.bounds[0] <= b.span[0] < self.bounds[1]] for sessions in self.near]
        self.talks = [[talk for talk in map(around, person.talks) if self._touches(talk)] for person in self.people]

    def place(self, column: int) -> Place:
        """The place of a column."""
        return self.model.rooms.places[self.suitable[column]]

    def allowed(self, rule: Rule) -> Bools:
        """[slot, place], either of them 1 where it makes no difference."""
        return _RULES[rule](self)

    def fits(self, rules: Collection[Rule]) -> Bools:
        """[slot, place]: what all the rules allow."""
        result = np.ones((len(self.slots), len(self.suitable)), np.bool_)
        for rule in rules:
            result = result & self.allowed(rule)
        return result

    def narrowed(self, slots: Bools) -> "Day":
        """The same day with those slots only."""
        day = copy(self)
        day.slots = self.slots[slots]
        return day

    def _touches(self, span: tuple[int, int]) -> bool:
        since, until = span
        return since < self.bounds[1] + FARTHEST and until > self.bounds[0] - FARTHEST

    def _times(self) -> Bools:
        result = np.ones(len(self.slots), np.bool_)
        for person in self.people:
            if person.free:
                free = np.array([within(interval) for interval in person.free], np.int64)
                inside = (self.slots[:, None] >= free[:, 0]) & (self.slots[:, None] + self.length <= free[:, 1])
                result &= inside.any(axis=1)
        return result[:, None]

    def _talks(self) -> Bools:
        result = np.ones(len(self.slots), np.bool_)
        for since, until in (talk for talks in self.talks for talk in talks):
            result &= (self.slots + self.length + MARGIN <= since) | (self.slots >= until)
        return result[:, None]

    def _sessions(self) -> Bools:
        """By building, as the way to the next session is longer from some than from others."""
        rooms = self.model.rooms
        result = np.ones((len(self.slots), len(rooms.buildings)), np.bool_)
        for booked in (booked for sessions in self.near for booked in sessions):
            result &= self._apart(booked, self.model.ways(booked.building))
        return result[:, rooms.building[self.suitable]]

    def _apart(self, booked: Booked, seconds: Seconds) -> Bools:
        since, until = booked.span
        gap = np.maximum(seconds, MARGIN)
        return (self.slots[:, None] + self.length + gap <= since) | (self.slots[:, None] >= until + gap)

    def _wishes(self) -> Bools:
        result = np.ones((len(self.slots), 1), np.bool_)
        for person, near, today in zip(self.people, self.near, self.booked, strict=True):
            if 0 < person.wishes.most_a_day <= len(today):
                return np.zeros_like(result)
            pause = np.array([person.wishes.break_minutes * 60], np.int64)
            for booked in near if person.wishes.break_minutes else ():
                result &= self._apart(booked, pause)
        return result

    def _needs(self) -> Bools:
        rooms = self.model.rooms
        result = np.ones(len(self.suitable), np.bool_)
        for wishes in (person.wishes for person in self.people):
            if wishes.quiet:
                result &= rooms.quiet[self.suitable]
            if wishes.step_free:
                result &= rooms.step_free[self.suitable]
        return result[None, :]

    def clocks(self) -> Bools:
        """[slot, place]: whether the format's hours are kept by the place's clock too, if it has one of its own."""
        rooms, format = self.model.rooms, self.group.format
        result = np.ones((len(self.slots), len(rooms.places)), np.bool_)
        for n in rooms.with_clock:
            there = spans(self.date, format.opens, format.closes, self.zone, rooms.places[n].time_zone)
            result[:, n] = inside(there, self.slots, self.length)
        return result[:, self.suitable]

    def _open(self) -> Bools:
        return self.clocks() & self.model.rooms.open(self.date, self.zone, self.slots, self.length)[:, self.suitable]

    def _tables(self) -> Bools:
        rooms = self.model.rooms
        return self.model.tables.free(self.bounds, self.slots, self.length)[:, rooms.number[self.suitable]]


_RULES = {
    Rule.TIMES: Day._times,
    Rule.TALKS: Day._talks,
    Rule.SESSIONS: Day._sessions,
    Rule.WISHES: Day._wishes,
    Rule.NEEDS: Day._needs,
    Rule.OPEN: Day._open,
    Rule.TABLES: Day._tables,
}


def days_left(model: Model, group: Group) -> Iterator[Day]:
    """The days on which the format has slots left, in order."""
    if model.conference is None:
        return
    suitable = suitable_places(model, group)
    soonest = around(Interval(model.now, model.now + group.format.notice))[1]
    for day in days(model.conference):
        slots = starts(day, group.format, model.conference.time_zone)
        if len(slots) and slots[-1] >= soonest:
            yield Day(model, group, day, slots[slots >= soonest], suitable)


def suitable_places(model: Model, group: Group) -> Ints:
    """The places for such a format and so many people, as numbers into model.rooms; none if it is for fewer."""
    size = len(group.attendee_ids)
    if size > group.format.people or not model.places:
        return np.empty(0, np.int64)
    return np.flatnonzero(model.rooms.suit(group.format.name, size))
