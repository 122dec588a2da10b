"""Turns a skipped test into a failure where every leg must run: in CI."""

import os
from collections.abc import Generator
from typing import TypeVar

import pytest

Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)


def _every_leg_must_run() -> bool:
    return os.environ.get("HALLWAY_REQUIRE_ALL_LEGS") == "1" or os.environ.get("CI") == "true"


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    return report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)


def _refuse_skip(report: Report) -> Report:
    expected_failure = hasattr(report, "wasxfail")
    if report.skipped and not expected_failure and _every_leg_must_run():
        report.outcome = "failed"
        report.longrepr = f"every leg must run here, this one did not: {_reason(report)}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    return _refuse_skip((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    return _refuse_skip((yield))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """``--kafka apache`` repeats what depends on the broker, and nothing else."""
    if config.getoption("--kafka", "embedded") == "embedded":
        return
    repeated = [item for item in items if "kafka" in getattr(item, "fixturenames", ())]
    config.hook.pytest_deselected(items=[item for item in items if item not in repeated])
    items[:] = repeated
