"""Learning finds what was planted, stays within its bounds, and shows nothing that is about few people."""

from uuid import UUID

import numpy as np
import pytest

from services.matchmaking.domain.learning import Learned, Lesson, Outcome, Signal, Worked, is_news, shown
from services.matchmaking.engine.learning import learn
from services.matchmaking.engine.strength import Rows, TieStrength, Traits
from services.matchmaking.handlers.learn import learn_from
from services.matchmaking.handlers.ports import Past

RATE = 1 / 3


def chances(signals: np.ndarray, planted: Learned) -> np.ndarray:
    """What the model says, written out."""
    return 1 - np.exp(-RATE * (signals @ planted[:4] + planted.anyway))


def simulated(count: int, planted: Learned, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Suggestions of all kinds, and sessions as often as ``planted`` says."""
    rng = np.random.default_rng(seed)
    signals = rng.exponential([1.5, 1.0, 0.7, 0.8], (count, 4)) * (rng.random((count, 4)) < 0.6)
    return signals, rng.random(count) < chances(signals, planted)


@pytest.mark.parametrize("planted", [Learned(0.5, 2.0, 1.0, 1.5, 0.3), Learned(1.5, 0.4, 2.5, 0.5, 0.05), Learned()])
def test_planted_weights_are_found(planted: Learned):
    found = learn(*simulated(40_000, planted))
    assert found == pytest.approx(planted, abs=0.15)


def test_what_was_learned_from_some_predicts_others_better():
    planted = Learned(0.3, 2.5, 2.0, 0.4, 0.3)
    found = learn(*simulated(400, planted, seed=5))
    signals, session = simulated(20_000, planted, seed=6)

    def surprise(by: Learned) -> float:
        said = np.clip(chances(signals, by), 1e-3, 1)
        return float(-np.where(session, np.log(said), np.log(1 - said)).mean())

    assert surprise(found) < surprise(Learned()) - 0.05


@pytest.mark.parametrize("session", [True, False])
def test_however_one_sided_outcomes_are_weights_stay_within_bounds(session: bool):
    signals = np.random.default_rng(2).exponential(0.1, (5_000, 4))
    found = learn(signals, np.full(5_000, session))
    assert all(0.25 <= weight <= 4 for weight in found[:4])
    assert 0 <= found.anyway <= 1.5
    assert (max(found[:4]) == 4) is session
    assert (min(found[:4]) == 0.25) is not session


def test_a_signal_that_fewer_than_fifty_suggestions_had_keeps_its_weight():
    signals, session = simulated(400, Learned(0.3, 3.0, 3.0, 0.3))
    signals[49:, 1] = 0.0
    signals[:49, 1] = 5.0
    assert learn(signals, session).contacts == 1.0
    signals[49, 1] = 5.0
    assert learn(signals, session).contacts != 1.0
    assert learn(signals[:49], session[:49]) == Learned()
    assert learn([], []) == Learned()


def test_few_outcomes_move_weights_little():
    planted = Learned(4.0, 4.0, 4.0, 4.0)
    few, many = (learn(*simulated(count, planted)).messages for count in (120, 20_000))
    assert 1 < few < 2 < 3.5 < many


def test_the_same_outcomes_in_any_order_teach_the_same():
    signals, session = simulated(1_000, Learned(0.5, 2.0, 1.0, 1.5, 0.3))
    turned = np.random.default_rng(3).permutation(1_000)
    assert learn(signals, session) == learn(signals, session)
    assert learn(signals[turned], session[turned]) == pytest.approx(learn(signals, session), abs=1e-6)


def test_the_scorer_applies_what_was_learned():
    rows = (Rows([0, 1], [1, 2], [3, 3]), Rows([0], [1], [300]), Traits())
    plain = TieStrength(3, *rows).of([0, 0], [1, 2])
    by = TieStrength(3, *rows, learned=Learned(2.0, 0.5, 1.0, 0.25, 0.1)).of([0, 0], [1, 2])
    assert by.messages.tolist() == plain.messages.tolist()
    signals = np.stack(plain[1:], axis=1)
    assert by.probability == pytest.approx(chances(signals, Learned(2.0, 0.5, 1.0, 0.25, 0.1)))


def outcomes(count: int, sessions: int, people: int = 100, signals: tuple[float, ...] = (1, 0, 0, 0)) -> list[Outcome]:
    pairs = [(UUID(int=n % people), UUID(int=(n + 1) % people)) for n in range(count)]
    return [Outcome(signals, pair, n < sessions) for n, pair in enumerate(pairs)]


@pytest.mark.parametrize(
    ("group", "seen"),
    [
        (outcomes(20, 10), Worked(20, 10)),
        (outcomes(19, 10), None),
        (outcomes(30, 10, people=19), None),
        (outcomes(30, 10, people=20), Worked(30, 10)),
        (outcomes(30, 4), None),
        (outcomes(30, 5), Worked(30, 5)),
        (outcomes(30, 25), Worked(30, 25)),
        (outcomes(30, 26), None),
        (outcomes(30, 0), None),
    ],
)
def test_a_group_is_shown_only_when_it_tells_of_many_and_of_both_ends(group: list[Outcome], seen: Worked | None):
    assert shown(group, {}).get(Signal.MESSAGES) == seen


def test_a_group_is_shown_anew_only_when_it_grew_enough_or_shrank():
    before = {Signal.MESSAGES: Worked(30, 10)}
    assert shown(outcomes(39, 19), before) == before
    assert shown(outcomes(40, 19), before) == {Signal.MESSAGES: Worked(40, 19)}
    assert shown(outcomes(29, 9), before) == {Signal.MESSAGES: Worked(29, 9)}


def test_an_outcome_is_in_the_group_of_what_spoke_most_and_in_no_other():
    groups = [
        *outcomes(20, 8, signals=(2.0, 1.0, 0, 0)),
        *outcomes(21, 8, signals=(1.0, 2.0, 0, 0)),
        *outcomes(22, 8, signals=(0, 0, 0.1, 0)),
        *outcomes(23, 8, signals=(0, 0, 0, 0.1)),
        *outcomes(24, 8, signals=(0, 0, 0, 0)),
    ]
    assert {signal: worked.outcomes for signal, worked in shown(groups, {}).items()} == {
        Signal.MESSAGES: 20, Signal.CONTACTS: 21, Signal.TRAITS: 22, Signal.WALKS: 23, Signal.NONE: 24,
    }  # fmt: skip


def test_a_lesson_follows_the_one_before_once_there_is_news():
    before = Lesson(3, 300, Learned(), {Signal.MESSAGES: Worked(30, 10)})
    assert [is_news(count, None) for count in (19, 20)] == [False, True]
    assert [is_news(count, before) for count in (299, 300, 329, 330)] == [True, False, False, True]
    assert learn_from(Past(before)) is None
    lesson = learn_from(Past(before, outcomes(60, 6)))
    assert lesson is not None
    assert (lesson.version, lesson.outcomes, lesson.shown) == (4, 60, {Signal.MESSAGES: Worked(60, 6)})
    assert lesson.learned.messages < 1
