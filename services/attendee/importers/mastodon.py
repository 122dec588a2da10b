"""Mastodon: an account's archive, pages of statuses from the API, and the list of who is followed.

Only public and unlisted posts count. People are account addresses (@name@host). An archive names the answered post by
its address on the web, which holds its author on Mastodon and its like; elsewhere the one mentioned is who is answered.
"""

from collections.abc import Iterable

import msgspec

from services.attendee.importers.authors import Authors
from services.attendee.importers.interaction import ImportFailed, Tally
from services.attendee.importers.mastodon_account import Accounts, Url
from services.attendee.importers.months import month_of_iso
from services.attendee.importers.pages import pages
from services.attendee.importers.records import array, one
from services.attendee.importers.rows import rows

PUBLIC = frozenset({"https://www.w3.org/ns/activitystreams#Public", "as:Public", "Public"})
SEEN_BY_ALL = frozenset({"public", "unlisted"})


class _Tag(msgspec.Struct):
    type: str = ""
    href: Url | None = None
    name: str | None = None


class _Note(msgspec.Struct):
    inReplyTo: Url | None = None
    tag: list[_Tag] = []


class _Activity(msgspec.Struct):
    type: str
    actor: Url
    object: _Note | str | None = None
    published: str | None = None
    to: list[str] | str = ""
    cc: list[str] | str = ""


class _Actor(msgspec.Struct):
    id: Url


class _Account(msgspec.Struct):
    id: str
    acct: str
    url: Url = ""
    bot: bool = False


class _Reblog(msgspec.Struct):
    account: _Account


class _Status(msgspec.Struct):
    id: str
    account: _Account
    created_at: str | None = None
    visibility: str = "private"
    in_reply_to_id: str | None = None
    in_reply_to_account_id: str | None = None
    reblog: _Reblog | None = None
    mentions: list[_Account] = []


class MastodonImporter:
    """Reads an archive's files, pages of statuses, and following lists."""

    def __init__(self, tally: Tally) -> None:
        self.tally, self._authors = tally, Authors(tally)
        self._accounts = Accounts()
        self._owner = ""
        self._follows: list[str] = []

    def read(self, name: str, chunks: Iterable[bytes]) -> None:
        """Count one file; media, likes and bookmarks of an archive are left out."""
        file = name.rpartition("/")[2].lower()
        if file == "actor.json":
            self._owner = self._accounts.of(one(chunks, _Actor, name).id) or ""
        elif file == "outbox.json":
            for activity in array(chunks, "orderedItems", _Activity, self.tally, name):
                self._acted(activity)
        elif file.endswith(".csv"):
            self._read_following(name, chunks)
        elif file.endswith((".json", ".jsonl", ".ndjson")) and file not in ("likes.json", "bookmarks.json"):
            for status in pages(chunks, name, _Status, self.tally):
                self._posted(status)

    def finish(self) -> None:
        """Resolve answers, and say who follows."""
        self._authors.finish()
        if self._follows and not self._owner:
            raise ImportFailed("a following list does not say whose it is; send actor.json of the archive with it")
        host = self._owner.rpartition("@")[2]
        for followed in self._follows:
            whole = followed if "@" in followed[1:] else f"{followed}@{host}"
            self.tally.messages += 1
            self.tally.turned(self._owner, f"@{whole.removeprefix('@')}".lower(), "follow", "")

    def _acted(self, activity: _Activity) -> None:
        actor = self._accounts.of(activity.actor)
        if actor is None or activity.type not in ("Create", "Announce"):
            return
        self.tally.messages += 1
        month, note = month_of_iso(activity.published), activity.object
        if isinstance(note, str):
            target = self._accounts.of(note)
            self.tally.unresolved += target is None
            if target and _public(activity):
                self.tally.turned(actor, target, "boost", month)
            return
        if note is None:
            return
        named = [found for tag in note.tag if tag.type == "Mention" and (found := self._named(tag, actor))]
        if not _public(activity):
            for other in named:
                self.tally.add_private(actor, other, month)
            return
        answered = self._answered(note, named)
        if answered:
            self.tally.turned(actor, answered, "reply", month)
        self.tally.unresolved += bool(note.inReplyTo and not answered)
        self.tally.mentioned(actor, named, month, "" if note.inReplyTo and not answered else answered)

    def _answered(self, note: _Note, named: list[str]) -> str | None:
        if not note.inReplyTo:
            return None
        return self._accounts.of(note.inReplyTo) or (named[0] if len(named) == 1 else None)

    def _named(self, tag: _Tag, actor: str) -> str | None:
        name = (tag.name or "").lower()
        if name.startswith("@") and "@" in name[1:] and tag.href:
            return self._accounts.learn(tag.href, name)
        return self._accounts.of(tag.href or "")

    def _posted(self, status: _Status) -> None:
        people = {a.id: self._accounts.named(a.acct, a.url) for a in (status.account, *status.mentions)}
        actor = people[status.account.id]
        if actor is None or status.account.bot:
            return
        self.tally.messages += 1
        self._authors.wrote(status.id, actor)
        month, others = month_of_iso(status.created_at), [p for i, p in people.items() if p and i != status.account.id]
        if status.visibility not in SEEN_BY_ALL:
            for other in others:
                self.tally.add_private(actor, other, month)
        elif status.reblog:
            boosted = self._accounts.named(status.reblog.account.acct, status.reblog.account.url)
            if boosted:
                self.tally.turned(actor, boosted, "boost", month)
        else:
            self._said(status, actor, month, people.get(status.in_reply_to_account_id or ""), others)

    def _said(self, status: _Status, actor: str, month: str, answered: str | None, others: list[str]) -> None:
        if answered and answered != actor:
            self.tally.turned(actor, answered, "reply", month)
        elif status.in_reply_to_account_id and not answered and status.in_reply_to_id:
            self._authors.answered(actor, "reply", month, status.in_reply_to_id)
            answered = ""
        self.tally.mentioned(actor, others, month, None if answered == actor else answered)

    def _read_following(self, name: str, chunks: Iterable[bytes]) -> None:
        for row in rows(chunks, name, ("account address",), self.tally):
            followed = row["account address"]
            if followed and len(followed) <= 320 and len(self._follows) < self.tally.max_keys:
                self._follows.append(followed)


def _public(activity: _Activity) -> bool:
    return any(
        reader in PUBLIC
        for field in (activity.to, activity.cc)
        for reader in ([field] if isinstance(field, str) else field)
    )
