"""The checker is seen to fail: each planted bug is reported as what it does."""

from pathlib import Path

import pytest

from tests.chaos.runs import LIMIT, chaos

# Bugs that hide each other are planted in different runs: a broker that lost all is sent everything again.
RUNS = {
    "twice": (
        ("kill -9 broker", "cut connections"),
        {
            "no_inbox": ("doubled", "took effect 2 times"),
            "no_request_ids": ("doubled", "a retry got another reply"),
        },
    ),
    "never": (
        ("die at relay.after_send", "kill -9 ledger"),
        {
            "ack_before_commit": ("lost", "never took effect"),
            "marked_before_sent": ("lost", "marked as sent are in no topic"),
        },
    ),
}


@pytest.mark.timeout(LIMIT + 60)
@pytest.mark.parametrize("run", RUNS)
def test_planted_bugs_are_found(tmp_path: Path, run: str) -> None:
    faults, bugs = RUNS[run]
    # So patient that what is only late is not taken for lost.
    planted = ("--bug", ",".join(bugs), "--seed", "1", "--seconds", "10", "--patience", "60", "--clients", "5")
    enough = ("--commands", "400", "--mixed", "0")
    ran = chaos(tmp_path, *planted, *enough, "--faults", *faults)
    assert ran.code == 1, ran.printed
    found = [(finding["kind"], finding["what"]) for finding in ran.findings]
    for bug, (kind, words) in bugs.items():
        assert any(k == kind and words in what for k, what in found), f"{bug} was not found:\n{ran.printed}"
