"""Account addresses (@name@host) out of the web addresses of the fediverse."""

import re
from typing import Annotated

import msgspec

Url = Annotated[str, msgspec.Meta(max_length=2_000)]
MAX_KNOWN = 200_000

_ACCOUNT = re.compile(r"(https?://([\w.-]{1,253}(?::\d{1,5})?)/(?:users/|@|u/|profile/)([\w.-]{1,64}))(?![^/?#])")
_BY_ID = re.compile(r"https?://[\w.-]{1,253}/ap/users/\d{1,30}")
_ADDRESS = re.compile(r"@[\w.-]{1,64}@[\w.-]{1,253}")


class Accounts:
    """Accounts by address on the web; where that has another host than the account, mentions tell."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}
        self._named: dict[tuple[str, str], str | None] = {}

    def learn(self, url: str, name: str) -> str | None:
        """The account that a mention names, which is from now on known by its address on the web."""
        if not _ADDRESS.fullmatch(name):
            return self.of(url)
        if len(self._known) < MAX_KNOWN:
            self._known[_root(url)] = name
        return name

    def named(self, acct: str, url: str) -> str | None:
        """The account of the API's `acct`, which has no host where it is of the asked server itself."""
        if (acct, url) not in self._named:
            whole = acct if "@" in acct else f"{acct}@{url.partition('://')[2].partition('/')[0]}"
            found = _ADDRESS.fullmatch(f"@{whole}".lower())
            if len(self._named) >= MAX_KNOWN:
                return found[0] if found else None
            self._named[acct, url] = found[0] if found else None
        return self._named[acct, url]

    def of(self, url: str) -> str | None:
        """The account of an actor's or a post's address on the web; None where that does not tell."""
        known = self._known.get(_root(url))
        found = _ACCOUNT.match(url)
        return known or (f"@{found[3]}@{found[2]}".lower() if found else None)


def _root(url: str) -> str:
    found = _ACCOUNT.match(url)
    by_id = None if found else _BY_ID.match(url)
    return found[1] if found else by_id[0] if by_id else url
