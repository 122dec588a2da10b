"""Turns interactions between addresses into interactions between attendees; all others are dropped."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from services.attendee.domain.tie import MONTH, PairCount


class Between(Protocol):
    """One interaction between two addresses."""

    @property
    def actor(self) -> str:
        """Address of who turned to the other."""

    @property
    def target(self) -> str:
        """Address of the other."""

    @property
    def kind(self) -> str:
        """Such as reply."""

    @property
    def month(self) -> str:
        """YYYY-MM, or empty."""


class Archive(Protocol):
    """What an importer found: interactions between addresses, as counts."""

    messages: int
    unresolved: int

    def counts(self) -> Iterable[tuple[Between, int]]:
        """Each distinct interaction with how often it happened."""

    def names(self, address: str) -> Collection[str]:
        """Every address of the person who has this one."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """Interactions of attendees with each other, and how many were with somebody else."""

    counts: list[PairCount]
    strangers: int


def resolve(archive: Archive, attendees: Mapping[str, UUID]) -> Resolved:
    """`attendees` are ids by address, in lower case."""
    people: dict[str, UUID | None] = {}

    def who(address: str) -> UUID | None:
        if address not in people:
            people[address] = _attendee(archive, address, attendees)
        return people[address]

    counts, strangers = [], 0
    for between, count in archive.counts():
        actor, target = who(between.actor), who(between.target)
        if actor is None or target is None:
            strangers += count
        elif actor != target:
            month = between.month if MONTH.fullmatch(between.month) else ""
            counts.append(PairCount(actor, target, between.kind, month, count))
    return Resolved(counts, strangers)


def _attendee(archive: Archive, address: str, attendees: Mapping[str, UUID]) -> UUID | None:
    """Whoever registered this address, or else the first of the other names the same person used."""
    for name in (address, *sorted(archive.names(address))):
        if name in attendees:
            return attendees[name]
    return None
