"""An attendee: a person registered for one conference, and what may be said about them."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from services.attendee.domain.handle import EMAIL, Handle, parse_handles
from services.attendee.domain.text import Problems, shown

FORMATS = ("coffee", "lunch", "table", "drink", "walk", "call")
DEFAULT_BUDGET = 3
MOST_BUDGET = 20
MOST_INTERESTS = 30


class State(StrEnum):
    """Registered has a ticket; joined said yes to networking; paused said yes, wants nothing new now."""

    REGISTERED = "registered"
    JOINED = "joined"
    PAUSED = "paused"
    CANCELLED = "cancelled"


SAID_YES = (State.JOINED, State.PAUSED)  # whose ties may be published


@dataclass(frozen=True, slots=True)
class Profile:
    """What an attendee may change about themselves; no format means any."""

    interests: tuple[str, ...]
    formats: tuple[str, ...]
    budget: int


@dataclass(frozen=True, slots=True)
class Attendee:
    """One person at one conference; `version` grows by one with each change that is published.

    `erased`: nothing is left but the ids, for the last event."""

    id: UUID
    conference_id: UUID
    ticket: str
    name: str
    email: str
    state: State
    profile: Profile
    version: int = 1
    erased: bool = False


@dataclass(frozen=True, slots=True)
class Registration:
    """What a registration system says of one ticket; `budget` 0 and empty tuples mean: it does not say."""

    ticket: str
    name: str
    email: str
    handles: frozenset[Handle]
    profile: Profile
    joined: bool


@dataclass(frozen=True, slots=True)
class Claim:
    """A registration as it was sent, not yet checked."""

    ticket: str
    name: str
    email: str
    handles: tuple[str, ...]
    interests: tuple[str, ...]
    formats: tuple[str, ...]
    budget: int
    joined: bool


def read_claim(claim: Claim, problems: Problems) -> Registration:
    """The registration claimed; whatever is wrong with it is added to `problems`."""
    ticket = problems.text("ticket", claim.ticket, 100)
    name = problems.text("name", claim.name, 200)
    email = problems.text("email", claim.email, 254)
    if email and not EMAIL.fullmatch(email):
        problems.add("email", f"email {shown(email)} is not an address such as ada@example.org")
    handles = parse_handles(claim.handles, problems)
    profile = read_profile(claim.interests, claim.formats, claim.budget, problems)
    return Registration(ticket, name, email, handles, profile, claim.joined)


def read_profile(interests: tuple[str, ...], formats: tuple[str, ...], budget: int, problems: Problems) -> Profile:
    """The profile as sent; whatever is wrong with it is added to `problems`."""
    wanted = problems.words("formats", formats, len(FORMATS), 20)
    for name in wanted:
        if name not in FORMATS:
            problems.add("formats", f"format {shown(name)} is not one of {', '.join(FORMATS)}")
    if not 0 <= budget <= MOST_BUDGET:
        problems.add("attention_budget", f"attention_budget {budget} is not between 1 and {MOST_BUDGET}")
    return Profile(problems.words("interests", interests, MOST_INTERESTS, 60), wanted, budget)
