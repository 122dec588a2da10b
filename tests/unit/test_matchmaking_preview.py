"""What a preview counts: what the engine would suggest with other weights and budgets, and nothing anybody answered."""

from dataclasses import replace
from uuid import UUID

import pytest

from services.matchmaking.domain.facts import TieCount
from services.matchmaking.domain.learning import Learned, Lesson, Signal
from services.matchmaking.domain.preview import Trial
from services.matchmaking.handlers.ports import Past, Seeker
from services.matchmaking.handlers.preview import try_out
from tests.pictures import World

HUB, ADA, BOB, CYD = PEOPLE = [UUID(int=n) for n in range(1, 5)]
AS_IT_IS = Trial({}, None)
INTERESTS = Trial({Signal.MESSAGES: 0.25, Signal.TRAITS: 4.0}, None)


def replies(count: int) -> tuple[TieCount, ...]:
    return (TieCount(UUID(int=101), "reply", "", count, 0),)


def hub(holds: int = 0) -> World:
    """The hub has room for Ada, of one interest with them, or Bob, who wrote more and has one in common with Cyd."""
    interests = {HUB: ("tea",), ADA: ("tea",), BOB: ("zines",), CYD: ("zines",)}
    seekers = [Seeker(id, 1, holds, interests[id], ()) for id in PEOPLE]
    return World(seekers, {(HUB, ADA): replies(1), (HUB, BOB): replies(20)})


def test_a_trials_weights_decide_whom_the_engine_chooses():
    now, then = try_out(hub().picture(), INTERESTS)
    assert now.by_route == {"open_table": 1, "tie": 1}
    assert then.by_route == {"shared_interest": 1, "tie": 1}


def test_what_was_learned_counts_at_present_and_where_the_trial_says_nothing():
    lesson = Lesson(1, 60, Learned(messages=0.25, traits=4.0), {})
    picture = replace(hub().picture(), past=Past(lesson))
    now, then = try_out(picture, Trial({Signal.TRAITS: 0.25, Signal.MESSAGES: 4.0}, None))
    assert now.by_route == {"shared_interest": 1, "tie": 1}
    assert then.by_route == {"open_table": 1, "tie": 1}
    assert try_out(picture, AS_IT_IS) == (now, now)


def test_a_trials_budget_is_everybodys():
    now, then = try_out(hub().picture(), Trial({}, 2))
    assert (now.most, now.by_route["tie"]) == (1, 1)
    assert (then.most, then.by_route["tie"]) == (2, 2)


@pytest.mark.parametrize("trial", [AS_IT_IS, INTERESTS, Trial({}, 3)])
def test_what_people_hold_answered_or_excluded_has_no_part_in_it(trial: Trial):
    nothing = try_out(hub().picture(), trial)
    assert nothing[0].reached == 4
    assert try_out(hub(holds=1).picture(), trial) == nothing
    assert try_out(replace(hub(), spent=[(HUB, ADA), (HUB, BOB), (BOB, CYD)]).picture(), trial) == nothing


def test_who_both_know_that_they_met_are_not_suggested():
    two = World([Seeker(id, 1, 0, (), ()) for id in (HUB, ADA)], {(HUB, ADA): replies(3)})
    assert try_out(two.picture(), AS_IT_IS)[0].by_route == {"tie": 1}
    assert try_out(replace(two, met=[(HUB, ADA)]).picture(), AS_IT_IS)[0].by_route == {}
