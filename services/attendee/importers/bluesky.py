"""Bluesky: pages of getAuthorFeed and getFollows, and an account's whole repository (CAR).

The address of an answered post holds the DID of its author, so nothing has to be looked up.
"""

import re
from collections.abc import Iterable
from typing import Annotated

import msgspec

from services.attendee.importers.car import blocks
from services.attendee.importers.chunks import lines
from services.attendee.importers.interaction import ImportFailed, Tally
from services.attendee.importers.months import month_of_iso
from services.attendee.importers.pages import is_lines
from services.attendee.importers.records import EMPTY, MAX_WHOLE, checked, items, one

Did = Annotated[str, msgspec.Meta(max_length=250)]
Uri = Annotated[str, msgspec.Meta(max_length=1_000)]
MAX_KNOWN = 500_000
NO_HANDLE = "handle.invalid"  # what the network says while a handle cannot be checked


_DID = re.compile(r"did:[a-z]{1,20}:[A-Za-z0-9._:%-]{1,200}")
_HANDLE = re.compile(r"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")


class _Person(msgspec.Struct):
    did: Did
    handle: Annotated[str, msgspec.Meta(max_length=253)] = NO_HANDLE


class _Ref(msgspec.Struct):
    uri: Uri = ""
    record: "_Ref | None" = None  # a quote with media has its record one level down


class _Reply(msgspec.Struct):
    parent: _Ref


class _Feature(msgspec.Struct):
    did: Did | None = None


class _Facet(msgspec.Struct):
    features: list[_Feature] = []


class _Embed(msgspec.Struct):
    record: _Ref | None = None


class _Record(msgspec.Struct):
    createdAt: str | None = None
    reply: _Reply | None = None
    facets: list[_Facet] | None = None
    embed: _Embed | None = None


class _Post(msgspec.Struct):
    author: _Person
    record: _Record


class _Reason(msgspec.Struct):
    by: _Person | None = None


class _Shown(msgspec.Struct):
    post: _Post
    reason: _Reason | None = None


class _Page(msgspec.Struct):
    feed: msgspec.Raw = EMPTY
    follows: msgspec.Raw = EMPTY
    subject: _Person | None = None


class _Stored(msgspec.Struct):
    """A block of a repository: the commit, or a record."""

    type: str = msgspec.field(name="$type", default="")
    did: Did | None = None
    createdAt: str | None = None
    reply: _Reply | None = None
    facets: list[_Facet] | None = None
    embed: _Embed | None = None
    subject: _Ref | str | None = None


class BlueskyImporter:
    """Reads pages and repositories."""

    def __init__(self, tally: Tally) -> None:
        self.tally = tally
        self._page = msgspec.json.Decoder(_Page)
        self._names: dict[str, str] = {}  # of every DID that was looked at

    def read(self, name: str, chunks: Iterable[bytes]) -> None:
        """Count one file; raises ImportFailed when it is neither pages nor a repository."""
        if name.lower().endswith(".car"):
            self._read_repository(name, chunks)
        elif is_lines(name):
            for line in lines(chunks, MAX_WHOLE):
                page = checked(self._page, line, self.tally) if line is None or line.strip() else None
                if page:
                    self._read_page(page)
        else:
            self._read_page(one(chunks, _Page, name))

    def finish(self) -> None:
        """Nothing is left open at the end."""

    def _read_page(self, page: _Page) -> None:
        for shown in items(page.feed, _Shown, self.tally):
            self._take(shown)
        owner = self._who(page.subject) if page.subject else None
        for followed in items(page.follows, _Person, self.tally):
            if owner and (target := self._who(followed)):
                self.tally.messages += 1
                self.tally.turned(owner, target, "follow", "")

    def _take(self, shown: _Shown) -> None:
        author, by = self._who(shown.post.author), shown.reason and shown.reason.by
        if not author:
            self.tally.skipped += 1
            return
        self.tally.messages += 1
        if not by:
            self._count(author, shown.post.record)
        elif booster := self._who(by):
            self.tally.turned(booster, author, "boost", "")

    def _who(self, person: _Person) -> str | None:
        """The person's DID, if it is one; notes the handle."""
        did, handle = self._did(person.did), person.handle
        if did and handle != NO_HANDLE and self._names[did] != handle and _HANDLE.fullmatch(handle):
            self._names[did] = handle
            self.tally.called(did, handle.lower())
        return did

    def _did(self, text: str) -> str | None:
        if text not in self._names:
            if len(self._names) >= MAX_KNOWN or not _DID.fullmatch(text):
                return None
            self._names[text] = ""
        return text

    def _author(self, ref: _Ref | None) -> str | None:
        """The DID in at://did:plc:abc/app.bsky.feed.post/xyz."""
        inner = ref.record if ref and ref.record and not ref.uri else ref
        return self._did(inner.uri[5:].partition("/")[0]) if inner and inner.uri.startswith("at://") else None

    def _count(self, actor: str, record: _Record | _Stored) -> None:
        month = month_of_iso(record.createdAt)
        answered = self._author(record.reply.parent) if record.reply else None
        quoted = self._author(record.embed.record) if record.embed else None
        told = answered if answered != actor else None
        if told:
            self.tally.add((actor, told, "reply", month))
        if quoted and quoted not in (actor, told):
            self.tally.add((actor, quoted, "reply", month))
            told = told or quoted
        self.tally.resolved += told is not None
        self.tally.unresolved += bool(record.reply and not answered)
        if record.facets:
            named = [did for facet in record.facets for f in facet.features if f.did and (did := self._did(f.did))]
            others = [did for did in named if did != quoted]
            self.tally.mentioned(actor, others, month, "" if record.reply and not answered else told)

    def _read_repository(self, name: str, chunks: Iterable[bytes]) -> None:
        owner = ""
        for block in blocks(chunks, name):
            try:
                record = msgspec.convert(block, _Stored)
            except msgspec.ValidationError:
                self.tally.skipped += 1
                continue
            owner = owner or self._did(record.did or "") or ""
            if record.type and not owner:
                raise ImportFailed("it does not begin with the commit that says whose it is; fetch it again", name)
            self._take_stored(owner, record)

    def _take_stored(self, owner: str, record: _Stored) -> None:
        what = record.type.removeprefix("app.bsky.")
        if what == "feed.post":
            self.tally.messages += 1
            self._count(owner, record)
        elif what in ("feed.repost", "graph.follow"):
            subject = record.subject
            target = self._author(subject) if isinstance(subject, _Ref) else self._did(subject or "")
            self.tally.messages += 1
            if target:
                kind = "boost" if what == "feed.repost" else "follow"
                self.tally.turned(owner, target, kind, month_of_iso(record.createdAt))
