"""Integrators' tokens: what they open, and how one is made and recognised."""

import hashlib
import secrets
from dataclasses import dataclass
from uuid import UUID

from services.kit.errors import Forbidden, Problem

ADMIN = "admin"  # everything, every conference unless the token is bound to one
SCOPES = frozenset({ADMIN, "registrations:write", "programme:write", "sources:write", "read", "attendees:act"})
PREFIX = "hallway_"  # secret scanners know a leaked token by it


@dataclass(frozen=True, slots=True)
class Token:
    """Who calls; a conference_id binds the token to that conference."""

    id: UUID
    name: str
    scopes: frozenset[str]
    conference_id: UUID | None

    def require(self, scope: str) -> None:
        """Raises Forbidden, naming the scope that is missing."""
        if scope not in self.scopes and ADMIN not in self.scopes:
            raise Forbidden(f"the token {self.name} lacks the scope {scope}; make one that has it")

    def require_conference(self, conference_id: UUID | None) -> None:
        """Raises Forbidden outside the conference the token is bound to; None: not about one conference."""
        if self.conference_id is not None and self.conference_id != conference_id:
            raise Forbidden(f"the token {self.name} is bound to another conference; make one for this conference")


def new_secret() -> str:
    """What the integrator keeps; 256 random bits."""
    return PREFIX + secrets.token_urlsafe(32)


def digest(secret: str) -> bytes:
    """What is stored instead: the secret is random, so a plain hash cannot be searched."""
    return hashlib.sha256(secret.encode()).digest()


def scope_problems(scopes: list[str]) -> list[Problem]:
    """What is wrong with the scopes asked for a new token."""
    known = ", ".join(sorted(SCOPES))
    if not scopes:
        return [Problem("scopes", f"give at least one scope of {known}")]
    return [
        Problem(f"scopes[{i}]", f"there is no scope {scope[:40]!r}; known are {known}")
        for i, scope in enumerate(scopes)
        if scope not in SCOPES
    ]
