"""The pairing and table benches: what they say of a small conference holds, worked by hand where a hand can."""

import json
import os
import time
from pathlib import Path

import numpy as np
import pytest

from bench.changes import mended
from bench.graphs import Graph, make, weighed
from bench.pairing_table import METHODS, Case, arguments, compared, conference, kept, table
from bench.peers.solvers import cp_sat, highs
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


def test_general_solvers_pair_a_triangle_and_bound_it():
    ends = np.array([[0, 1], [1, 2], [0, 2]], np.int32)
    market = Market(ends[:, 0], ends[:, 1], np.array([0.9, 0.8, 0.7]), np.ones(3, int), np.zeros(3))
    assert highs(market)["bound"] == pytest.approx(1.2)  # half of each
    found = cp_sat(market, 60.0)
    assert (found["status"], found["pairs"]) == ("ended", 1)
    assert found["objective"] == pytest.approx(0.9)


def test_few_weights_are_as_few_as_asked_for():
    graph = make("power-law", 100, 1_000)
    assert set(weighed(graph, "three").weight) == {1 / 3, 2 / 3, 1.0}
    assert set(weighed(graph, "equal").weight) == {1.0}


def test_a_kept_row_is_not_measured_again_and_another_limit_is(tmp_path: Path):
    chosen = arguments(["--seconds", "600", "--rows", str(tmp_path / "rows.jsonl")])
    case, market = Case("power-law", 4, 100, "greedy"), conference("power-law", 4, 100)
    row = kept(case, market, chosen)
    assert row["status"] == "ended"
    assert row["pairs"] > 0
    told = json.dumps(row | {"objective": -1.0})
    chosen.rows.write_text(told + "\n")
    assert kept(case, market, chosen)["objective"] == -1.0
    chosen.seconds = 601.0
    assert kept(case, market, chosen)["objective"] == row["objective"]
    assert [json.loads(line)["limit"] for line in chosen.rows.read_text().splitlines()] == [600.0, 601.0]


def test_what_does_not_end_is_killed_said_and_not_started_on_larger_conferences(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(METHODS, "rustworkx", lambda *_: time.sleep(3_600))
    rows = table(arguments(["--sizes", "400,300", "--methods", "rustworkx", "--seconds", "0.1"]))
    told = [(row["family"], row["budget"], row["people"], row["status"]) for row in rows]
    assert told == [
        (family, 1, people, status)
        for family in ("power-law", "geometric")
        for people, status in ((300, "limit"), (400, "not run: did not end at 300"))
    ]
    assert not any("objective" in row or "cpu_seconds" in row for row in rows)


def test_what_dies_is_said_to_have_failed(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(METHODS, "rustworkx", lambda *_: os._exit(3))
    rows = table(arguments(["--sizes", "100", "--methods", "rustworkx"]))
    assert [row["status"] for row in rows] == ["failed: exit 3"] * 2


def test_rows_of_a_conference_are_compared_with_our_bound_and_the_flow():
    ours, flow, late = compared(
        [
            {"method": "ours", "objective": 9.0, "bound": 10.0, "cpu_seconds": 1.0},
            {"method": "min_cost_flow", "objective": 8.0, "bound": 11.0, "cpu_seconds": 4.0},
            {"method": "highs", "status": "limit"},
        ]
    )
    assert (ours["of_our_bound"], ours["of_flow_cpu"], flow["of_our_bound"]) == (0.9, 0.25, 0.8)
    assert late == {"method": "highs", "status": "limit"}
