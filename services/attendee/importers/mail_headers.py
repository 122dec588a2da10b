"""Who sent a mail, which mail it answers and when, from headers as mailing lists really write them."""

import re
from binascii import Error as Base64Error
from collections.abc import Iterator
from email.errors import MessageError
from email.header import decode_header, make_header
from email.utils import parseaddr, parsedate_tz

KEPT = frozenset({b"message-id", b"in-reply-to", b"references", b"from", b"reply-to", b"x-original-from", b"date"})
MAX_VALUE = 16 * 1024  # bytes of one unfolded header; longer References keep their last, nearest ids
MAX_DECODED = 1_000  # characters of a sender or date that are looked at
MAX_REFERENCES = 8  # ids of one mail that are looked at, nearest first
YEARS = range(1970, 2101)

_NAME = re.compile(rb"([!-9;-~]{1,80}):[ \t]?(.*)", re.DOTALL)
_ID = re.compile(r"<([^<>\s]{1,998})>")
_OBFUSCATED = re.compile(r"([^\s<>\"(),;:@]{1,64}) +at +([a-z0-9](?:[\w.-]{0,252}))(?![^\s(>,])", re.IGNORECASE)
_ADDRESS = re.compile(r"[^\s@<>\"(),;:]{1,64}@[^\s@<>\"(),;:]{1,253}")
_MUNGED = re.compile(r"(.+)=40(.+)@dmarc\..+")  # how the IETF's lists write ada@example.org
_VIA = re.compile(r"\bvia\b", re.IGNORECASE)  # a list that speaks for its members, because of DMARC


def is_header(line: bytes) -> bool:
    """Whether a mail may begin with this line."""
    return _NAME.match(line) is not None


class Headers:
    """The few headers of one mail that are needed; everything else is dropped as it passes."""

    def __init__(self) -> None:
        self._values: dict[bytes, bytes] = {}
        self._open: bytes | None = None

    def feed(self, line: bytes) -> None:
        """Take one raw header line; a line that starts with space or tab continues the one before."""
        if line[:1] in (b" ", b"\t"):
            if self._open:
                self._values[self._open] = (self._values[self._open] + b" " + line.strip())[-MAX_VALUE:]
            return
        found = _NAME.match(line)
        name = found[1].lower() if found else b""
        self._open = name if found and name in KEPT and name not in self._values else None
        if found and self._open:
            self._values[name] = found[2].strip()[-MAX_VALUE:]

    def sender(self) -> str | None:
        """The author's address in lower case; None when it is missing or only the list's."""
        value = self._text(b"from")
        address = _address(value)
        if not _VIA.search(value.partition("<")[0]):
            return address
        for other in (self._text(b"x-original-from"), *self._text(b"reply-to").split(",")):
            author = _address(other)
            if author and author != address:
                return author
        return None

    def id(self) -> str | None:
        """The Message-ID without its brackets."""
        found = _ID.search(self._ascii(b"message-id"))
        return found[1] if found else None

    def answers(self) -> list[str]:
        """Ids of the mails this one answers, likeliest first: In-Reply-To, then References backwards."""
        parents = _ID.findall(self._ascii(b"in-reply-to"))[:MAX_REFERENCES]
        parents += reversed(_ID.findall(self._ascii(b"references")))
        return list(dict.fromkeys(parents))[:MAX_REFERENCES]

    def month(self) -> str:
        """ "YYYY-MM" of the Date header, "" when it cannot be read."""
        try:
            parsed = parsedate_tz(self._ascii(b"date")[:MAX_DECODED])
        except (ValueError, TypeError, IndexError, OverflowError):
            return ""
        if not parsed or parsed[0] not in YEARS or not 1 <= parsed[1] <= 12:
            return ""
        return f"{parsed[0]:04}-{parsed[1]:02}"

    def _ascii(self, name: bytes) -> str:
        return self._values.get(name, b"").decode("ascii", "replace")

    def _text(self, name: bytes) -> str:
        raw = self._values.get(name, b"")[:MAX_DECODED].decode("utf-8", "replace")
        try:
            return str(make_header(decode_header(raw)))[:MAX_DECODED] if "=?" in raw else raw
        except (MessageError, Base64Error, LookupError, ValueError):
            return raw


def _address(value: str) -> str | None:
    return next(_addresses(value), None)


def _addresses(value: str) -> Iterator[str]:
    """Addresses of a sender header, plain ("a@b", "N <a@b>") or as archives hide them ("a at b (N)")."""
    plain = parseaddr(value)[1]
    for candidate in (plain, *_ADDRESS.findall(value)):
        if _ADDRESS.fullmatch(candidate):
            yield _MUNGED.sub(r"\1@\2", candidate.lower())
    hidden = _OBFUSCATED.search(value)
    if hidden:
        yield f"{hidden[1]}@{hidden[2]}".lower().rstrip(".")
