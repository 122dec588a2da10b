"""What holds for every table that is suggested, whoever knows whom."""

from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from services.matchmaking.engine.gathering import gather
from services.matchmaking.engine.model import Person, Problem
from services.matchmaking.engine.solve import propose
from tests.pictures import edges

PEOPLE = 14
positions = st.integers(0, PEOPLE - 1)
pairs = st.tuples(positions, positions).filter(lambda p: p[0] != p[1]).map(lambda p: (min(p), max(p)))
problems = st.builds(
    Problem,
    people=st.lists(st.builds(Person, st.integers(0, 3), st.integers(0, 3)), min_size=PEOPLE, max_size=PEOPLE),
    ties=st.dictionaries(pairs, st.floats(0.01, 0.99), max_size=40).map(lambda ties: edges(PEOPLE, ties)),
    spent=st.frozensets(pairs, max_size=12),
)
crowds = st.sets(positions)


def reached(people: tuple[int, ...], ties: set[tuple[int, int]]) -> set[int]:
    """Who of a table the first one can get to over its ties."""
    found = {people[0]}
    for _ in people:
        found |= {b for a, b in combinations(people, 2) if a in found and (a, b) in ties}
        found |= {a for a, b in combinations(people, 2) if b in found and (a, b) in ties}
    return found


@settings(max_examples=150, deadline=None)
@given(problems, crowds)
def test_tables_are_small_connected_and_of_willing_people_with_room_none_of_whom_is_spent(problem, willing):
    tables = gather(problem, willing)
    ties = set(zip(problem.ties.a.tolist(), problem.ties.b.tolist(), strict=True))
    seats = [person for table in tables for person in table.people]
    assert len(set(seats)) == len(seats)
    for table in tables:
        assert 3 <= len(table.people) <= 8
        assert willing.issuperset(table.people)
        assert all(problem.people[person].room > 0 for person in table.people)
        assert not problem.spent & set(combinations(table.people, 2))
        assert reached(table.people, ties) == set(table.people)


@settings(max_examples=150, deadline=None)
@given(problems, crowds)
def test_tables_and_pairs_together_fit_everybodys_budget_and_bring_no_two_together_twice(problem, willing):
    tables, found = propose(problem, willing)
    together = [pair for table in tables for pair in combinations(table.people, 2)] + [(c.a, c.b) for c in found]
    assert len(set(together)) == len(together)
    assert not problem.spent & set(together)
    for person, has in enumerate(problem.people):
        taken = sum(person in t.people for t in tables) + sum(person in (c.a, c.b) for c in found)
        assert taken <= has.room


@settings(max_examples=50, deadline=None)
@given(problems, crowds)
def test_gathering_twice_gives_the_same(problem, willing):
    assert gather(problem, willing) == gather(problem, willing)
