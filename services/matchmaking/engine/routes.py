"""Candidates for suggestions, by route: a tie; a common friend; a shared interest; an open table for who is left."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from math import exp, log1p

from services.matchmaking.engine.model import (
    FRIEND_OF_FRIEND,
    OPEN_TABLE,
    SHARED_INTEREST,
    TIE,
    Candidate,
    Problem,
    ordered,
    weight,
)

# Bounds on what one person can cost, however many friends or namesakes in interest there are.
FRIENDS = 40
NAMESAKES = 40
NEIGHBOURS = 20


def ties(problem: Problem) -> Iterator[Candidate]:
    """Everybody with a tie and room on both sides."""
    people = problem.people
    for (a, b), strength in problem.ties.items():
        if people[a].room > 0 and people[b].room > 0:
            yield Candidate(a, b, weight(TIE, strength), TIE)


def friends_of_friends(problem: Problem, needy: Iterable[int]) -> Iterator[Candidate]:
    """For each of ``needy``, people who share friends: better with more and stronger common ties."""
    friends = _friends(problem)
    for person in needy:
        common: dict[int, float] = defaultdict(float)
        for friend, near in friends.get(person, ()):
            for other, far in friends[friend]:
                if other != person and ordered(person, other) not in problem.ties:
                    common[other] += near * far
        for other, score in common.items():
            a, b = ordered(person, other)
            yield Candidate(a, b, weight(FRIEND_OF_FRIEND, 1 - exp(-score)), FRIEND_OF_FRIEND)


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


def _friends(problem: Problem) -> dict[int, list[tuple[int, float]]]:
    """Each person's strongest ties, at most FRIENDS."""
    friends: dict[int, list[tuple[int, float]]] = defaultdict(list)
    for (a, b), strength in problem.ties.items():
        friends[a].append((b, strength))
        friends[b].append((a, strength))
    return {p: sorted(near, key=lambda friend: (-friend[1], friend[0]))[:FRIENDS] for p, near in friends.items()}


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
