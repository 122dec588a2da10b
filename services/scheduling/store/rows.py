"""Rows of scheduling's tables as domain values."""

from datetime import time, timedelta
from typing import Any

from asyncpg import Range

from services.scheduling.domain.formats import Format
from services.scheduling.domain.interval import Interval
from services.scheduling.domain.session import Session, State
from services.scheduling.domain.venue import Place

# Members in a fixed order; `s` is the session.
SESSION = """
    select s.*, array(select attendee_id from session_member m where m.session_id = s.id order by 1) as attendee_ids
    from session s
"""

FORMAT = "select * from format where conference_id = $1"


def interval(value: Any) -> Interval:
    """A tstzrange; scheduling stores none without ends."""
    return Interval(value.lower, value.upper)


def span(value: Interval | None) -> Range | None:
    """The tstzrange of an interval."""
    return None if value is None else Range(value.starts_at, value.ends_at)


def session(row: Any) -> Session:
    """A row of SESSION."""
    return Session(
        id=row["id"],
        conference_id=row["conference_id"],
        attendee_ids=tuple(row["attendee_ids"]),
        format=row["format"],
        state=State(row["state"]),
        version=row["version"],
        calendar_sequence=row["calendar_sequence"],
        reason=row["reason"],
        place_id=row["place_id"],
        place_name=row["place_name"],
        table_no=row["table_no"],
        during=None if row["during"] is None else interval(row["during"]),
        asked=row["asked"],
    )


def place(row: Any) -> Place:
    """A row of table place."""
    return Place(
        row["id"], row["name"], row["capacity"], row["seats"], frozenset(row["formats"]), row["opens"], row["closes"],
        row["building"], row["quiet"], row["step_free"], tuple(map(interval, row["closed"])), row["time_zone"],
    )  # fmt: skip


def format(row: Any) -> Format:
    """A row of table format."""
    best = (text.split("-") for text in row["best"])
    return Format(
        row["name"], row["opens"], row["closes"], timedelta(minutes=row["minutes"]), timedelta(minutes=row["notice"]),
        row["people"], tuple((time.fromisoformat(first), time.fromisoformat(last)) for first, last in best),
    )  # fmt: skip
