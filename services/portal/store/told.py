"""What people tell of a session on their pages: that they run late, and for themselves how it was."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from services.portal.store.reads import Reader


@dataclass(frozen=True)
class Told:
    """Of one session: who of it is how many minutes late; one person's marks and note."""

    late: dict[UUID, int] = field(default_factory=dict)
    marks: frozenset[str] = frozenset()
    note: str = ""


async def told(reader: Reader, session_ids: Sequence[UUID], attendee_id: UUID) -> dict[UUID, Told]:
    """Of each of these sessions what this person may see: everybody's lateness, and their own marks and note."""
    late = await reader.fetch("SELECT * FROM running_late WHERE session_id = any($1)", list(session_ids))
    felt = await reader.fetch(
        "SELECT * FROM felt WHERE session_id = any($1) AND attendee_id = $2", list(session_ids), attendee_id
    )
    own = {row["session_id"]: (frozenset(row["marks"]), row["note"]) for row in felt}
    return {
        i: Told({row["attendee_id"]: row["minutes"] for row in late if row["session_id"] == i}, *own.get(i, ()))
        for i in session_ids
    }


async def run_late(reader: Reader, session_id: UUID, attendee_id: UUID, minutes: int) -> None:
    """Keeps that somebody is so late, instead of what they said before."""
    await reader.execute(
        """INSERT INTO running_late (session_id, attendee_id, minutes) VALUES ($1, $2, $3)
           ON CONFLICT (session_id, attendee_id) DO UPDATE SET minutes = excluded.minutes, said_at = now()""",
        session_id, attendee_id, minutes,
    )  # fmt: skip


async def keep(reader: Reader, session_id: UUID, attendee_id: UUID, marks: Sequence[str], note: str) -> None:
    """Keeps how it was for somebody, instead of what they said before."""
    await reader.execute(
        """INSERT INTO felt (session_id, attendee_id, marks, note) VALUES ($1, $2, $3, $4)
           ON CONFLICT (session_id, attendee_id) DO UPDATE SET marks = excluded.marks, note = excluded.note""",
        session_id, attendee_id, list(marks), note,
    )  # fmt: skip
