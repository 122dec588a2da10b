"""The demo's mailbox: what is sent by SMTP is shown safely, and kept within bounds."""

from __future__ import annotations

import os
import smtplib
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from embedded.mailbox import store as store_module
from embedded.mailbox.store import MailStore
from embedded.ports import free_port


class _Mailbox:
    def __init__(self, folder: Path) -> None:
        self.smtp_port, self.http_port = free_port(), free_port()
        env = {
            "HALLWAY_MAILBOX_SMTP_LISTEN": f"127.0.0.1:{self.smtp_port}",
            "HALLWAY_MAILBOX_HTTP_LISTEN": f"127.0.0.1:{self.http_port}",
            "HALLWAY_MAILBOX_FOLDER": str(folder / "mail"),
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "embedded.mailbox"], env={**os.environ, **env}, stdout=subprocess.DEVNULL
        )

    def get(self, path: str, host: str = "127.0.0.1") -> tuple[int, dict[str, str], str]:
        request = urllib.request.Request(f"http://127.0.0.1:{self.http_port}{path}", headers={"Host": host})
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, dict(answer.headers), answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, dict(error.headers), error.read().decode()

    def send(self, message: EmailMessage, to: str = "ada@example.org") -> None:
        with smtplib.SMTP("127.0.0.1", self.smtp_port, timeout=10) as client:
            client.send_message(message, "hallway@localhost", [to])


@pytest.fixture(scope="module")
def mailbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[_Mailbox]:
    box = _Mailbox(tmp_path_factory.mktemp("mailbox"))
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            box.get("/readyz")
            break
        except OSError:
            time.sleep(0.05)
    yield box
    box.process.terminate()
    assert box.process.wait(20) in (0, -15)


def _message(subject: str, text: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Hallway <hallway@localhost>"
    message["To"] = "ada@example.org"
    message["Subject"] = subject
    message.set_content(text)
    return message


def _open_newest(mailbox: _Mailbox, words: str) -> tuple[str, str]:
    _, _, listing = mailbox.get(f"/?to={words}")
    path = listing.split('href="/mails/', 1)[1].split('"', 1)[0]
    return f"/mails/{path}", mailbox.get(f"/mails/{path}")[2]


def test_a_mail_is_listed_and_opened_with_its_links_to_click(mailbox: _Mailbox) -> None:
    mailbox.send(_message("Dérive at four", "Come in: http://127.0.0.1:8080/in/abc?x=1&y=2\n"))
    _, page = _open_newest(mailbox, "D%C3%A9rive")
    assert "to ada@example.org" in mailbox.get("/")[2]
    assert '<a href="http://127.0.0.1:8080/in/abc?x=1&amp;y=2" rel="noopener noreferrer">' in page


def test_nothing_in_a_mail_becomes_part_of_the_page(mailbox: _Mailbox) -> None:
    mailbox.send(_message("<script>a()</script>", "<img src=x onerror=b()> javascript:c() \"'><b>"))
    _, page = _open_newest(mailbox, "script")
    listing = mailbox.get("/")[2]
    assert "<script" not in page + listing
    assert "<img" not in page
    assert 'href="javascript' not in page
    assert "&lt;script&gt;a()&lt;/script&gt;" in listing


def test_pages_allow_no_script_and_no_frame(mailbox: _Mailbox) -> None:
    _, headers, _ = mailbox.get("/")
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'self';")
    assert "frame-ancestors 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff"


def test_a_calendar_attachment_is_downloaded_as_it_was_sent(mailbox: _Mailbox) -> None:
    message = _message("Invitation", "See you")
    ics = b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"
    message.add_attachment(ics, "text", "calendar", filename='se"ssion;x.ics')
    mailbox.send(message)
    path, page = _open_newest(mailbox, "Invitation")
    status, headers, body = mailbox.get(f"{path}/attachments/0")
    assert status == 200
    assert body == ics.decode()
    assert headers["content-type"].startswith("text/calendar")
    assert headers["content-disposition"].startswith('attachment; filename="se_ssion_x.ics"')
    assert f'href="{path}/attachments/0"' in page


def test_an_html_attachment_is_never_served_as_html(mailbox: _Mailbox) -> None:
    message = _message("Attached page", "See")
    message.add_attachment(b"<script>a()</script>", "text", "html", filename="a.html")
    mailbox.send(message)
    path, _ = _open_newest(mailbox, "Attached")
    assert mailbox.get(f"{path}/attachments/0")[1]["content-type"] == "application/octet-stream"


def test_broken_mail_is_taken_and_shown_without_an_error(mailbox: _Mailbox) -> None:
    broken = b"From: \xff\xfe\r\nSubject: =?utf-8?b?broken\r\nContent-Type: text/plain; charset=nope\r\n\r\n\x00\xff"
    with smtplib.SMTP("127.0.0.1", mailbox.smtp_port, timeout=10) as client:
        client.sendmail("a@localhost", ["broken@example.org"], broken)
    path, page = _open_newest(mailbox, "broken@example.org")
    assert mailbox.get(path)[0] == 200
    assert "no plain text" in page


def test_a_mail_that_is_too_big_is_refused(mailbox: _Mailbox) -> None:
    with pytest.raises(smtplib.SMTPException, match="552"):
        mailbox.send(_message("big", "x" * 70 + "\n" + ("y" * 70 + "\n") * 80_000))


def test_pages_are_not_served_under_a_strangers_name(mailbox: _Mailbox) -> None:
    assert mailbox.get("/", host="evil.example")[0] == 400


@pytest.mark.parametrize("path", ["/mails/999999", "/mails/1/attachments/9", "/mails/..%2f..%2fetc", "/nope"])
def test_what_is_not_there_is_404(mailbox: _Mailbox, path: str) -> None:
    assert mailbox.get(path)[0] == 404


def test_mails_survive_a_restart_and_the_oldest_give_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_module, "_COUNT_LIMIT", 2)
    first = MailStore(tmp_path)
    numbers = [first.add(f"Subject: {n}\r\n\r\n".encode(), ["a@b"]) for n in "abc"]
    again = MailStore(tmp_path)
    mails, found = again.list("", 10)
    assert ([mail.subject for mail in mails], found) == (["c", "b"], 2)
    assert again.get(numbers[0]) is None
    assert again.add(b"Subject: d\r\n\r\n", ["a@b"]) == numbers[2] + 1
    assert len(list(tmp_path.iterdir())) == 2
