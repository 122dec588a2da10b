"""Forms small tables of people who have room and know each other, or one another's friends."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import combinations
from typing import NamedTuple

import numpy as np

from services.matchmaking.engine import routes
from services.matchmaking.engine.graph import Edges
from services.matchmaking.engine.model import Problem
from services.matchmaking.engine.tables.seating import LARGEST
from services.matchmaking.engine.tables.solve import SMALLEST, seat

SIZE = 6  # where there are enough people: of six asked, three are likely to come
# So many people are looked at in one solve, and so often is it tried with those who were left.
MOST, ROUNDS = 4_000, 3


class Table(NamedTuple):
    """Who is to sit together, ascending, and what its weakest link weighs as a tie: ties of so much connect them."""

    people: tuple[int, ...]
    weight: float


def gather(problem: Problem, willing: Iterable[int]) -> list[Table]:
    """Tables of 3 to 8 of the ``willing`` with room, nobody at two, no spent pair at one, each connected by ties; not
    everybody gets one. Of more than MOST, those who have least come first."""
    ties, least = routes.ties(problem), lambda person: (problem.people[person].load, person)
    left, found = set(sorted(willing, key=least)[:MOST]), []
    for _ in range(ROUNDS):
        more = _round(ties, left, problem)
        if not more:
            break
        found += more
        left.difference_update(*(table.people for table in more))
    return sorted(found, key=lambda table: (-table.weight, table.people))


def seated(problem: Problem, tables: Sequence[Table]) -> Problem:
    """The conference as it will be once these are suggested."""
    people, spent = list(problem.people), set(problem.spent)
    for table in tables:
        spent.update(combinations(table.people, 2))
        for i in table.people:
            people[i] = people[i]._replace(room=people[i].room - 1, load=people[i].load + 1)
    return replace(problem, people=people, spent=spent)


def _round(ties: Edges, left: set[int], problem: Problem) -> list[Table]:
    inside = np.isin(ties.a, list(left)) & np.isin(ties.b, list(left))
    pairs = {(a, b): w for a, b, w in zip(*(c[inside].tolist() for c in (ties.a, ties.b, ties.weight)), strict=True)}
    groups = [group for group in _connected(pairs) if len(group) >= SMALLEST]
    spent = [pair for pair in problem.spent if left.issuperset(pair)] if groups else []
    whole = [group for group in groups if len(group) <= LARGEST and not _spent_inside(group, problem)]
    others = sorted(person for group in groups if group not in whole for person in group)
    return [_table(group, pairs) for group in whole + _seat(others, pairs, spent, problem)]


def _connected(pairs: Iterable[tuple[int, int]]) -> list[tuple[int, ...]]:
    """The people of each connected part, ascending."""
    part: dict[int, list[int]] = {}
    for a, b in pairs:
        one, other = part.setdefault(a, [a]), part.setdefault(b, [b])
        if one is not other:
            small, large = sorted((one, other), key=len)
            large += small
            part.update(dict.fromkeys(small, large))
    return sorted({tuple(sorted(people)) for people in part.values()})


def _spent_inside(people: Sequence[int], problem: Problem) -> bool:
    return not problem.spent.isdisjoint(combinations(people, 2))


def _seat(
    people: list[int], pairs: dict[tuple[int, int], float], spent: list[tuple[int, int]], problem: Problem
) -> list[tuple[int, ...]]:
    """Those of the tables found for all of these at once that ties connect and that part nobody who is to be apart."""
    if len(people) < SMALLEST:
        return []
    at = {person: position for position, person in enumerate(people)}
    rows = [(at[a], at[b], weight) for (a, b), weight in pairs.items() if a in at and b in at]
    apart = [(at[a], at[b]) for a, b in spent if a in at and b in at]
    a, b, weight = (np.array(column) for column in zip(*rows, strict=True))
    found = seat(len(people), a, b, weight, np.array(apart, np.int32).reshape(-1, 2), SIZE)
    tables = [tuple(people[v] for v in np.flatnonzero(found.table == t)) for t in np.flatnonzero(found.weakest > 0)]
    return [table for table in tables if not _spent_inside(table, problem)]


def _table(people: tuple[int, ...], pairs: dict[tuple[int, int], float]) -> Table:
    """Its weakest link: the heaviest ties first, until they connect everybody."""
    inside = sorted((pair for pair in combinations(people, 2) if pair in pairs), key=lambda pair: -pairs[pair])
    for last, pair in enumerate(inside):
        if _connected(inside[: last + 1]) == [people]:
            return Table(people, pairs[pair])
    raise AssertionError("ties do not connect this table")
