"""Fetching from GitHub, against a real HTTP server that pages, limits and fails as GitHub does."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from cli.errors import CommandError
from cli.github import Fetcher
from tests.archives import CANARY, counts


class Github(ThreadingHTTPServer):
    """Two objects a page, sorted by update; `fail` are answers given before the real one, each once."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.lists: dict[str, list[dict]] = {"issues": [], "issues/comments": [], "pulls/comments": []}
        self.fail: list[tuple[int, dict[str, str]]] = []
        self.asked: list[tuple[str, int]] = []
        self.elsewhere = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Answers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        github: Github = self.server  # type: ignore[assignment]
        url = urlsplit(self.path)
        query = {key: values[0] for key, values in parse_qs(url.query).items()}
        if github.fail:
            return self.answer(*github.fail.pop(0), b"{}")
        wanted = github.lists[url.path.removeprefix("/repos/club/tool/")]
        found = sorted((i for i in wanted if i["updated_at"] >= query.get("since", "")), key=lambda i: i["updated_at"])
        page = int(query.get("page", "1"))
        body = json.dumps(found[2 * page - 2 : 2 * page]).encode()
        headers = {"ETag": f'"{hash(body)}"'}
        if len(found) > 2 * page:
            base = "http://localhost.example" if github.elsewhere else github.url
            rest = self.path.replace(f"&page={page}", "")
            headers["Link"] = f'<{base}{rest}&page={page + 1}>; rel="next"'
        same = self.headers["If-None-Match"] == headers["ETag"]
        return self.answer(304 if same else 200, headers, b"" if same else body)

    def answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.server.asked.append((self.path, status))  # type: ignore[attr-defined]
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


def issue(number: int, who: int, at: str, url: str) -> dict:
    return {"id": number, "number": number, "url": f"{url}/repos/club/tool/issues/{number}", "created_at": at,
            "updated_at": at, "user": {"id": who, "login": f"p{who}", "type": "User"}, "body": CANARY}  # fmt: skip


def comment(number: int, who: int, at: str, url: str, body: str = CANARY) -> dict:
    return {"id": number, "issue_url": f"{url}/repos/club/tool/issues/1", "created_at": at, "updated_at": at,
            "user": {"id": who, "login": f"p{who}", "type": "User"}, "body": body}  # fmt: skip


@pytest.fixture
def github() -> Iterator[Github]:
    server = Github()
    server.lists["issues"] = [issue(1, 11, "2026-03-01T00:00:00Z", server.url)]
    server.lists["issues/comments"] = [
        comment(n, 12, f"2026-03-0{n}T00:00:00Z", server.url, f"@p13 {CANARY} `@p14`") for n in range(1, 6)
    ]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


class Run:
    def __init__(self, github: Github, folder, repository: str = "club/tool") -> None:
        self.waits: list[float] = []
        client = httpx.Client(base_url=github.url)
        self.fetcher = Fetcher(client, repository, folder, wait=self.waits.append)

    def __call__(self, since: str = "") -> int:
        return self.fetcher.run(since)


def files(folder) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.glob("*.jsonl")}


FIVE = {("12", "11", "comment", "2026-03"): 5, ("12", "p13", "mention", "2026-03"): 5}


def test_every_page_is_fetched_and_can_be_imported_and_no_text_is_written(github, tmp_path):
    assert Run(github, tmp_path)() == 6
    assert counts("github", files(tmp_path)) == FIVE
    assert CANARY not in "".join(file.read_text() for file in tmp_path.iterdir())


def test_a_second_run_adds_only_what_is_new(github, tmp_path):
    Run(github, tmp_path)()
    github.lists["issues/comments"][0]["updated_at"] = "2026-03-09T00:00:00Z"  # edited: comes again
    github.lists["issues/comments"].append(comment(7, 12, "2026-03-05T00:00:00Z", github.url))  # the same second
    github.lists["issues/comments"].append(comment(8, 12, "2026-03-08T00:00:00Z", github.url))
    assert Run(github, tmp_path)() == 2
    assert counts("github", files(tmp_path))["12", "11", "comment", "2026-03"] == 7


def test_where_nothing_changed_github_says_so_and_sends_nothing(github, tmp_path):
    for _ in range(2):
        Run(github, tmp_path)()
    github.asked.clear()
    assert Run(github, tmp_path)() == 0
    assert [status for path, status in github.asked if "issues" in path] == [304, 304]


def test_a_run_that_was_stopped_goes_on_at_its_page(github, tmp_path):
    github.lists["issues"].clear()
    first = Run(github, tmp_path)
    pages = iter([None, None])

    def stop(line: str) -> None:
        if next(pages, 0) == 0:
            raise KeyboardInterrupt

    first.fetcher._tell = stop
    with pytest.raises(KeyboardInterrupt):
        first()
    with (tmp_path / "comments.jsonl").open("a") as out:
        out.write('{"half a')
    github.asked.clear()
    Run(github, tmp_path)()
    assert [path for path, _ in github.asked if "issues/comments" in path and "page=2" not in path] == [
        path for path, _ in github.asked if "issues/comments" in path and "page=3" in path
    ]
    github.lists["issues"] = [issue(1, 11, "2026-03-01T00:00:00Z", github.url)]
    Run(github, tmp_path)()
    assert counts("github", files(tmp_path)) == FIVE


@pytest.mark.parametrize(
    ("status", "headers", "waits"),
    [
        (429, {"Retry-After": "7"}, [7]),
        (403, {"Retry-After": "90"}, [90]),
        (403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1"}, [1]),
        (403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "99999999999"}, [3_700]),
        (429, {}, [60]),
        (502, {}, [1]),
    ],
)
def test_it_waits_as_long_as_github_asks_and_asks_again(github, tmp_path, status, headers, waits):
    github.fail = [(status, headers)]
    run = Run(github, tmp_path)
    assert run() == 6
    assert run.waits == waits


@pytest.mark.parametrize(
    ("status", "told"), [(404, "knows no club/tool"), (401, "does not take the token"), (403, "answered 403")]
)
def test_what_cannot_be_mended_by_waiting_is_told(github, tmp_path, status, told):
    github.fail = [(status, {})]
    run = Run(github, tmp_path)
    with pytest.raises(CommandError, match=told):
        run()
    assert run.waits == []


def test_it_gives_up_after_six_tries(github, tmp_path):
    github.fail = [(500, {})] * 6
    with pytest.raises(CommandError, match="did not answer 6 times"):
        Run(github, tmp_path)()


def test_a_next_page_on_another_host_is_not_asked_for(github, tmp_path):
    github.elsewhere = True
    with pytest.raises(CommandError, match="another host"):
        Run(github, tmp_path)()


def test_a_folder_of_another_repository_is_refused(github, tmp_path):
    Run(github, tmp_path)()
    with pytest.raises(CommandError, match="holds another repository"):
        Run(github, tmp_path, "club/other")


@pytest.mark.parametrize("name", ["tool", "a/b/c", "a/../b?x", ""])
def test_what_is_no_repository_is_refused(github, tmp_path, name):
    with pytest.raises(CommandError, match="no repository"):
        Run(github, tmp_path, name)
