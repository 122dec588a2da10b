"""What holds for every matching, whoever knows whom."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from services.matchmaking.engine.bmatching import match
from services.matchmaking.engine.model import Candidate, Person, Problem
from services.matchmaking.engine.solve import solve
from tests.pictures import edges

PEOPLE = 9
positions = st.integers(0, PEOPLE - 1)
pairs = st.tuples(positions, positions).filter(lambda p: p[0] != p[1]).map(lambda p: (min(p), max(p)))
weights = st.sampled_from([0.5, 0.6, 0.75, 0.9])  # few, so that there are equals
rooms = st.lists(st.integers(0, 4), min_size=PEOPLE, max_size=PEOPLE)
loads = st.lists(st.integers(0, 3), min_size=PEOPLE, max_size=PEOPLE)
candidates = st.lists(st.builds(lambda p, w: Candidate(p[0], p[1], w, "tie"), pairs, weights), max_size=40)
spent = st.frozensets(pairs, max_size=12)
interests = st.lists(st.sampled_from(["tea", "rust", "maps"]), max_size=2).map(tuple)
problems = st.builds(
    Problem,
    people=st.lists(
        st.builds(Person, st.integers(0, 4), st.integers(0, 3), interests), min_size=PEOPLE, max_size=PEOPLE
    ),
    ties=st.dictionaries(pairs, st.floats(0.01, 0.99), max_size=20).map(lambda ties: edges(PEOPLE, ties)),
    spent=spent,
)


def taken(picked: list[Candidate]) -> list[int]:
    return [sum(person in (c.a, c.b) for c in picked) for person in range(PEOPLE)]


@given(candidates, rooms, loads, spent)
def test_nobody_gets_more_than_fits_and_no_pair_twice_or_spent(candidates, rooms, loads, spent):
    picked = match(candidates, rooms, loads, spent)
    assert all(got <= room for got, room in zip(taken(picked), rooms, strict=True))
    found = [(c.a, c.b) for c in picked]
    assert len(set(found)) == len(found)
    assert not set(found) & spent


@given(candidates, rooms, loads, spent, st.randoms(use_true_random=False))
def test_the_result_does_not_depend_on_the_order_of_candidates(candidates, rooms, loads, spent, rng: random.Random):
    shuffled = list(candidates)
    rng.shuffle(shuffled)
    assert match(shuffled, rooms, loads, spent) == match(candidates, rooms, loads, spent)


@given(candidates, rooms, loads, spent)
def test_no_candidate_is_left_while_both_have_room(candidates, rooms, loads, spent):
    picked = match(candidates, rooms, loads, spent)
    left = [room - got for room, got in zip(rooms, taken(picked), strict=True)]
    used = {(c.a, c.b) for c in picked} | spent
    assert not [c for c in candidates if (c.a, c.b) not in used and left[c.a] and left[c.b]]


@given(candidates, rooms, spent)
def test_who_ends_with_nothing_lost_no_place_to_two_who_had_something(candidates, rooms, spent):
    picked = match(candidates, rooms, [0] * PEOPLE, spent)
    empty = {p for p, got in enumerate(taken(picked)) if got == 0 and rooms[p]}
    wanted = {
        (c.a if c.b in empty else c.b) for c in candidates if (c.a, c.b) not in spent and (c.a in empty or c.b in empty)
    }
    has = [0] * PEOPLE
    for c in picked:
        if c.a in wanted or c.b in wanted:
            assert min(has[c.a], has[c.b]) == 0
        has[c.a] += 1
        has[c.b] += 1


@given(candidates, rooms, spent)
def test_pairs_are_picked_with_the_less_served_first(candidates, rooms, spent):
    has, served = [0] * PEOPLE, []
    for c in match(candidates, rooms, [0] * PEOPLE, spent):
        served.append(min(has[c.a], has[c.b]))
        has[c.a] += 1
        has[c.b] += 1
    assert served == sorted(served)


@settings(max_examples=200)
@given(problems)
def test_a_solved_conference_respects_room_and_spent_pairs_on_every_route(problem: Problem):
    picked = solve(problem)
    assert all(got <= person.room for got, person in zip(taken(picked), problem.people, strict=True))
    found = [(c.a, c.b) for c in picked]
    assert all(a < b for a, b in found)
    assert len(set(found)) == len(found)
    assert not set(found) & problem.spent


@given(problems)
def test_solving_twice_gives_the_same(problem: Problem):
    assert solve(problem) == solve(problem)


@given(problems)
def test_whoever_gets_nothing_could_be_given_nothing(problem: Problem):
    """Nobody with room and nothing in hand is left out while somebody else has room and the pair is not spent."""
    picked = solve(problem)
    got = taken(picked)
    left = [person.room - n for person, n in zip(problem.people, got, strict=True)]
    used = {(c.a, c.b) for c in picked} | problem.spent
    for person, n in enumerate(got):
        if n == 0 and problem.people[person].load == 0 and left[person]:
            others = [o for o in range(PEOPLE) if o != person and (min(o, person), max(o, person)) not in used]
            assert not [o for o in others if left[o] and problem.people[o].load + got[o] < 2]
