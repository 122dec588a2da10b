"""Rooms of one workspace, counted apart until it is known which of them everybody could read."""

from collections.abc import Iterable

from services.attendee.importers.authors import Authors
from services.attendee.importers.interaction import MAX_KEYS, ImportFailed, Tally

MAX_ROOMS = 20_000


class Room:
    """What was said in one room."""

    def __init__(self) -> None:
        self.tally = Tally()
        self.authors = Authors(self.tally)


class Rooms:
    """Rooms by name or id."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._rooms: dict[str, Room] = {}

    def room(self, name: str) -> Room:
        """The room of this name. Raises ImportFailed for one room too many, or when all hold too much."""
        if name not in self._rooms and len(self._rooms) >= MAX_ROOMS:
            raise ImportFailed(f"it has more than {MAX_ROOMS} rooms; import fewer at a time")
        return self._rooms.setdefault(name, Room())

    def check(self) -> None:
        """Raises ImportFailed when all rooms together hold too much; call it once a file."""
        if sum(room.tally.keys() for room in self._rooms.values()) > MAX_KEYS:
            raise ImportFailed(f"more than {MAX_KEYS} different pairs, kinds and months; import fewer rooms")

    def finish(self, public: Iterable[str], bots: frozenset[str]) -> None:
        """Count the public rooms, and the others as private; never what bots said or were told."""
        open_to_all = frozenset(public)
        for name, room in self._rooms.items():
            room.authors.finish()
            if name in open_to_all:
                self._tally.merge(room.tally, bots)
                continue
            for seen, times in room.tally.counts():
                if seen.actor not in bots and seen.target not in bots:
                    self._tally.add_private(seen.actor, seen.target, seen.month, times)
        self._rooms.clear()
