"""The IRC bench: hand-made links against what the importer sees, on a log small enough to count by hand."""

import json
import subprocess
import sys
from pathlib import Path

from bench.irc import measure

QUIET = "[09:00] <ada> good morning\n" * 998 + "[09:00] <bo> hi\n[09:00] <cleo> hi\n"
TALK = "[10:00] <ada> bo: hi\n[10:00] <bo> yes?\n[10:01] <cleo> me too\n[10:02] <cleo> bo: you too?\n"
# Linked by hand: bo answers ada (seen), cleo answers bo (seen), ada's line starts, cleo's "me too" answers
# ada (not seen). The importer also finds ada -> bo, which nobody linked.
LINKS = "1000 1000 -\n1000 1001 -\n1000 1002 -\n1001 1003 -\n1002 1003 -\n"


def write(folder: Path) -> None:
    (folder / "a.ascii.txt").write_text(QUIET + TALK)
    (folder / "a.annotation.txt").write_text(LINKS)
    (folder / "b.ascii.txt").write_text(QUIET)


def test_precision_and_recall_are_counted_by_distinct_directed_pairs(tmp_path: Path) -> None:
    write(tmp_path)
    assert measure(tmp_path).report() == {
        "precision": 0.6667,
        "recall": 0.6667,
        "pairs": 3,
        "found": 3,
        "right": 2,
        "files": 1,
    }


def test_the_command_prints_one_json_object(tmp_path: Path) -> None:
    write(tmp_path)
    run = subprocess.run([sys.executable, "-m", "bench.irc", str(tmp_path)], capture_output=True, text=True)
    assert run.returncode == 0
    assert json.loads(run.stdout)["pairs"] == 3


def test_nothing_measured_is_a_failure(tmp_path: Path) -> None:
    run = subprocess.run([sys.executable, "-m", "bench.irc", str(tmp_path)], capture_output=True, text=True)
    assert run.returncode != 0
    assert "nothing was measured" in run.stderr
