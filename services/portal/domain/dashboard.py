"""What organizers see of a conference: counts and who is left out. No answer of anybody is in it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.portal.domain.language import N_

# Why somebody has no session yet, in words for organizers; the first that applies is told.
REASONS = {
    "not_joined": N_("has not joined yet"),
    "paused": N_("has paused: wants no new suggestion"),
    "unplaced": N_("matched, waits for a slot"),
    "suggested": N_("a suggestion waits for an answer"),
    "between": N_("has ties, the next suggestion is being worked out"),
    "no_tie": N_("no tie and no suggestion yet"),
}


ASKED_AT_LEAST, ROUNDED_TO = 10, 5


def again_shown(asked: int, again: int) -> int | None:
    """How many would meet again, so told that it gives nobody away: of ten people at least, rounded down to fives."""
    return again // ROUNDED_TO * ROUNDED_TO if asked >= ASKED_AT_LEAST else None


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Somebody with no session ahead or behind them, and why; reason is a key of REASONS."""

    attendee_id: UUID
    name: str
    reason: str

    @property
    def words(self) -> str:
        """The reason in words."""
        return REASONS[self.reason]


@dataclass(frozen=True, slots=True)
class Latest:
    """A session as it last changed; times are None while it is unplaced."""

    session_id: UUID
    state: str
    format: str
    place_name: str
    starts_at: datetime | None
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Dashboard:
    """People: registered to matched, and reached; sessions: scheduled to cancelled."""

    registered: int  # have a ticket, joined or not
    joined: int
    with_ties: int  # joined, and a tie to somebody else who joined
    suggested: int  # ever had a suggestion
    matched: int  # ever had a match
    people_reached: int  # with a session scheduled or held
    people_met: int  # with a session held
    missed_by: int  # with a session that did not happen
    recovered: int  # of these, with a later one scheduled or held
    scheduled: int
    unplaced: int
    held: int
    missed: int
    cancelled: int
    would_meet_again: int | None  # people, rounded down; None: too few said how it was
    left_out_total: int
    left_out: tuple[LeftOut, ...]  # the first of them, by name
    latest: tuple[Latest, ...]  # newest first
