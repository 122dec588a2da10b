"""Solves one conference: tables for who wants one, then pairs: ties first, then the weaker routes for people who would
otherwise have next to nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from services.matchmaking.engine import routes
from services.matchmaking.engine.bmatching import match, match_ties
from services.matchmaking.engine.gathering import Table, gather, seated
from services.matchmaking.engine.graph import Ints
from services.matchmaking.engine.model import Candidate, Person, Problem

# Weaker routes are for people with fewer than this; nobody else gets more than one of them at a time.
ENOUGH = 2
WEAKER_ROUTES = (routes.friends_of_friends, routes.shared_interests, routes.open_tables)


def propose(problem: Problem, willing: Iterable[int]) -> tuple[list[Table], list[Candidate]]:
    """Tables for the ``willing``, and pairs for everybody."""
    tables = gather(problem, willing)
    return tables, solve(seated(problem, tables))


def solve(problem: Problem) -> list[Candidate]:
    """New suggestions, in the order they were decided; respects every person's room and no spent pair."""
    people = problem.people
    picked = match_ties(routes.ties(problem), [p.room for p in people], [p.load for p in people])
    for route in WEAKER_ROUTES:
        now = _after(problem, picked)
        needy = [i for i, person in enumerate(now.people) if person.room > 0 and person.load < ENOUGH]
        if not needy:
            break
        picked += match(route(now, needy), _weak_room(now.people), [p.load for p in now.people], now.spent)
    return picked


def _after(problem: Problem, picked: Iterable[Candidate]) -> Problem:
    """The conference as it will be once ``picked`` are suggested."""
    people = list(problem.people)
    for candidate in picked:
        for i in (candidate.a, candidate.b):
            people[i] = people[i]._replace(room=people[i].room - 1, load=people[i].load + 1)
    return replace(problem, people=people, spent={*problem.spent, *((c.a, c.b) for c in picked)})


def _weak_room(people: Sequence[Person]) -> Ints:
    room, load = (np.array([person[column] for person in people], np.int64) for column in (0, 1))
    found: Ints = np.minimum(room, np.maximum(ENOUGH - load, 1))
    return found
