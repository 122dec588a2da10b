"""The check of dependencies sees what it is there for, and says so when it could not look."""

import json
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from scripts import audit

ROOT = Path(__file__).parents[2]
WHEEL = {"url": "https://files.example/a.whl", "hash": "sha256:" + "a" * 64}
FINE = {"name": "a", "version": "1", "source": {"registry": "https://pypi.org/simple"}, "wheels": [WHEEL]}
SHA512 = "sha512-" + "A" * 86 + "=="


class Osv(BaseHTTPRequestHandler):
    """A vulnerability database that knows of one, in jinja2."""

    def do_POST(self) -> None:
        queries = json.loads(self.rfile.read(int(self.headers["content-length"])))["queries"]
        known = [{"id": "PYSEC-2099-1", "modified": "2026-01-01T00:00:00Z"}]
        self.answer({"results": [{"vulns": known} if q["package"]["name"] == "jinja2" else {} for q in queries]})

    def do_GET(self) -> None:
        affected = [{"package": {"name": "jinja2", "ecosystem": "PyPI"}}]
        self.answer({"id": "PYSEC-2099-1", "modified": "2026-01-01T00:00:00Z", "affected": affected})

    def answer(self, content: Any) -> None:
        body = json.dumps(content).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Says nothing."""


class Clean(Osv):
    """A vulnerability database that knows of none."""

    def do_POST(self) -> None:
        queries = json.loads(self.rfile.read(int(self.headers["content-length"])))["queries"]
        self.answer({"results": [{} for _ in queries]})


@pytest.fixture
def database(request: pytest.FixtureRequest) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), request.param) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()


@pytest.mark.parametrize("database", [Osv], indirect=True)
def test_a_known_vulnerability_fails_and_is_named(database: str, capsys: pytest.CaptureFixture[str]):
    assert audit.main(ROOT, "--service-url", database) == 1
    assert "PYSEC-2099-1" in capsys.readouterr().out


@pytest.mark.parametrize("database", [Clean], indirect=True)
def test_no_known_vulnerability_passes(database: str, capsys: pytest.CaptureFixture[str]):
    assert audit.main(ROOT, "--service-url", database) == 0
    assert "no Python package has a known vulnerability" in capsys.readouterr().out


def test_a_database_that_does_not_answer_is_a_line_that_says_so(capsys: pytest.CaptureFixture[str]):
    assert audit.main(ROOT, "--service-url", "http://127.0.0.1:1/") == 0
    assert capsys.readouterr().out.startswith("skipped: known vulnerabilities, OSV does not answer (")


def test_the_leg_shows_that_line(tmp_path: Path):
    lines = (ROOT / "scripts" / "lint").read_text().partition("leg contracts")[0]
    script = tmp_path / "lint"
    script.write_text(
        lines.replace('cd "$(dirname "$0")/.."', "cd .") + "leg dependencies echo 'skipped: the reason'\n"
    )
    ran = subprocess.run(["bash", script], capture_output=True, text=True, check=False)
    assert ran.stdout == "ok      dependencies\nskipped: the reason\n"


@pytest.mark.parametrize(("change", "told"), [
    ({"source": {"git": "https://example.org/a"}}, "a 1 comes from"),
    ({"source": {"registry": "https://pypi.example/simple"}}, "a 1 comes from"),
    ({"wheels": [{"url": "https://files.example/a.whl"}]}, "a file without a sha256"),
    ({"wheels": [WHEEL, {**WHEEL, "hash": "md5:1"}]}, "a file without a sha256"),
    ({"sdist": {"url": "https://files.example/a.tar.gz"}}, "a file without a sha256"),
    ({"wheels": []}, "has no file to fetch"),
])  # fmt: skip
def test_a_python_package_that_anybody_could_swap_is_named(change: dict[str, Any], told: str):
    [problem] = audit.python_problems({"package": [FINE, {**FINE, **change}]})
    assert told in problem


@pytest.mark.parametrize(("package", "told"), [
    ({}, "has no sha512"),
    ({"integrity": "sha1-abc"}, "has no sha512"),
    ({"integrity": SHA512, "resolved": "https://npm.example/a.tgz"}, "comes from"),
])  # fmt: skip
def test_a_page_script_that_anybody_could_swap_is_named(package: dict[str, str], told: str):
    fine = {"integrity": SHA512}
    [problem] = audit.script_problems({"packages": {"": {}, "node_modules/a": fine, "node_modules/b": package}})
    assert told in problem
