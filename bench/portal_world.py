"""A conference in the portal's read model, made up from a seed: circles of people who talk, some of whom met."""

import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import UUID

from services.portal.domain.read_model import Attendee, Match, Row, Session, Source, Suggestion, Tie

STARTS = datetime(2026, 5, 14, 8, 0, tzinfo=UTC)
FIRST = ("Ana", "Bo", "Cy", "Dora", "Emil", "Fay", "Gil", "Hana", "Ivo", "Jun", "Kai", "Lena", "Mats", "Noor", "Ole")
LAST = ("Ruiz", "Berg", "Okafor", "Lind", "Sato", "Mehta", "Novak", "Costa", "Weiss", "Haddad", "Kim", "Moreau")
PLACES = ("Window table 1", "Window table 2", "Garden table", "Café corner", "Gallery sofa", "Terrace")
SOURCES = ("the packaging list", "the chat", "code reviews")
KINDS = ("reply", "mention", "review")
CIRCLE = 40  # people who mostly talk among themselves


def world(conference: UUID, people: int, known: Sequence[UUID] = (), seed: int = 7) -> Iterator[Sequence[Row]]:
    """Rows, kind by kind: about 85 of 100 have joined, each has about four ties, a quarter of the pairs match.

    ``known``: the ids of people that are there already; what is known of them stays."""
    dice, ids = random.Random(seed), (UUID(int=(conference.int >> 64 << 64) + 1_000_000 + n) for n in count())
    attendees = [_attendee(conference, known[n] if known else next(ids), n, dice) for n in range(people)]
    yield attendees
    yield [
        Source(next(ids), 1, conference, "mbox", name, "public", "imported", 20_000, 9_000, 400, people)
        for name in SOURCES
    ]
    pairs = _pairs([a.id for a in attendees], dice)
    yield [Tie(next(ids), 1, conference, a, b, dice.randint(1, 60)) for a, b in pairs]
    joined = {a.id for a in attendees if a.state == "joined"}
    proposed = [(next(ids), a, b) for a, b in pairs if {a, b} <= joined and dice.random() < 0.6]
    matched = {id for id, *_ in proposed if dice.random() < 0.4}
    yield [_suggestion(conference, *pair, matched, dice) for pair in proposed]
    agreed = [(id, tuple(sorted(pair))) for id, *pair in proposed if id in matched]
    yield [Match(id, 1, conference, pair, "coffee", "made") for id, pair in agreed]
    yield [_session(conference, id, pair, dice) for id, pair in agreed]


def _attendee(conference: UUID, id: UUID, number: int, dice: random.Random) -> Attendee:
    name = f"{dice.choice(FIRST)} {dice.choice(LAST)}"
    state = dice.choices(("joined", "registered", "paused"), (85, 13, 2))[0]
    return Attendee(
        id, 1, conference, f"T-{number}", name, f"p{number}@example.org", state, 4, ("packaging",), ("coffee",)
    )


def _pairs(people: Sequence[UUID], dice: random.Random) -> list[tuple[UUID, UUID]]:
    """Mostly within a circle, and with those who talk most."""
    found = set()
    for at in range(len(people)):
        first = at // CIRCLE * CIRCLE
        circle = min(CIRCLE, len(people) - first)
        for _ in range(2):
            other = first + int(circle * dice.random() ** 2) if dice.random() < 0.9 else dice.randrange(len(people))
            if other != at:
                found.add((min(at, other), max(at, other)))
    return [(people[a], people[b]) for a, b in sorted(found)]


def _suggestion(conference: UUID, id: UUID, a: UUID, b: UUID, matched: set[UUID], dice: random.Random) -> Suggestion:
    evidence = {
        "source_name": dice.choice(SOURCES), "kind": dice.choice(KINDS), "first_to_second": 5, "second_to_first": 4,
        "first_month": "2026-01", "last_month": "2026-04", "interest": "",
    }  # fmt: skip
    state = "matched" if id in matched else dice.choice(("open", "expired"))
    ranks = tuple(min(dice.randint(1, 5), dice.randint(1, 5)) for _ in range(2))
    return Suggestion(id, 1, conference, (a, b), "tie", "coffee", state, STARTS, (evidence,), ranks)


def _session(conference: UUID, id: UUID, pair: tuple[UUID, ...], dice: random.Random) -> Session:
    starts = STARTS + timedelta(days=dice.randrange(2), minutes=30 * int(16 * dice.betavariate(2, 2)))
    state = dice.choices(("held", "scheduled", "unplaced", "missed", "cancelled"), (45, 35, 8, 6, 6))[0]
    place = dice.choice(PLACES)
    placed = state != "unplaced"
    return Session(
        id, 1, conference, pair, "coffee", state, UUID(int=100 + PLACES.index(place)) if placed else None,
        place if placed else "", starts if placed else None, starts + timedelta(minutes=30) if placed else None,
        0, "", STARTS - timedelta(days=1),
    )  # fmt: skip
