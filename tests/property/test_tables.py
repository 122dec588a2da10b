"""Every rule of small tables holds, and small cases come out as the best of all seatings."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.matchmaking.engine.tables.solve import Tables, seat, sizes, together

Links = dict[tuple[int, int], float]
PEOPLE = 9
ends = st.tuples(st.integers(0, PEOPLE - 1), st.integers(0, PEOPLE - 1)).filter(lambda p: p[0] < p[1])
links = st.dictionaries(ends, st.sampled_from([0.2, 0.4, 0.6, 0.8, 1.0]), max_size=16)
mets = st.frozensets(ends, max_size=8)
patient = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def seated(people: int, links: Links, met: frozenset[tuple[int, int]], size: int, seed: int = 0) -> Tables:
    pairs = np.array(list(links), np.int32).reshape(-1, 2)
    weight = np.array(list(links.values()), np.float64)
    return seat(people, pairs[:, 0], pairs[:, 1], weight, np.array(sorted(met), np.int32).reshape(-1, 2), size, seed)


def tables(found: Tables) -> list[tuple[int, ...]]:
    return [tuple(np.flatnonzero(found.table == t).tolist()) for t in range(len(found.weakest))]


def weakest(table: tuple[int, ...], links: Links) -> float:
    """The largest weight at and above which ties connect the table: tried from the largest down."""
    for least in sorted(set(links.values()), reverse=True):
        near, reached = {table[0]}, set()
        while near:
            reached |= near
            near = {
                v for v in table for u in near if v not in reached and links.get((min(v, u), max(v, u)), 0) >= least
            }
        if len(reached) == len(table):
            return least
    return 0.0


def best_of_all(people: frozenset[int], wanted: list[int], links: Links, met: frozenset[tuple[int, int]]) -> float:
    """The best sum over all seatings where nobody meets again; minus infinity if there is none."""
    if not people:
        return 0.0
    first, best = min(people), -np.inf
    for size in set(wanted):
        rest = list(wanted)
        rest.remove(size)
        for others in combinations(sorted(people - {first}), size - 1):
            table = (first, *others)
            if not any(pair in met for pair in combinations(table, 2)):
                best = max(best, weakest(table, links) + best_of_all(people - set(table), rest, links, met))
    return best


@patient
@given(links, mets, st.integers(3, PEOPLE), st.integers(3, 8))
def test_everybody_sits_once_at_tables_of_like_size_and_the_weakest_links_are_told_as_they_are(
    links, met, people, size
):
    links = {pair: w for pair, w in links.items() if max(pair) < people}
    met = frozenset(pair for pair in met if max(pair) < people)
    found = seated(people, links, met, size)
    sitting = tables(found)
    assert sorted(v for table in sitting for v in table) == list(range(people))
    assert sorted(len(table) for table in sitting) == sorted(sizes(people, size))
    assert found.weakest.tolist() == pytest.approx([weakest(table, links) for table in sitting])
    assert found.again == sorted(pair for table in sitting for pair in combinations(table, 2) if pair in met)


@patient
@given(links, mets, st.sampled_from([3, 4]))
def test_nobody_meets_again_where_that_can_be_and_no_seating_is_better(links, met, size):
    best = best_of_all(frozenset(range(PEOPLE)), sizes(PEOPLE, size), links, met)
    found = seated(PEOPLE, links, met, size)
    if best == -np.inf:
        assert found.again
    else:
        assert not found.again
        assert found.weakest.sum() == pytest.approx(best)


@patient
@given(links, mets, st.integers(0, 3))
def test_the_same_seed_seats_the_same(links, met, seed):
    one, two = (seated(PEOPLE, links, met, 3, seed) for _ in range(2))
    assert one.table.tolist() == two.table.tolist()


def test_a_series_of_rounds_lets_nobody_meet_twice():
    met: frozenset[tuple[int, int]] = frozenset()
    for _ in range(2):
        found = seated(PEOPLE, {}, met, 3)
        assert not found.again
        met |= {(min(pair), max(pair)) for pair in together(found.table).tolist()}
    assert len(met) == 2 * 9


@given(st.integers(3, 500), st.integers(3, 8))
def test_tables_have_three_to_eight_people_and_differ_by_one_at_most(people, size):
    found = sizes(people, size)
    assert sum(found) == people
    assert 3 <= min(found) <= max(found) <= 8
    assert max(found) - min(found) <= 1


@pytest.mark.parametrize(("people", "size"), [(2, 3), (9, 2), (9, 9)])
def test_what_cannot_be_seated_is_refused_with_what_can(people: int, size: int):
    with pytest.raises(ValueError, match="at least 3 people, and tables of 3 to 8"):
        sizes(people, size)
