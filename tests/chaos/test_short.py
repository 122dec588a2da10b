"""A short seeded run loses nothing and doubles nothing; `make chaos` is the long one."""

from pathlib import Path

import pytest

from tests.chaos.runs import chaos

FAULTS = ("kill -9 broker", "kill -9 postgres", "die at relay.after_send", "cut connections", "poison")


@pytest.mark.timeout(600)
def test_under_kills_cuts_and_poison_nothing_is_lost_and_nothing_takes_effect_twice(tmp_path: Path) -> None:
    ran = chaos(tmp_path, "--seed", "1", "--seconds", "20", "--mixed", "0", "--faults", *FAULTS)
    assert ran.code == 0, ran.printed
    assert sum(row["injected"] > 0 for row in ran.rows) >= 3, ran.printed
    assert sum(row["acknowledged"] for row in ran.rows) >= 50, ran.printed
