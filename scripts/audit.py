"""Checks what the lock files promise: every package has a hash and a known registry, none a known vulnerability.

Vulnerabilities come from OSV by `uv audit`; where it cannot be reached a line says so, and the hashes are all there is.
"""

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
PYPI = {"registry": "https://pypi.org/simple"}
SHA256 = re.compile(r"sha256:[0-9a-f]{64}")
SHA512 = re.compile(r"sha512-[A-Za-z0-9+/]{86}==")
FOUND = 1  # what uv audit exits with when a package has a known vulnerability
NO_ANSWER = 2


def python_problems(lock: dict[str, Any]) -> Iterator[str]:
    """What is wrong with the packages of uv.lock; the project itself is the one that is not fetched."""
    for package in lock["package"]:
        if package["source"] == {"editable": "."}:
            continue
        name = f"{package['name']} {package['version']}"
        files = [*package.get("wheels", []), *([package["sdist"]] if "sdist" in package else [])]
        if package["source"] != PYPI:
            yield f"uv.lock: {name} comes from {package['source']}; take it from PyPI"
        if not files:
            yield f"uv.lock: {name} has no file to fetch; run uv lock"
        for file in files:
            if not SHA256.fullmatch(file.get("hash", "")):
                yield f"uv.lock: {name} has a file without a sha256: {file.get('url')}; run uv lock"


def script_problems(lock: dict[str, Any]) -> Iterator[str]:
    """What is wrong with the packages of package-lock.json."""
    for path, package in lock["packages"].items():
        if path and not SHA512.fullmatch(package.get("integrity", "")):
            yield f"package-lock.json: {path} has no sha512; run npm install"
        if not package.get("resolved", "https://registry.npmjs.org/").startswith("https://registry.npmjs.org/"):
            yield f"package-lock.json: {path} comes from {package['resolved']}; take it from npm"


def vulnerabilities(project: Path, *options: str) -> tuple[int, str]:
    """The exit code of uv audit, and what it wrote."""
    uv = Path(sys.executable).with_name("uv")
    command = [str(uv), "audit", "--preview-features", "audit-command", "--frozen", "--project", str(project), *options]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=180)
    return ran.returncode, ran.stdout + ran.stderr


def main(project: Path, *options: str) -> int:
    """0 when all is well or vulnerabilities could not be asked for, which a line beginning with skipped says."""
    python = tomllib.loads((project / "uv.lock").read_text())
    scripts = json.loads((project / "package-lock.json").read_text())
    problems = [*python_problems(python), *script_problems(scripts)]
    count = len(python["package"]) + len(scripts["packages"]) - 2  # without the project in both
    if problems or count < 1:
        print("\n".join(problems) or "the lock files name no package")
        return 1
    code, told = vulnerabilities(project, *options)
    if code == NO_ANSWER:
        reason = told.strip().splitlines()[-1].strip() if told.strip() else "it wrote nothing"
        print(f"skipped: known vulnerabilities, OSV does not answer ({reason}); {count} packages have their hashes")
        return 0
    print(told.strip() if code else f"{count} packages have their hashes; no Python package has a known vulnerability")
    return 1 if code else 0


if __name__ == "__main__":
    sys.exit(main(ROOT))
