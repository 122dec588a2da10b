"""Ties: what two attendees' interactions add up to."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha1
from typing import NamedTuple
from uuid import UUID

from services.attendee.domain.text import Problems, shown

KINDS = ("reply", "mention", "comment", "review", "message", "boost", "follow")
MOST_AT_ONCE = 1_000_000
# Two centuries: a forged date in a mail must not make a tie of a hundred thousand months.
MONTH = re.compile(r"(?:19|20)[0-9]{2}-(?:0[1-9]|1[0-2])|")


@dataclass(frozen=True, slots=True)
class PairCount:
    """How often `actor` turned to `target`; `month` is YYYY-MM, or empty when unknown."""

    actor: UUID
    target: UUID
    kind: str
    month: str
    count: int


class PairTotal(NamedTuple):
    """Both directions between two people, a < b, of one kind in one month."""

    a: UUID
    b: UUID
    kind: str
    month: str
    a_to_b: int
    b_to_a: int


class TieCount(NamedTuple):
    """Interactions of one pair in one source, kind and month."""

    source_id: UUID
    kind: str
    month: str
    a_to_b: int
    b_to_a: int


@dataclass(frozen=True, slots=True)
class Tie:
    """a < b; without counts the tie is gone."""

    id: UUID
    conference_id: UUID
    a: UUID
    b: UUID
    counts: tuple[TieCount, ...]
    version: int


@dataclass(frozen=True, slots=True)
class Added:
    """What adding counts changed: so many ties, so many of them new to the source; those to be told of."""

    changed: int
    new: int
    told: list[Tie]


def tie_id(conference_id: UUID, a: UUID, b: UUID) -> UUID:
    """The same id whenever the pair is the same, whichever is named first."""
    low, high = (a, b) if a < b else (b, a)
    name = conference_id.bytes + f"{low}{high}".encode()  # what uuid5 does, in half its time
    return UUID(bytes=sha1(name, usedforsecurity=False).digest()[:16], version=5)


def add_up(counts: Iterable[PairCount]) -> list[PairTotal]:
    """Counts of either direction as totals, one for each pair, kind and month, in the order of the pairs."""
    totals: dict[tuple[UUID, UUID, str, str], list[int]] = {}
    for c in counts:
        forward = c.actor < c.target
        a, b = (c.actor, c.target) if forward else (c.target, c.actor)
        totals.setdefault((a, b, c.kind, c.month), [0, 0])[not forward] += c.count
    return [PairTotal(*key, *both) for key, both in sorted(totals.items())]


def check_pair_count(count: PairCount, problems: Problems) -> None:
    """Adds a problem for everything that is wrong with a count made by somebody else."""
    if count.actor == count.target:
        problems.add("target_id", "target_id is the actor; an interaction has two people")
    if count.kind not in KINDS:
        problems.add("kind", f"kind {shown(count.kind)} is not one of {', '.join(KINDS)}")
    if not MONTH.fullmatch(count.month):
        problems.add("month", f"month {shown(count.month)} is not written YYYY-MM; leave it empty if unknown")
    if not 1 <= count.count <= MOST_AT_ONCE:
        problems.add("count", f"count {count.count} is not between 1 and {MOST_AT_ONCE}")
