"""Source stays small, says what it is for, and its rules are given the time; each guard is seen to fail."""

from pathlib import Path

import pytest

from tests.architecture import guards
from tests.architecture.guards import Guard

ROOT = Path(__file__).parents[2]


def sources(*patterns: str) -> list[Path]:
    return sorted(path for pattern in patterns for path in ROOT.glob(pattern))


PRODUCTION = ("services/**/*.py", "cli/**/*.py", "embedded/**/*.py")
RULES = ("services/*/domain/**/*.py", "services/*/engine/**/*.py")
CHECKED: list[tuple[Guard, tuple[str, ...]]] = [
    (guards.long_files, PRODUCTION),
    (guards.long_functions, PRODUCTION),
    (guards.without_docstring, (*PRODUCTION, "bench/**/*.py", "sample/**/*.py", "scripts/**/*.py", "tests/*/*.py")),
    (guards.heavy, ("services/kit/**/*.py",)),
    (guards.clock_readers, RULES),
]
DOCSTRING = '"""What it is for."""\n'
PLANTED: list[tuple[Guard, str, str]] = [
    (guards.long_files, DOCSTRING + "x = 1\n" * 300, "301 lines"),
    (guards.long_functions, DOCSTRING + "async def work():\n" + "    x = 1\n" * 40, "work: 41 lines"),
    (guards.without_docstring, "# only a comment\nx = 1\n", "say in a sentence"),
    (guards.heavy, DOCSTRING + "x = 1\n" * 1_500, "1501 lines"),
    (guards.clock_readers, DOCSTRING + "from datetime import UTC, datetime\nat = datetime.now(UTC)\n", ":3 reads"),
]


@pytest.mark.parametrize(("guard", "patterns"), CHECKED, ids=lambda v: getattr(v, "__name__", ""))
def test_source_keeps(guard: Guard, patterns: tuple[str, ...]):
    paths = sources(*patterns)
    assert paths, "the guard looked at nothing"
    assert "\n".join(guard(paths)) == ""


@pytest.mark.parametrize(("guard", "text", "complaint"), PLANTED, ids=lambda v: getattr(v, "__name__", ""))
def test_a_planted_violation_is_found(tmp_path: Path, guard: Guard, text: str, complaint: str):
    planted = tmp_path / "planted.py"
    planted.write_text(text)
    assert [complaint in found for found in guard([planted])] == [True]


@pytest.mark.parametrize("guard", [guard for guard, _ in CHECKED])
def test_the_largest_that_is_allowed_passes(tmp_path: Path, guard: Guard):
    fine = tmp_path / "fine.py"
    fine.write_text(DOCSTRING + "def work():\n" + "    x = 1\n" * 39 + "x = 1\n" * 259)
    assert guard([fine]) == []


def test_every_guard_has_a_planted_violation():
    assert {guard for guard, _, _ in PLANTED} == {guard for guard, _ in CHECKED}
