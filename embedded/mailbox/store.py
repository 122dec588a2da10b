"""The mails themselves: files in a folder, a bounded number of them, and an index in memory."""

from __future__ import annotations

import email
import email.policy
import re
import threading
from collections import OrderedDict
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

_COUNT_LIMIT = 5_000
_SIZE_LIMIT = 200_000_000  # bytes of all mails
_HEADER_LIMIT = 300  # characters shown of one header
_ATTACHMENTS_LIMIT = 20
_TEXT_LIMIT = 200_000  # characters shown of one mail
_RECIPIENTS = "X-Hallway-Recipients"


@dataclass(frozen=True)
class Mail:
    """One mail in the index. `size` is in bytes; the texts are as the mail has them: not to be trusted."""

    number: int
    sender: str
    recipients: str
    subject: str
    date: str
    size: int


@dataclass(frozen=True)
class Attachment:
    """A part that is not the text."""

    name: str
    kind: str
    content: bytes


class MailStore:
    """Keeps the newest mails that fit, as NUMBER.eml in `folder`; older ones are deleted."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._mails: OrderedDict[int, Mail] = OrderedDict()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for number in sorted(int(path.stem) for path in folder.glob("*.eml") if path.stem.isdecimal()):
            raw = self._path(number).read_bytes()
            self._mails[number] = _index(number, raw)
        self._last = max(self._mails, default=0)

    def add(self, content: bytes, recipients: list[str]) -> int:
        """Keep a mail; its number. The file is whole or not there."""
        to = ", ".join(re.sub(r"[^\x20-\x7e]", "?", address) for address in recipients)
        raw = f"{_RECIPIENTS}: {to}\r\n".encode() + content
        with self._lock:
            self._last += 1
            number = self._last
            scratch = self._folder / f"{number}.new"
            scratch.write_bytes(raw)
            scratch.rename(self._path(number))
            self._mails[number] = _index(number, raw)
            self._drop_oldest()
        return number

    def list(self, words: str, limit: int) -> tuple[list[Mail], int]:
        """The newest `limit` mails with `words` in recipient or subject, and how many there are."""
        wanted = words.casefold()
        with self._lock:
            mails = list(reversed(self._mails.values()))
        found = [mail for mail in mails if wanted in f"{mail.recipients} {mail.subject}".casefold()]
        return found[:limit], len(found)

    def get(self, number: int) -> tuple[Mail, EmailMessage] | None:
        """A mail by its number, if it is still kept."""
        mail = self._mails.get(number)
        try:
            return (mail, _parse(self._path(number).read_bytes())) if mail else None
        except FileNotFoundError:  # deleted just now
            return None

    def _drop_oldest(self) -> None:
        while len(self._mails) > _COUNT_LIMIT or sum(m.size for m in self._mails.values()) > _SIZE_LIMIT:
            number, _ = self._mails.popitem(last=False)
            self._path(number).unlink(missing_ok=True)

    def _path(self, number: int) -> Path:
        return self._folder / f"{number:06d}.eml"


def text_of(message: EmailMessage) -> str:
    """The plain text of a mail; empty when it has none that can be read."""
    try:
        body = message.get_body(("plain",))
        return "" if body is None else str(body.get_content())[:_TEXT_LIMIT]
    except (LookupError, ValueError, AttributeError, TypeError):
        return ""


def attachments_of(message: EmailMessage) -> list[Attachment]:
    """Calendar parts and attachments, in the order of the mail."""
    found: list[Attachment] = []
    for part in message.walk():
        kind = part.get_content_type()
        if part.is_multipart() or (kind in ("text/plain", "text/html") and not part.is_attachment()):
            continue
        content = part.get_payload(decode=True)
        name = re.sub(r"[^\w. -]", "_", part.get_filename() or "", flags=re.ASCII).strip(". ")[:80]
        name = name or ("invitation.ics" if kind == "text/calendar" else "attachment")
        found.append(Attachment(name, kind, content if isinstance(content, bytes) else b""))
    return found[:_ATTACHMENTS_LIMIT]


def _index(number: int, raw: bytes) -> Mail:
    message = _parse(raw)
    return Mail(
        number=number,
        sender=_header(message, "From"),
        recipients=_header(message, _RECIPIENTS),
        subject=_header(message, "Subject") or "(no subject)",
        date=_header(message, "Date"),
        size=len(raw),
    )


def _parse(raw: bytes) -> EmailMessage:
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def _header(message: EmailMessage, name: str) -> str:
    try:
        return str(message.get(name, ""))[:_HEADER_LIMIT]
    except (ValueError, IndexError, AttributeError, TypeError):  # what the parser raises on broken headers
        return ""
