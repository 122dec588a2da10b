"""Suggestions, what people answer to them, and the matches that follow."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class Route(StrEnum):
    """How two people came to be suggested to each other."""

    TIE = "tie"
    FRIEND_OF_FRIEND = "friend_of_friend"
    SHARED_INTEREST = "shared_interest"
    OPEN_TABLE = "open_table"
    TABLE = "table"  # of 3 to 8 people; the others are of two
    ORGANIZER = "organizer"
    HERE_NOW = "here_now"  # both asked for company at once


class SuggestionState(StrEnum):
    """Never tells of an answer: a suggestion somebody said no to stays open until it expires."""

    OPEN = "open"
    MATCHED = "matched"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class MatchState(StrEnum):
    """``over``: its session was held, missed or cancelled."""

    MADE = "made"
    CANCELLED = "cancelled"
    OVER = "over"


class Answer(StrEnum):
    """What one person says to a suggestion. Only that person ever sees it."""

    YES = "yes"
    NOT_NOW = "not_now"
    NO = "no"


class ExclusionReason(StrEnum):
    """Why somebody does not want somebody suggested."""

    MET = "met"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True)
class Evidence:
    """A reason both people may see: interactions in one public source and kind, or an interest in common."""

    source_id: UUID | None = None
    source_name: str = ""
    kind: str = ""
    first_to_second: int = 0
    second_to_first: int = 0
    first_month: str = ""
    last_month: str = ""
    interest: str = ""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """People proposed to each other; the directions of ``evidence`` follow the order of ``attendee_ids``. ``signals``:
    what spoke for it when it was made, as the engine counts; never told to anybody. ``ranks``: for each attendee, its
    place among all their open suggestions when it was made, whatever they answered; 1 is best."""

    id: UUID
    conference_id: UUID
    attendee_ids: tuple[UUID, ...]
    route: Route
    evidence: tuple[Evidence, ...]
    format: str
    weight: float
    state: SuggestionState
    expires_at: datetime
    version: int
    signals: tuple[float, ...] | None = None
    ranks: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Match:
    """A suggestion that all its people answered yes, or enough of a table's; has that suggestion's id.
    ``attendee_ids``: who said yes."""

    id: UUID
    conference_id: UUID
    attendee_ids: tuple[UUID, ...]
    evidence: tuple[Evidence, ...]
    format: str
    state: MatchState
    version: int


@dataclass(frozen=True, slots=True)
class OwnSuggestion:
    """A suggestion as one of its people may see it; ``rank`` 1 is the best of theirs, 0: not in their list."""

    suggestion: Suggestion
    answer: Answer | None
    rank: int
