"""Handles: addresses on one network by which an import recognises an attendee."""

import re
from dataclasses import dataclass

from services.attendee.domain.text import Problems, shown

EMAIL = re.compile(r"[^\s@<>,;:\"()\[\]\\]{1,64}@[^\s@<>,;:\"()\[\]\\]{1,189}")
# How an address is written on each network; also the list of the networks known.
ADDRESS = {
    "irc": re.compile(r"[^\s<>,]{1,64}"),
    "mailto": EMAIL,
    "bluesky": re.compile(r"did:[a-z]{1,20}:[a-z0-9._:%-]{1,200}|[a-z0-9-]+(?:\.[a-z0-9-]+)+"),
    "discord": re.compile(r"[0-9]{1,20}|@[^\s,;]{1,40}"),  # an id, or @ and the name
    "discourse": re.compile(r"[\w.-]{1,60}"),
    "github": re.compile(r"[0-9]{1,20}|[a-z0-9](?:[a-z0-9_-]{0,99})"),  # an id, or the login
    "linkedin": re.compile(r"[^\s,;/?#]{1,120}"),  # the end of linkedin.com/in/...
    "mastodon": re.compile(r"@[\w.-]{1,64}@[\w.-]{1,180}"),
    "matrix": re.compile(r"@[^\s:]{1,200}:[\w.:\[\]-]{1,250}"),
    "reddit": re.compile(r"[\w-]{1,40}"),
    "x": re.compile(r"[0-9]{1,20}|[a-z0-9_]{1,30}"),  # an id, or the name
}
MOST = 20


@dataclass(frozen=True, slots=True, order=True)
class Handle:
    """`network` and `address` in lower case; `proven` once the person has shown it is theirs."""

    network: str
    address: str
    proven: bool = False

    def __str__(self) -> str:
        return f"{self.network}:{self.address}"


def email_handle(email: str) -> Handle:
    """The handle that everybody has by being registered."""
    return Handle("mailto", email.lower())


def parse_handles(texts: tuple[str, ...] | list[str], problems: Problems) -> frozenset[Handle]:
    """Handles written `network:address`; adds a problem for each that is not."""
    if len(texts) > MOST:
        problems.add("handles", f"handles has {len(texts)} entries; at most {MOST} fit")
        return frozenset()
    found = (_parse(text.strip(), problems) for text in texts)
    return frozenset(handle for handle in found if handle)


def _parse(text: str, problems: Problems) -> Handle | None:
    network, colon, address = text.lower().partition(":")
    if not colon or network not in ADDRESS:
        known = " or ".join(f"{name}:..." for name in ADDRESS)
        problems.add("handles", f"handle {shown(text)} must start with its network: {known}")
        return None
    if not ADDRESS[network].fullmatch(address) or not address.isprintable():
        problems.add("handles", f"handle {shown(text)} is no address of {network}")
        return None
    return Handle(network, address)
