"""The pairing and table benches: what they say of a small conference holds, worked by hand where a hand can."""

import numpy as np
import pytest

from bench.changes import mended
from bench.graphs import Graph, make
from bench.tables import nobody, proven, weakest
from services.matchmaking.engine.pairing.market import Market, by_groups
from services.matchmaking.engine.pairing.solve import pair


@pytest.mark.parametrize(("family", "budget"), [("power-law", 4), ("geometric", 1)])
def test_a_thousand_changes_of_a_conference_lose_next_to_nothing(family: str, budget: int):
    graph = make(family, 1_000, 10_000)
    market = Market(graph.a, graph.b, graph.weight, np.full(1_000, budget), np.zeros(1_000))
    told = mended(market, pair(market), changes=1_000, keep=0.0)
    assert 0.999 <= told["of_fresh"] <= 1.0001
    kept = mended(market, pair(market), changes=100, keep=0.05)
    free = mended(market, pair(market), changes=100, keep=0.0)
    assert kept["withdrawn"] < free["withdrawn"]


def test_the_weakest_link_is_the_lightest_that_is_needed():
    links = {frozenset((0, 1)): 0.9, frozenset((1, 2)): 0.5, frozenset((0, 2)): 0.4, frozenset((3, 4)): 1.0}
    assert weakest((0, 1, 2), links) == 0.5
    assert weakest((0, 3, 4), links) == 0.0


def test_the_proven_seating_is_the_best_and_there_is_none_when_all_have_met():
    # 0-1-2 and 3-4-5 are chains; mixing them would leave tables unconnected.
    ends = np.array([[0, 1], [1, 2], [3, 4], [4, 5]], np.int32)
    graph = Graph(6, ends[:, 0], ends[:, 1], np.array([0.9, 0.5, 0.7, 0.8]))
    assert proven(graph, nobody(), 3) == pytest.approx(1.2)
    assert proven(graph, np.array([[0, v] for v in range(1, 6)]), 3) is None


def test_organizers_weights_multiply_and_forbid():
    ends = np.array([[0, 1], [1, 2], [2, 3], [0, 3]], np.int32)
    market = Market(ends[:, 0], ends[:, 1], np.full(4, 0.5), np.ones(4, int), np.zeros(4), np.array([0, 0, 1, -1]))
    weighed = by_groups(market, np.array([[0.0, 2.0], [2.0, 1.0]]))
    assert weighed.weight.tolist() == [0, 1, 0.5, 0.5]
    assert pair(weighed).taken.tolist() == [False, True, False, True]


@pytest.mark.parametrize("factor", [[[1.0, 2.0]], [[1.0, 2.0], [1.0, 1.0]], [[1.0]], [[-1.0, 1.0], [1.0, 1.0]]])
def test_weights_of_groups_that_make_no_sense_are_refused(factor: list[list[float]]):
    one = np.zeros(1, np.int32)
    market = Market(one, one + 1, np.ones(1), np.ones(2, int), np.zeros(2), np.array([0, 1]))
    with pytest.raises(ValueError, match="factor:"):
        by_groups(market, np.array(factor))
