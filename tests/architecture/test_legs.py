"""A test that did not run counts as failed where every leg must run."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SKIPS = "import pytest\n\n@pytest.mark.skip(reason='no browser here')\ndef test_page(): ...\n"
WHOLE_FILE_SKIPS = "import pytest\n\npytest.skip('no Java here', allow_module_level=True)\n"
FAILS_AS_EXPECTED = "import pytest\n\n@pytest.mark.xfail\ndef test_known(): assert False\n"


def run_pytest(folder: Path, text: str, **environment: str) -> subprocess.CompletedProcess[str]:
    (folder / "test_it.py").write_text(text)
    hidden = ("CI", "HALLWAY_REQUIRE_ALL_LEGS", "PYTEST_ADDOPTS")
    inherited = {k: v for k, v in os.environ.items() if k not in hidden}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-c", os.devnull, "-p", "tests.legs", "-ra", f"--rootdir={folder}", folder],
        cwd=ROOT, env=inherited | environment, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_a_skip_is_one_line_where_legs_may_be_missing(tmp_path: Path):
    ran = run_pytest(tmp_path, SKIPS)
    assert "1 skipped" in ran.stdout
    assert "no browser here" in ran.stdout
    assert ran.returncode == 0


@pytest.mark.parametrize("required", [{"HALLWAY_REQUIRE_ALL_LEGS": "1"}, {"CI": "true"}])
@pytest.mark.parametrize(("text", "reason"), [(SKIPS, "no browser here"), (WHOLE_FILE_SKIPS, "no Java here")])
def test_a_skip_is_a_failure_that_says_why_where_every_leg_must_run(
    tmp_path: Path, text: str, reason: str, required: dict[str, str]
):
    ran = run_pytest(tmp_path, text, **required)
    assert ran.returncode != 0
    assert f"this one did not: {reason}" in ran.stdout.replace("Skipped: ", "")


def test_an_expected_failure_is_not_a_skip(tmp_path: Path):
    assert run_pytest(tmp_path, FAILS_AS_EXPECTED, CI="true").returncode == 0
