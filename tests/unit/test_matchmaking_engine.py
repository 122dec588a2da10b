"""How the engine finds routes between people, and shares out suggestions."""

from dataclasses import replace

import pytest

from services.matchmaking.engine import routes
from services.matchmaking.engine.bmatching import match
from services.matchmaking.engine.model import Candidate, Person, Problem
from services.matchmaking.engine.solve import solve
from services.matchmaking.engine.strength import Rows, TieStrength, Traits
from tests.pictures import edges


def people(*rooms: int) -> list[Person]:
    return [Person(room=room, load=0) for room in rooms]


def tie(a: int, b: int, weight: float) -> Candidate:
    return Candidate(a, b, weight, "tie")


def pairs(picked: list[Candidate]) -> list[tuple[int, int]]:
    return [(c.a, c.b) for c in picked]


def connected(count: int, *ties: tuple[int, int, float]) -> Problem:
    """People with room for one, and messages between some of them."""
    strength = TieStrength(count, Rows(*zip(*ties, strict=True)), Rows(), Traits())
    return Problem(people(*[1] * count), edges(count, {(a, b): 0.5 for a, b, _ in ties}), frozenset(), strength)


def friends_of(problem: Problem, person: int) -> dict[tuple[int, int], Candidate]:
    return {(c.a, c.b): c for c in routes.friends_of_friends(problem, [person])}


def test_people_with_a_common_friend_are_candidates_and_direct_friends_are_not():
    found = friends_of(connected(4, (0, 1, 3), (1, 2, 1), (2, 3, 1)), 0)
    assert list(found) == [(0, 2)]
    assert found[0, 2].route == "friend_of_friend"
    # Half of log(4) log(2) / (log(4) + log(2)) = 0.2310; 1 - exp(-0.2310 / 3) = 0.0741
    assert found[0, 2].weight == pytest.approx(0.3 + 0.2 * 0.0741, abs=1e-5)


def test_two_common_friends_are_better_than_one():
    found = friends_of(connected(5, (0, 1, 1), (1, 2, 1), (0, 3, 1), (2, 3, 1), (3, 4, 1)), 0)
    assert found[0, 2].weight > found[0, 4].weight


def test_a_friend_of_everybody_brings_two_people_less_near_than_a_friend_of_few():
    ties = [(0, 1, 1), (1, 2, 1), (0, 3, 1), (3, 4, 1), *((3, n, 1) for n in range(5, 12))]
    found = friends_of(connected(12, *ties), 0)
    assert found[0, 2].weight > found[0, 4].weight


def test_friends_of_friends_who_have_no_room_are_left_out():
    problem = connected(3, (0, 1, 1), (1, 2, 1))
    assert friends_of(replace(problem, people=people(1, 1, 0)), 0) == {}


def test_a_rare_interest_brings_people_together_before_a_common_one():
    everybody = [Person(1, 0, ("packaging", "tea")), Person(1, 0, ("tea",)), Person(1, 0, ("packaging",))]
    everybody += [Person(1, 0, ("tea",)) for _ in range(4)]
    found = {(c.a, c.b): c for c in routes.shared_interests(Problem(everybody, edges(len(everybody), {}), set()), [0])}
    assert found[0, 2].interest == "packaging"
    assert found[0, 1].interest == "tea"
    assert found[0, 2].weight > found[0, 1].weight


def test_an_open_table_goes_round_the_list_and_passes_over_the_full_and_the_spent():
    problem = Problem(people(1, 1, 0, 1), edges(4, {}), frozenset({(1, 3)}))
    assert {(c.a, c.b) for c in routes.open_tables(problem, [3])} == {(0, 3)}


def test_no_route_overtakes_a_better_one():
    weakest_tie = routes.ties(Problem(people(1, 1), edges(2, {(0, 1): 1e-9}), set())).weight[0]
    best_friend = friends_of(connected(40, *((p, n, 1e12) for p in (0, 1) for n in range(2, 40))), 0)[0, 1].weight
    assert best_friend == pytest.approx(0.5, abs=1e-6)
    twins = Problem([Person(1, 0, ("tea",)), Person(1, 0, ("tea",))], edges(2, {}), set())
    best_interest = next(routes.shared_interests(twins, [0])).weight
    best_table = next(routes.open_tables(twins, [0])).weight
    assert weakest_tie > best_friend > best_interest > best_table > 0


def test_the_stronger_tie_wins_the_last_place():
    assert pairs(match([tie(0, 1, 0.6), tie(0, 2, 0.9)], [1, 1, 1], [0, 0, 0])) == [(0, 2)]


def test_somebody_with_nothing_comes_before_somebodys_third():
    # 3 has two already and the strongest tie to 0; 1 has nothing; 0 has one and one place left.
    picked = match([tie(0, 3, 0.99), tie(0, 1, 0.55)], [1, 5, 0, 5], [1, 0, 0, 2])
    assert pairs(picked) == [(0, 1)]


def test_equals_are_decided_alike_whatever_the_order_they_come_in():
    candidates = [tie(1, 2, 0.7), tie(0, 2, 0.7), tie(0, 1, 0.7)]
    (picked,) = match(candidates, [1, 1, 1], [0, 0, 0])
    assert match(candidates[::-1], [1, 1, 1], [0, 0, 0]) == [picked]


def test_two_good_pairs_come_before_one_that_is_best():
    # Taking the best pair first would leave 0 and 3 with nothing.
    chain = [tie(0, 1, 0.6), tie(1, 2, 0.9), tie(2, 3, 0.6)]
    assert pairs(match(chain, [1, 1, 1, 1], [1, 1, 1, 1])) == [(0, 1), (2, 3)]


def test_the_better_sum_wins_once_everybody_has_something():
    assert pairs(match([tie(0, 1, 0.5), tie(1, 2, 0.9)], [1, 1, 1], [1, 1, 1])) == [(1, 2)]


def test_reaching_somebody_is_worth_a_better_pair():
    # 1 has the better pair with 2, who has something already; 0 has nothing.
    assert pairs(match([tie(0, 1, 0.5), tie(1, 2, 0.99)], [1, 1, 1], [0, 0, 1])) == [(0, 1)]


def test_who_has_no_tie_gets_a_labelled_suggestion_by_another_route():
    everybody = [Person(3, 0), Person(3, 0), Person(3, 0, ("tea",)), Person(3, 0, ("tea",)), Person(3, 0)]
    picked = solve(Problem(everybody, edges(len(everybody), {(0, 1): 0.9}), frozenset()))
    by_route = {(c.a, c.b): c.route for c in picked}
    assert by_route[0, 1] == "tie"
    assert by_route[2, 3] == "shared_interest"
    assert {c.route for c in picked if 4 in (c.a, c.b)} == {"open_table"}


def test_a_full_person_and_a_spent_pair_get_nothing():
    assert solve(Problem(people(0, 2, 2), edges(3, {(0, 1): 0.9, (1, 2): 0.9}), frozenset({(1, 2)}))) == []


def test_well_connected_people_are_not_flooded_by_weaker_routes():
    # 0 has two ties and room for eight more; four people without ties need somebody.
    everybody = people(10, 2, 2, 2, 2, 2, 2)
    picked = solve(Problem(everybody, edges(len(everybody), {(0, 1): 0.9, (0, 2): 0.9}), frozenset()))
    weak = [c for c in picked if 0 in (c.a, c.b) and c.route != "tie"]
    assert len(weak) <= 3  # one for each of the weaker routes
