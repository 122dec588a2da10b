"""Candidates for suggestions, by route: a tie; a common friend; a shared interest; an open table for who is left."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from math import log1p

import numpy as np

from services.matchmaking.engine.graph import Edges, strongest, two_steps_away
from services.matchmaking.engine.model import (
    FLOORS,
    FRIEND_OF_FRIEND,
    OPEN_TABLE,
    SHARED_INTEREST,
    TIE,
    WIDTHS,
    Candidate,
    Problem,
    ordered,
    weight,
)

# Bounds on what one person can cost, however many namesakes in interest there are.
NAMESAKES = 40
NEIGHBOURS = 20


def ties(problem: Problem) -> Edges:
    """Everybody with a tie, room on both sides, and not spent."""
    edges, count = problem.ties, len(problem.people)
    room = np.array([person.room > 0 for person in problem.people], bool)
    spent = np.fromiter((a * count + b for a, b in problem.spent), np.int64, len(problem.spent))
    keep = room[edges.a] & room[edges.b] & ~np.isin(edges.a * count + edges.b, spent)
    weights = FLOORS[TIE] + WIDTHS[TIE] * edges.weight[keep]
    return Edges(count, edges.a[keep], edges.b[keep], weights)


def friends_of_friends(problem: Problem, needy: Iterable[int]) -> Iterator[Candidate]:
    """For each of ``needy``, people with room who share friends: better with more and stronger ties between."""
    if problem.strength is None:
        return
    welcome = np.array([person.room > 0 for person in problem.people], bool)
    seeking = np.fromiter(needy, np.int64)
    some, others = two_steps_away(strongest(problem.strength.friends), seeking, welcome)
    apart = problem.ties.of(some, others) == 0
    some, others = some[apart], others[apart]
    scores = problem.strength.of(some, others).probability
    for one, other, score in zip(some.tolist(), others.tolist(), scores.tolist(), strict=True):
        a, b = ordered(one, other)
        yield Candidate(a, b, weight(FRIEND_OF_FRIEND, score), FRIEND_OF_FRIEND)


def shared_interests(problem: Problem, needy: Iterable[int]) -> Iterator[Candidate]:
    """For each of ``needy``, people with room and an interest in common: the rarer, the better."""
    holders: dict[str, list[int]] = defaultdict(list)
    for position, holder in enumerate(problem.people):
        for interest in set(holder.interests):
            holders[interest].append(position)
    for person in needy:
        offered: set[int] = set()
        own = sorted(set(problem.people[person].interests), key=lambda name: (len(holders[name]), name))
        for interest in own:
            quality = 1 / (1 + log1p(len(holders[interest])))
            for other in _others(problem, holders[interest], person, NAMESAKES):
                if other not in offered:
                    offered.add(other)
                    a, b = ordered(person, other)
                    yield Candidate(a, b, weight(SHARED_INTEREST, quality), SHARED_INTEREST, interest)


def open_tables(problem: Problem, needy: Iterable[int]) -> Iterator[Candidate]:
    """For each of ``needy``, whoever has room, nearest in the list first."""
    everybody = range(len(problem.people))
    for person in needy:
        for distance, other in enumerate(_others(problem, everybody, person, NEIGHBOURS)):
            a, b = ordered(person, other)
            yield Candidate(a, b, weight(OPEN_TABLE, 1 / (2 + distance)), OPEN_TABLE)


def _others(problem: Problem, members: Sequence[int], person: int, limit: int) -> Iterator[int]:
    """Up to ``limit`` of a sorted list who can be suggested to ``person``, going round from them on: so not everybody
    is offered the same few."""
    start = bisect_right(members, person)
    found = 0
    for step in range(len(members)):
        other = members[(start + step) % len(members)]
        if other == person or problem.people[other].room <= 0 or ordered(person, other) in problem.spent:
            continue
        yield other
        found += 1
        if found == limit:
            return
