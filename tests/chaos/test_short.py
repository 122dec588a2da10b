"""A short seeded run loses nothing and doubles nothing; `make chaos` is the long one."""

from pathlib import Path

import pytest

from tests.chaos.runs import LIMIT, chaos

FAULTS = ("kill -9 broker", "kill -9 postgres", "die at relay.after_send", "cut connections to postgres", "poison")


@pytest.mark.timeout(LIMIT + 60)
def test_under_kills_cuts_and_poison_nothing_is_lost_and_nothing_takes_effect_twice(tmp_path: Path) -> None:
    # Until each fault was injected and so much acknowledged, however long that takes here.
    until = ("--seconds", "5", "--commands", "60", "--patience", "200")
    ran = chaos(tmp_path, "--seed", "1", "--mixed", "0", *until, "--faults", *FAULTS)
    assert ran.code == 0, ran.printed
    injected = {row["fault"] for row in ran.rows if row["injected"]}
    assert injected >= set(FAULTS), ran.printed
    assert sum(row["acknowledged"] for row in ran.rows) >= 60, ran.printed
