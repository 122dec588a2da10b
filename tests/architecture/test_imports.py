"""Each import rule of .importlinter holds on a tree that keeps it and is broken by its fixture."""

import configparser
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CONFIG = ROOT / ".importlinter"
FIXTURES = Path(__file__).parent / "fixtures"
SERVICES = ("attendee", "matchmaking", "scheduling", "portal")
ROOMS = ("api", "store", "handlers", "engine", "importers", "domain")


def rules() -> list[str]:
    config = configparser.ConfigParser()
    config.read(CONFIG)
    return [s.removeprefix("importlinter:contract:") for s in config.sections() if s != "importlinter"]


def violations() -> list[tuple[str, Path]]:
    return [(f.relative_to(FIXTURES).parts[0], f) for f in sorted(FIXTURES.rglob("*.py"))]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A project with every room of every service, all empty."""
    modules = [f"services/{s}/{m}" for s in SERVICES for m in ("app", "settings", "__main__")]
    modules += [f"services/{s}/{room}/__init__" for s in SERVICES for room in ROOMS]
    modules += [f"services/{s}/{m}" for s in SERVICES for m in ("store/reads", "store/publish", "api/grpc")]
    modules += [f"services/kit/{m}" for m in ("db", "outbox", "envelope", "errors", "ids", "clock")]
    modules += ["services/portal/domain/words", "services/attendee/handlers/join_attendees", "embedded/ports"]
    modules += [f"{p}/__init__" for p in ("services", "services/kit", "cli", "embedded", "bench", "sample")]
    modules += [f"services/{s}/__init__" for s in SERVICES]
    for module in modules:
        path = tmp_path / f"{module}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return tmp_path


def lint(tree: Path, *rule: str) -> subprocess.CompletedProcess[str]:
    command = Path(sys.executable).with_name("lint-imports")
    chosen = [f"--contract={r}" for r in rule]
    return subprocess.run(
        [command, f"--config={CONFIG}", "--no-cache", "--no-logo", *chosen],
        cwd=tree, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_a_tree_that_keeps_every_rule_passes(tree: Path):
    ran = lint(tree)
    assert ran.returncode == 0, ran.stdout
    assert f"{len(rules())} kept, 0 broken" in ran.stdout


@pytest.mark.parametrize(("rule", "violation"), violations(), ids=lambda v: v if isinstance(v, str) else v.stem)
def test_a_violation_breaks_its_rule(tree: Path, rule: str, violation: Path):
    target = tree / violation.relative_to(FIXTURES / rule)
    shutil.copyfile(violation, target)
    ran = lint(tree, rule)
    assert ran.returncode == 1
    assert "0 kept, 1 broken" in ran.stdout, ran.stdout
    assert ".".join(target.relative_to(tree).with_suffix("").parts) in ran.stdout


def test_every_rule_has_a_violation_to_break_it():
    assert {rule for rule, _ in violations()} == set(rules())


def test_every_folder_with_modules_is_a_package_so_that_the_rules_see_it():
    folders = {
        f.parent for top in ("services", "cli", "embedded", "bench", "sample") for f in (ROOT / top).rglob("*.py")
    }
    assert sorted(str(f.relative_to(ROOT)) for f in folders if not (f / "__init__.py").exists()) == []
