"""Who somebody is after signing in, and why a link can be refused."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from services.portal.domain.roles import ORGANIZERS, RIGHTS, Right, Role

SESSION_LASTS = timedelta(days=30)
REQUESTS_AN_HOUR_PER_ADDRESS = 3
REQUESTS_AN_HOUR_PER_CLIENT = 30


@dataclass(frozen=True)
class Identity:
    """Somebody signed in to one conference; subject is an attendee id or an organizer's mail address."""

    subject: str
    role: Role
    conference_id: UUID

    @property
    def is_organizer(self) -> bool:
        """Whether the organizer pages are theirs."""
        return self.role in ORGANIZERS

    def may(self, right: Right) -> bool:
        """Whether their role has this right."""
        return right in RIGHTS[self.role]

    @property
    def sees_people(self) -> bool:
        """Whether lists with names are theirs."""
        return self.may(Right.SEE_PEOPLE)


class Refusal(StrEnum):
    """Why a link does not let anybody in."""

    TAMPERED = "tampered"
    EXPIRED = "expired"
    USED = "used"


class LinkRefused(Exception):
    """A sign-in link that cannot be used; identity is whose it was, where that is certain."""

    def __init__(self, refusal: Refusal, identity: Identity | None = None) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal
        self.identity = identity


def usual_address(address: str) -> str:
    """One spelling of a mail address, so that a request finds the person however they type it."""
    return address.strip().casefold()


def is_address(text: str) -> bool:
    """Whether it looks like a mail address; a mail to it decides."""
    return "@" in text[1:-1] and len(text) <= 254 and not any(c.isspace() or not c.isprintable() for c in text)
