"""How often somebody may do something: a count in a window, kept in memory for those who did it lately."""

from collections import OrderedDict
from datetime import datetime, timedelta

from services.kit.errors import HallwayError
from services.portal.domain.language import N_

REMEMBERED = 10_000  # people; the oldest window is forgotten first


class TooMany(HallwayError):
    """Somebody did something too often; the same request may succeed later."""


class Rate:
    """At most ``most`` times in ``window`` for each person, counted from their first time in it."""

    def __init__(self, most: int, window: timedelta) -> None:
        self._most, self._window = most, window
        self._counts: OrderedDict[str, tuple[datetime, int]] = OrderedDict()

    def count(self, who: str, now: datetime) -> None:
        """Counts one more; raises TooMany."""
        since, before = self._counts.get(who, (now, 0))
        if now - since >= self._window:
            since, before = now, 0
        self._counts[who] = (since, before + 1)
        self._counts.move_to_end(who)
        while len(self._counts) > REMEMBERED:
            self._counts.popitem(last=False)
        if before >= self._most:
            raise TooMany(N_("That was too often in a short time. Wait a minute, then go on."))
