"""The calibration bench measures what it says, and draws every group of pairs once."""

from xml.etree import ElementTree

import numpy as np
import pytest

from bench import calibration


def test_away_is_how_far_predictions_are_from_what_came_true():
    happened = np.array([True, False, False, False])
    found = calibration.report(happened, np.array([0.55, 0.55, 0.05, 0.05]), np.array([0.25] * 4))
    assert found["before"]["away"] == pytest.approx((2 * 0.05 + 2 * 0.05) / 4)
    assert found["before"]["brier"] == pytest.approx((0.45**2 + 0.55**2 + 2 * 0.05**2) / 4, abs=1e-4)
    assert found["after"]["away"] == 0


def test_learning_brings_simulated_chances_nearer_to_what_comes_true():
    found = calibration.report(*calibration.simulated(seed=3))
    assert found["after"]["away"] < found["before"]["away"] / 1.5
    assert found["after"]["brier"] < found["before"]["brier"]


def test_the_diagram_is_well_formed_and_has_a_circle_for_each_group():
    bins = [{"pairs": 5, "predicted": 0.2, "observed": 0.4}, {"pairs": 3, "predicted": 0.9, "observed": 1.0}]
    drawn = calibration.svg({"a < b": {"before": {"bins": bins}, "after": {"bins": bins[:1]}}})
    circles = ElementTree.fromstring(drawn).findall(".//{http://www.w3.org/2000/svg}circle")
    assert [circle.get("class") for circle in circles] == ["before", "before", "after"]
