"""What makes a tie strong: worked by hand on graphs small enough to draw."""

import random
from math import exp, log
from typing import NamedTuple

import numpy as np
import pytest

from services.matchmaking.engine.graph import add_up, graph, strongest, two_steps_away
from services.matchmaking.engine.shared import is_protected, shared
from services.matchmaking.engine.strength import WEIGHTS, Rows, Scores, TieStrength, Traits, Weights, probability

NONE = Rows()


def scores(people: int, messages: Rows = NONE, contacts: Rows = NONE, traits: Traits | None = None) -> TieStrength:
    return TieStrength(people, messages, contacts, traits or Traits())


def one(strength: TieStrength, a: int, b: int) -> dict[str, float]:
    return {name: float(part[0]) for name, part in strength.of([a], [b])._asdict().items()}


def test_people_of_whom_nothing_is_known_score_nothing():
    assert one(scores(2), 0, 1) == {"probability": 0, "messages": 0, "contacts": 0, "traits": 0, "walks": 0}


def test_three_messages_count_log_of_four_whoever_wrote_them():
    there_and_back = one(scores(2, Rows([0, 1], [1, 0], [2, 1])), 0, 1)
    one_way = one(scores(2, Rows([1], [0], [3])), 0, 1)
    assert there_and_back == one_way
    assert there_and_back["messages"] == pytest.approx(1.3863, abs=1e-4)
    assert there_and_back["probability"] == pytest.approx(1 - exp(-1.3863 / 3), abs=1e-4)


def test_the_first_messages_say_more_than_the_hundredth():
    values = [one(scores(2, Rows([0], [1], [n])), 0, 1)["probability"] for n in (0, 1, 2, 100, 101)]
    steps = np.diff(values)
    assert steps[0] > steps[1] > steps[3] > 0


def test_nothing_reaches_certainty():
    assert 0.999 < one(scores(2, Rows([0], [1], [1e12]), Rows([0], [1], [1e11])), 0, 1)["probability"] < 1


def test_five_minutes_together_count_twice_a_first_message_and_a_second_day_as_much_again():
    day = one(scores(2, contacts=Rows([0], [1], [300])), 0, 1)["contacts"]
    assert day == pytest.approx(2 * log(2))
    assert one(scores(2, contacts=Rows([0, 1], [1, 0], [300, 300])), 0, 1)["contacts"] == pytest.approx(2 * day)


def test_a_common_friend_carries_half_of_what_passes_through():
    # 1 gets log(2) from each of 0, 2 and 3; of what 0 sends it, a third goes to 2.
    strength = scores(4, Rows([0, 1, 1], [1, 2, 3], [1, 1, 1]))
    assert one(strength, 0, 2)["walks"] == pytest.approx(0.5 * log(2) / 3)
    assert one(strength, 0, 1)["walks"] == 0


def test_a_tie_with_common_friends_is_stronger_than_one_without():
    strength = scores(5, Rows([0, 0, 1, 3], [1, 2, 2, 4], [5, 5, 5, 5]))
    assert one(strength, 0, 1)["probability"] > one(strength, 3, 4)["probability"]


def test_a_friends_colleague_is_nearer_than_a_stranger():
    strength = scores(4, Rows([0], [1], [1]), traits=Traits([1, 2, 3], [0, 0, 0], [7, 7, 8]))
    assert one(strength, 0, 2)["walks"] > 0 == one(strength, 0, 3)["walks"]


def test_rarity_is_one_for_nobody_else_and_zero_for_everybody_and_counts_squared():
    # Four say where they work: two at 1, two at 2; rarity log(4/2) / log(4) = 1/2. The fifth says nothing.
    found = shared(5, [0, 1, 2, 3], [0, 0, 0, 0], [1, 1, 2, 2])
    assert (found.a.tolist(), found.b.tolist(), found.weight.tolist()) == ([0, 2], [1, 3], [0.25, 0.25])
    assert shared(3, [0, 1, 2], [0, 0, 0], [1, 1, 1]).weight.tolist() == []


def test_of_one_field_the_rarest_shared_value_counts_and_fields_add_up():
    # Interests (field 0) of four people: 5 is held by two, 6 by three; both shared by 0 and 1. Field 1: 9 by 0 and 1.
    people, fields = [0, 1, 0, 1, 2, 3, 0, 1, 2, 3], [0] * 6 + [1] * 4
    found = shared(4, people, fields, [5, 5, 6, 6, 6, 7, 9, 9, 10, 11])
    by_pair = dict(zip(zip(found.a.tolist(), found.b.tolist(), strict=True), found.weight.tolist(), strict=True))
    common = (log(4 / 3) / log(4)) ** 2
    assert by_pair == pytest.approx({(0, 1): 0.25 + 0.25, (0, 2): common, (1, 2): common})


def test_a_long_form_counts_no_more_than_two_of_its_fields():
    fields = np.repeat(np.arange(50), 16)
    people = np.tile(np.arange(16), 50)
    values = np.where(people < 2, 1_000 + fields, 2_000 + 16 * fields + people)
    assert shared(16, people, fields, values).weight.tolist() == [2.0]


