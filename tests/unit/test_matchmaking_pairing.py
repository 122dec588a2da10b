"""How the pairing engine shares out pairs: by hand where a hand can, against exact matching where it cannot."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from unittest import mock

import numpy as np
import pytest
import rustworkx

from bench.graphs import make
from services.matchmaking.engine.pairing import solve
from services.matchmaking.engine.pairing.blossom import search, search_all
from services.matchmaking.engine.pairing.compiled import fingerprint
from services.matchmaking.engine.pairing.forest import forest
from services.matchmaking.engine.pairing.market import Market, Pairing
from services.matchmaking.engine.pairing.prices import descend
from services.matchmaking.engine.pairing.solve import pair
from tests.looks import cycles_of_equals, onion


def paired(edges: dict[tuple[int, int], float], budget: list[int], floor: float = 0.0) -> tuple[Pairing, list]:
    ends = np.array(list(edges), np.int32).reshape(-1, 2)
    weight, places = np.array(list(edges.values()), np.float64), np.array(budget)
    market = Market(ends[:, 0].copy(), ends[:, 1].copy(), weight, places, np.full(len(budget), floor))
    found = pair(market)
    return found, [pair for pair, taken in zip(edges, found.taken, strict=True) if taken]


def conference(family: str, people: int, budget: int, seed: int = 1) -> Market:
    graph = make(family, people, 10 * people, seed)
    return Market(graph.a, graph.b, graph.weight, np.full(people, budget), np.zeros(people))


def test_of_a_triangle_with_one_place_each_the_heaviest_pair_is_taken():
    found, pairs = paired({(0, 1): 0.5, (1, 2): 0.9, (0, 2): 0.7}, [1, 1, 1])
    assert pairs == [(1, 2)]
    assert found.bound == pytest.approx(0.9)  # linear programming alone would say 1.05


def test_a_triangle_with_two_places_each_is_taken_whole():
    found, pairs = paired({(0, 1): 0.5, (1, 2): 0.9, (0, 2): 0.7}, [2, 2, 2])
    assert pairs == [(0, 1), (1, 2), (0, 2)]
    assert found.objective == pytest.approx(2.1)


def test_two_triangles_are_bridged_where_that_is_best():
    # Each triangle alone leaves one out; the bridge makes three pairs.
    edges = {(0, 1): 0.8, (1, 2): 0.8, (0, 2): 0.8, (3, 4): 0.8, (4, 5): 0.8, (3, 5): 0.8, (2, 3): 0.1}
    found, pairs = paired(edges, [1] * 6)
    assert pairs == [(0, 1), (4, 5), (2, 3)]
    assert found.objective == found.bound == pytest.approx(1.7)


def test_nobody_is_paired_beyond_a_budget_that_differs_from_person_to_person():
    star = {(0, v): 1 - v / 10 for v in range(1, 6)}
    _, pairs = paired(star, [2, 1, 0, 1, 1, 1])
    assert pairs == [(0, 1), (0, 3)]


def test_a_floor_reaches_more_people_for_less_weight():
    chain = {(0, 1): 0.3, (1, 2): 1.0, (2, 3): 0.3}
    assert paired(chain, [1] * 4)[1] == [(1, 2)]
    found, pairs = paired(chain, [1] * 4, floor=2.0)
    assert pairs == [(0, 1), (2, 3)]
    assert [found.objective, found.bound] == pytest.approx([0.6 + 4 * 2.0] * 2, rel=1e-14)  # but for the last digit


def test_a_floor_counts_once_for_each_person():
    # 1 and 2 are reached by their own pairs: a second pair brings them its weight alone.
    _, pairs = paired({(0, 1): 0.3, (1, 2): 0.9, (2, 3): 0.3}, [1, 2, 2, 1], floor=2.0)
    assert pairs == [(0, 1), (1, 2), (2, 3)]


def test_without_candidates_or_places_there_are_no_pairs():
    assert paired({}, [1, 1])[1] == []
    assert paired({}, [])[1] == []
    found, pairs = paired({(0, 1): 1.0}, [0, 3])
    assert pairs == []
    assert found.objective == found.bound == 0
    assert found.gap == 0


@pytest.mark.parametrize("family", ["power-law", "geometric"])
def test_with_one_place_each_it_equals_exact_matching(family: str):
    market = conference(family, 400, budget=1)
    graph = rustworkx.PyGraph()
    graph.add_nodes_from(range(400))
    scaled = np.rint(market.weight * 1e9).astype(int).tolist()
    graph.add_edges_from(list(zip(market.a.tolist(), market.b.tolist(), scaled, strict=True)))
    best = sum(graph.get_edge_data(u, v) for u, v in rustworkx.max_weight_matching(graph, weight_fn=int)) / 1e9
    found = pair(market)
    assert found.objective == pytest.approx(best, abs=1e-6)
    assert found.gap < 1e-9


@pytest.mark.parametrize("family", ["power-law", "geometric"])
@pytest.mark.parametrize("budget", [1, 4])
def test_deciding_clear_pairs_ahead_costs_next_to_nothing(family: str, budget: int):
    market = conference(family, 2_000, budget)
    best, quick = pair(market, exact=True), pair(market, exact=False)
    assert best.gap < 1e-9
    assert quick.objective >= 0.9999 * best.objective
    assert quick.bound >= best.objective - 1e-6
    assert quick.gap < 5e-4


def test_a_search_stops_when_its_work_is_done_and_prices_still_cover_every_edge():
    f = cycles_of_equals(500)
    search_all(f, 1_000)
    assert 1_000 <= f.counters[4] <= 1_000 + len(f.price)
    apart = f.top[f.a] != f.top[f.b]
    assert (f.price[f.a] + f.price[f.b] >= f.weight - 1e-9)[apart].all()
    matched = np.flatnonzero(f.mate >= 0)
    assert 0 < len(matched) < 1_500
    assert (f.mate[f.mate[matched]] == matched).all()
    search_all(f, 10**9)
    assert (f.mate >= 0).sum() == 1_500


def test_a_stopped_search_leaves_free_whom_it_found_cheapest_to_leave_free():
    # 0 wants 1, who has 2, the cheapest; 2 in turn wants 3, but the search is stopped before it gets there.
    a, b = np.array([0, 1, 2, 3], np.int32), np.array([1, 2, 3, 4], np.int32)
    weight, price = np.array([1.0, 0.3, 0.25, 0.6]), np.array([0.9, 0.1, 0.2, 0.15, 0.45])
    f = forest(a, b, weight, price, np.array([-1, 2, 1, 4, 3]))
    assert not search(f, 0, 4)
    assert f.mate.tolist() == [1, 0, -1, 4, 3]
    assert f.price[:5].tolist() == pytest.approx([0.8, 0.2, 0.1, 0.15, 0.45])


def test_a_search_that_is_put_off_is_taken_up_again():
    f = onion(100)  # takes more looks than a first try may
    search_all(f, 10**9)
    vertices = len(f.mate)
    assert f.price[:vertices][f.mate < 0].tolist() == pytest.approx([0.0])


@pytest.mark.parametrize("family", ["power-law", "geometric"])
@pytest.mark.parametrize("kinds", [0, 1, 3], ids=["all differ", "all equal", "three kinds"])
@pytest.mark.parametrize("budget", [1, 3])
def test_wherever_the_search_is_stopped_pairs_fit_none_is_missing_and_the_bound_holds(family, kinds, budget):
    whole = conference(family, 60, budget)
    if kinds:
        whole = replace(whole, weight=np.ceil(whole.weight * 1e6 % kinds) / kinds)
    best = pair(whole, exact=True)
    assert best.gap < 1e-9
    for effort in [0, *np.unique(np.geomspace(3, 30_000, 25).astype(int)).tolist()]:
        with mock.patch.multiple(solve, EFFORT_EACH=0, PROOF_EFFORT=effort):
            found = pair(whole, exact=True)
        load = np.bincount(np.concatenate([whole.a[found.taken], whole.b[found.taken]]), minlength=60)
        assert (load <= budget).all()
        assert not (~found.taken & (load[whole.a] < budget) & (load[whole.b] < budget)).any()
        assert found.bound >= best.objective * (1 - 1e-9)
        assert found.objective <= best.objective * (1 + 1e-9)


@pytest.mark.parametrize("family", ["power-law", "geometric"])
def test_equal_weights_are_paired_almost_best_without_searching(family: str):
    whole = conference(family, 1_000, 4)
    with mock.patch.multiple(solve, EFFORT_EACH=0, PROOF_EFFORT=200_000):
        found = pair(replace(whole, weight=np.ones(len(whole.a))), exact=True)
    assert found.gap < 5e-3


def test_no_line_runs_uncounted_for_long():
    """What is bounded by a count of looks is bounded in fact: lines of Python for each, however large the case."""
    said = subprocess.run(
        [sys.executable, "-m", "tests.looks"],
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"},
        capture_output=True,
        text=True,
        check=True,
        timeout=170,
    ).stdout
    ratios = json.loads(said)
    assert {name: ratio for name, ratio in ratios.items() if ratio > 40} == {}
    assert ratios["onion 80"] < 13


def test_code_that_another_process_compiled_gives_the_same():
    """Each process loads what the first compiled: numba's cache has served broken code to the second."""
    program = (
        "import numpy as np\n"
        "from services.matchmaking.engine.pairing.market import Market\n"
        "from services.matchmaking.engine.pairing.solve import pair\n"
        "from bench.graphs import make\n"
        "g = make('geometric', 60, 400)\n"
        "market = Market(g.a, g.b, g.weight, np.arange(60) % 4, np.full(60, 0.5))\n"
        "print(repr(pair(market).objective), repr(pair(market, exact=False).bound))\n"
    )
    said = [
        subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=170).stdout
        for _ in range(2)
    ]
    assert said[0] == said[1] != ""


def test_every_compiled_function_is_compiled_anew_when_any_file_of_the_engine_changes():
    for function in (search, descend):
        assert function._cache._cache_file._source_stamp == fingerprint(search.__module__.rpartition(".")[0])  # type: ignore[union-attr]


def test_a_large_conference_in_which_all_pairs_weigh_the_same_is_paired_too():
    graph = make("power-law", 60, 300, 1)
    market = Market(graph.a, graph.b, np.full(len(graph.a), 0.5), np.full(60, 4), np.full(60, 2.0))
    quick, best = pair(market, exact=False), pair(market, exact=True)
    assert best.taken.sum() >= 60
    assert quick.objective >= 0.99 * best.objective
