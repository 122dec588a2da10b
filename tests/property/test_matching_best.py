"""The pairing of a small conference is the best there is, and the bound never lies: against every possible pairing."""

from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.matchmaking.engine.pairing import solve
from services.matchmaking.engine.pairing.market import Pairing
from services.matchmaking.engine.pairing.solve import pair
from tests.pairings import best_of_all, market

PEOPLE = 7
ends = st.tuples(st.integers(0, PEOPLE - 1), st.integers(0, PEOPLE - 1)).filter(lambda p: p[0] < p[1])
# Few different weights make ties and odd cycles; many make near misses.
weights = st.one_of(st.sampled_from([0.25, 0.5, 0.75, 1.0]), st.floats(0.01, 1.0), st.floats(1.0, 1e6))
edges = st.dictionaries(ends, weights, min_size=1, max_size=11)
budgets = st.lists(st.integers(0, 3), min_size=PEOPLE, max_size=PEOPLE)
reached = st.lists(st.sampled_from([0.0, 0.5, 2.0]), min_size=PEOPLE, max_size=PEOPLE)
floors = st.one_of(st.just([0.0] * PEOPLE), reached)


def value(edges: dict[tuple[int, int], float], floors: list[float], found: Pairing) -> float:
    taken = [pair for pair, is_taken in zip(edges, found.taken, strict=True) if is_taken]
    return sum(edges[p] for p in taken) + sum(floors[v] for v in {v for p in taken for v in p})


def assert_fits(edges: dict[tuple[int, int], float], budgets: list[int], found: Pairing) -> None:
    taken = [v for pair, is_taken in zip(edges, found.taken, strict=True) if is_taken for v in pair]
    assert all(taken.count(v) <= budget for v, budget in enumerate(budgets))


@settings(max_examples=300, deadline=None)
@given(edges, budgets, floors)
def test_no_pairing_is_worth_more_and_the_bound_says_so(edges, budgets, floors):
    found = pair(market(edges, budgets, floors), exact=True)
    assert_fits(edges, budgets, found)
    best = best_of_all(edges, budgets, floors)
    assert value(edges, floors, found) == pytest.approx(best, rel=1e-8, abs=1e-8)
    assert found.objective == pytest.approx(best, rel=1e-8, abs=1e-8)
    assert found.bound == pytest.approx(best, rel=1e-7, abs=1e-7)


@settings(max_examples=300, deadline=None)
@given(edges, budgets, floors)
def test_the_bound_holds_when_pairs_are_decided_ahead(edges, budgets, floors):
    found = pair(market(edges, budgets, floors), exact=False)
    assert_fits(edges, budgets, found)
    assert found.bound >= best_of_all(edges, budgets, floors) * (1 - 1e-9)
    assert found.objective <= found.bound * (1 + 1e-9)


@settings(deadline=None)
@given(edges, budgets, floors)
def test_pairing_twice_gives_the_same(edges, budgets, floors):
    one, two = (pair(market(edges, budgets, floors)).taken for _ in range(2))
    assert one.tolist() == two.tolist()


@settings(max_examples=300, deadline=None)
@given(edges, budgets, floors, st.booleans(), st.sampled_from([0, 3, 10, 30, 60, 150]))
def test_a_search_that_is_stopped_leaves_pairs_that_fit_a_bound_that_holds_and_a_true_gap(
    edges, budgets, floors, exact, effort
):
    with mock.patch.multiple(solve, EFFORT_EACH=0, LEAST_EFFORT=effort, PROOF_EFFORT=effort):
        found = solve.pair(market(edges, budgets, floors), exact)
    assert_fits(edges, budgets, found)
    best = best_of_all(edges, budgets, floors)
    assert found.bound >= best * (1 - 1e-9)
    assert found.objective == pytest.approx(value(edges, floors, found), rel=1e-12)
    assert best - found.objective <= found.gap * found.bound + 1e-9 * best
