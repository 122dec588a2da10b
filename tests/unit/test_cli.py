"""The hallway command by itself: what it sends, what it shows, whom it gives a token to."""

import json
import socket
from pathlib import Path

import httpx
import pytest

from cli.api import Api
from cli.app import main
from cli.errors import CommandError, Refused
from cli.output import clean, when
from cli.people import reasons
from cli.upload import Upload, find_files

URL = "http://hallway.test"


@pytest.fixture(autouse=True)
def nothing_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No embedded Hallway, no setting of whoever runs the tests."""
    for name in ("URL", "TOKEN", "CONFERENCE", "STATE"):
        monkeypatch.delenv(f"HALLWAY_{name}", raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("cli.api.PAUSES", (0, 0))


def embedded(port: int) -> None:
    """The state folder that a Hallway started here has left."""
    Path(".hallway").mkdir()
    Path(".hallway/ports.json").write_text(json.dumps({"portal": port}))
    Path(".hallway/secrets.json").write_text(json.dumps({"bootstrap_token": "token-of-the-folder"}))


def ran(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    return int(ended.value.code or 0)


def test_without_any_hallway_it_says_how_to_start_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert ran("ties") == 1
    shown = capsys.readouterr()
    assert "hallway up" in shown.err and "HALLWAY_URL" in shown.err and not shown.out


def test_an_unreachable_hallway_is_named_with_how_to_start_it(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    embedded(port)
    assert ran("ties") == 1
    error = capsys.readouterr().err
    assert f"http://127.0.0.1:{port}" in error and "hallway demo" in error and "Traceback" not in error


def test_the_token_of_the_state_folder_is_not_sent_to_another_url(capsys: pytest.CaptureFixture[str]) -> None:
    embedded(1)
    assert ran("--url", "http://elsewhere.test", "ties") == 1
    assert "no token for http://elsewhere.test" in capsys.readouterr().err


@pytest.mark.parametrize("url", ["hallway.example.org", "ftp://hallway.example.org", "http://", "http://[", ""])
def test_what_is_no_url_is_refused_before_anything_is_sent(url: str) -> None:
    with pytest.raises(CommandError, match=r"HALLWAY_URL|https://"):
        Api(url, "token").ask("/conferences")


def test_a_command_that_broke_is_sent_again_with_the_same_key() -> None:
    keys: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        keys.append(request.headers["idempotency-key"])
        if len(keys) == 1:
            raise httpx.RemoteProtocolError("the server hung up")
        if len(keys) == 2:
            return httpx.Response(503, json={"detail": "not now"}, headers={"content-type": "application/problem+json"})
        return httpx.Response(200, json={"joined": 3})

    api = Api(URL, "token", httpx.MockTransport(answer))
    assert api.command("POST", "/conferences/c/join", {"all": True}) == {"joined": 3}
    assert len(keys) == 3 and len(set(keys)) == 1


def test_two_commands_have_two_keys() -> None:
    keys: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        keys.append(request.headers["idempotency-key"])
        return httpx.Response(204)

    api = Api(URL, "token", httpx.MockTransport(answer))
    api.command("DELETE", "/tokens/1")
    api.command("DELETE", "/tokens/1")
    assert keys[0] != keys[1]


def test_a_list_is_read_to_its_last_page() -> None:
    pages = {None: {"ties": [{"id": "1"}], "next": "1"}, "1": {"ties": [{"id": "2"}], "next": None}}

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=pages[request.url.params.get("after")])

    api = Api(URL, "token", httpx.MockTransport(answer))
    assert [tie["id"] for tie in api.pages("/conferences/c/ties", "ties")] == ["1", "2"]


@pytest.mark.parametrize(
    ("response", "told"),
    [
        (httpx.Response(200, text="<html>hello"), "does not answer like a Hallway"),
        (httpx.Response(404, text="<html>nothing"), "status 404, but not like a Hallway"),
        (httpx.Response(301, headers={"location": "https://hallway.test/"}), "https://hallway.test/"),
    ],
)
def test_a_server_that_is_no_hallway_is_told_as_such(response: httpx.Response, told: str) -> None:
    api = Api(URL, "token", httpx.MockTransport(lambda request: response))
    with pytest.raises(CommandError, match=told):
        api.ask("/conferences")


def test_a_refusal_lists_what_to_mend_once_and_not_without_end() -> None:
    errors = [{"field": "email", "message": f"line {n}: email is empty", "row": n} for n in range(2, 32)]
    refused = Refused.from_problem(422, {"detail": "line 2: email is empty", "errors": errors})
    lines = refused.lines()
    assert lines[:2] == ["line 2: email is empty", "line 3: email is empty"]
    assert lines[-1] == "... and 9 more" and len(lines) == 22


def test_names_from_elsewhere_cannot_steer_the_terminal() -> None:
    assert clean("Ada\x1b[2J\x07 \u202eB\u00e9la") == "Ada\ufffd[2J\ufffd \ufffdB\u00e9la"


def test_times_are_told_as_the_conference_has_them() -> None:
    shown = when("2026-12-01T09:30:00+00:00", "2026-12-01T10:00:00Z", "Europe/Madrid")
    assert shown == "Tue 2026-12-01 10:30-11:00"


def test_reasons_are_told_in_words() -> None:
    tie = {"kind": "reply", "first_to_second": 4, "second_to_first": 5, "source_name": "#ubuntu"}
    months = {"first_month": "2026-03", "last_month": "2026-05"}
    once = {"kind": "mention", "first_to_second": 1, "first_month": "2026-03", "last_month": "2026-03"}
    assert reasons([tie | months, once]) == "9 replies on #ubuntu, 2026-03 to 2026-05; 1 mention, 2026-03"
    assert reasons([{"interest": "birds"}]) == "both named birds"


def test_files_of_a_folder_go_oldest_first_and_hidden_ones_stay(tmp_path: Path) -> None:
    for name in ("#chat.20260302.log", "2026-03-01.log", "b-10.log", "b-9.log", ".secret", "deep/2025-12-31.log"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    names = [file.name for file in find_files([tmp_path, tmp_path / "b-9.log"])]
    assert names == ["b-9.log", "b-10.log", "2025-12-31.log", "2026-03-01.log", "#chat.20260302.log"]


def test_a_path_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="nowhere.log is not there"):
        find_files([tmp_path / "nowhere.log"])


def test_files_are_sent_one_after_the_other_under_their_bare_names(tmp_path: Path) -> None:
    (tmp_path / 'a"b.log').write_bytes(b"first\n")
    (tmp_path / "c.log").write_bytes(b"second")
    sent: list[int] = []
    upload = Upload(sent.append)
    boundary = upload.content_type.removeprefix("multipart/form-data; boundary=").encode()
    body = b"".join(upload.parts([tmp_path / 'a"b.log', tmp_path / "c.log"]))
    assert body == (
        b"--" + boundary + b'\r\nContent-Disposition: form-data; name="files"; filename="a_b.log"\r\n\r\nfirst\n\r\n'
        b"--" + boundary + b'\r\nContent-Disposition: form-data; name="files"; filename="c.log"\r\n\r\nsecond\r\n'
        b"--" + boundary + b"--\r\n"
    )
    assert sent == [6, 6]


def test_who_speaks_in_a_log_becomes_a_registrations_csv(capsys: pytest.CaptureFixture[str]) -> None:
    Path("2026-03-01.log").write_bytes(
        b"[10:00] <Ada> ben: hello\n[10:01] <@ben> hi <cy>\n[10:02]  * dot waves\n"
        b"=== eve [~eve@host] has joined #chat\n[10:03] <ada> still here\n\xff\xfe\n"
    )
    assert ran("nicks", "2026-03-01.log", "-o", "people.csv") == 0
    assert Path("people.csv").read_text() == (
        "ticket,name,email,handles,interests,formats,budget\n"
        "N-1,ada,ada.1@example.org,irc:ada,,,\n"
        "N-2,ben,ben.2@example.org,irc:ben,,,\n"
        "N-3,dot,dot.3@example.org,irc:dot,,,\n"
    )
    assert "3 nicks" in capsys.readouterr().out


def test_a_log_in_which_nobody_speaks_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    Path("poem.txt").write_text("roses are red\n")
    assert ran("nicks", "poem.txt", "-o", "people.csv") == 1
    assert "nobody speaks there" in capsys.readouterr().err and not Path("people.csv").exists()


def test_join_wants_to_know_who(capsys: pytest.CaptureFixture[str]) -> None:
    assert ran("join") == 1
    assert "--all" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["import", "fetch-github", "register", "token", "conference", "demo"])
def test_every_command_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert ran(name, "--help") == 0
    assert "Usage: hallway" in capsys.readouterr().out