def test_a_value_that_too_many_share_makes_no_pairs(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("services.matchmaking.engine.shared.PAIRS", 4)
    monkeypatch.setattr("services.matchmaking.engine.shared.PAIRS_A_PERSON", 0)
    # The rare value (one pair) is kept, the common one (six pairs) is over the bound.
    found = shared(6, [0, 1, 2, 3, 4, 5, 0, 1], [0] * 8, [1, 1, 1, 1, 2, 3, 4, 4])
    assert list(zip(found.a.tolist(), found.b.tolist(), strict=True)) == [(0, 1)]


@pytest.mark.parametrize(
    "name", ["gender", "Age", "age_group", "date of birth", "Native-Language", "COUNTRY", "Sex (M/F)"]
)
def test_protected_traits_are_known_by_name_however_written(name: str):
    assert is_protected(name)


@pytest.mark.parametrize("name", ["institute", "programming language", "stage", "interest"])
def test_other_fields_are_not_taken_for_protected_ones(name: str):
    assert not is_protected(name)


class Chance(NamedTuple):
    people: int
    messages: Rows
    contacts: Rows
    traits: Traits


def chance(seed: int) -> Chance:
    rng = random.Random(seed)
    people = 30
    pairs = [rng.sample(range(people), 2) for _ in range(90)]
    one, other = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    messages = Rows(one[:50], other[:50], [rng.random() * 20 for _ in range(50)])
    contacts = Rows(one[50:], other[50:], [rng.random() * 2_000 for _ in range(40)])
    said = [(rng.randrange(people), 0, rng.randrange(12)) for _ in range(60)]
    return Chance(people, messages, contacts, Traits(*zip(*said, strict=True)))


def everybody(strength: TieStrength, people: int) -> tuple[Scores, Scores]:
    a, b = np.triu_indices(people, 1)
    return strength.of(a, b), strength.of(b, a)


@pytest.mark.parametrize("seed", range(5))
def test_scores_are_the_same_from_both_sides_bit_for_bit_and_in_range(seed: int):
    there, back = everybody(TieStrength(*chance(seed)), 30)
    for part, other in zip(there, back, strict=True):
        assert part.tolist() == other.tolist()
        assert (part >= 0).all()
    assert (there.probability < 1).all()
    assert there.walks.max() > 0 < there.traits.max()


@pytest.mark.parametrize("seed", range(5))
def test_parts_add_up_to_the_probability(seed: int):
    found, _ = everybody(TieStrength(*chance(seed)), 30)
    strength = found.messages + found.contacts + found.traits + found.walks
    assert found.probability.tolist() == pytest.approx((1 - np.exp(-strength / 3)).tolist())


def test_the_same_input_gives_the_same_scores_and_the_order_of_rows_changes_nothing_but_rounding():
    people, messages, contacts, traits = chance(1)
    first, _ = everybody(TieStrength(people, messages, contacts, traits), people)
    again, _ = everybody(TieStrength(people, messages, contacts, traits), people)
    assert first.probability.tolist() == again.probability.tolist()
    turned = Rows(messages.b[::-1], messages.a[::-1], messages.amount[::-1])
    other, _ = everybody(TieStrength(people, turned, contacts, traits), people)
    assert other.probability.tolist() == pytest.approx(first.probability.tolist())


@pytest.mark.parametrize("seed", range(5))
def test_walks_are_what_the_matrices_say(seed: int):
    people = 30
    found, _ = everybody(TieStrength(*chance(seed)), people)
    direct = np.zeros((people, people))
    a, b = np.triu_indices(people, 1)
    direct[a, b] = direct[b, a] = found.messages + found.contacts + found.traits
    total = direct.sum(axis=1)
    around = direct @ np.diag(1 / np.where(total > 0, total, 1)) @ direct
    assert found.walks.tolist() == pytest.approx((0.5 * around[a, b]).tolist())


def test_more_messages_never_make_a_tie_weaker():
    people, messages, contacts, traits = chance(3)
    before = one(TieStrength(people, messages, contacts, traits), 4, 9)["probability"]
    more = Rows([*messages.a, 4], [*messages.b, 9], [*messages.amount, 1])
    assert one(TieStrength(people, more, contacts, traits), 4, 9)["probability"] > before


def test_the_best_common_neighbours_are_found_and_equals_come_by_position():
    # From 0: over 1 to 3 and 4, over 2 to 4 and 5. 4 is reached twice; 3 and 5 equally.
    near = graph(add_up(6, [0, 0, 1, 1, 2, 2], [1, 2, 3, 4, 4, 5], [1] * 6))
    a, b = two_steps_away(strongest(near), np.array([0]), np.ones(6, bool))
    assert list(zip(a.tolist(), b.tolist(), strict=True)) == [(0, 4), (0, 3), (0, 5)]
    a, b = two_steps_away(strongest(near), np.array([0]), np.array([1, 1, 1, 1, 0, 1], bool))
    assert b.tolist() == [3, 5]


def test_at_most_so_many_are_found_for_one_person(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("services.matchmaking.engine.graph.FOUND", 2)
    near = graph(add_up(7, [0, 1, 1, 1, 1, 1], [1, 2, 3, 4, 5, 6], [1, 1, 5, 2, 4, 3]))
    assert two_steps_away(strongest(near), np.array([0]), np.ones(7, bool))[1].tolist() == [3, 5]


def test_only_the_strongest_edges_are_followed():
    near = graph(add_up(4, [0, 0, 0], [1, 2, 3], [1, 3, 3]))
    followed = strongest(near, 2)
    assert followed.other[followed.start[0] : followed.start[1]].tolist() == [2, 3]
    assert followed.total.tolist() == [7, 1, 3, 3]


def test_a_rate_of_a_half_is_as_written():
    assert float(probability(2.0, 0.5)) == pytest.approx(1 - exp(-1))
    assert Weights() == WEIGHTS
