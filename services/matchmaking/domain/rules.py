"""The small rules of a suggestion: its format, when it expires, and which answer may follow which."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from services.kit.errors import Conflict
from services.matchmaking.domain.suggestion import Answer

TABLE_LEAST = 3  # so many yes make a table
TABLE = "table"
FORMATS = ("coffee", "lunch", TABLE, "drink", "walk", "call")  # preferred first


def choose_format(likes: Sequence[Sequence[str]]) -> str:
    """The first format that everybody likes (nothing named: anything); coffee when they agree on none."""
    return next((f for f in FORMATS if all(not liked or f in liked for liked in likes)), FORMATS[0])


def expiry(now: datetime, hours: float, conference_ends_at: datetime | None) -> datetime:
    """``hours`` from now, but not beyond the conference's end while that is still ahead."""
    due = now + timedelta(hours=hours)
    if conference_ends_at is not None and now < conference_ends_at < due:
        return conference_ends_at
    return due


def table_expiry(now: datetime, hours: float, conference_ends_at: datetime | None) -> datetime:
    """Half as long as a pair's: who said yes by then is at the table, and there must be time left for it."""
    return now + (expiry(now, hours, conference_ends_at) - now) / 2


def holds(answer: Answer | None) -> bool:
    """Whether an open suggestion counts against the budget of somebody who answered this."""
    return answer in (None, Answer.YES)


def check_answer(answer: Answer, excluded: bool) -> None:
    """Raises Conflict for a yes of somebody who said that they have met, or block, the other.

    Any other answer may be changed until the suggestion is matched or expires.
    """
    if answer is Answer.YES and excluded:
        raise Conflict(
            "answer", "You said you have met or do not want to meet this person; that cannot be undone here."
        )
