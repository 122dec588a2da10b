"""Bluesky: pages of getAuthorFeed and getFollows, and an account's whole repository (CAR).

The address of an answered post holds the DID of its author, so nothing has to be looked up.
"""

from collections.abc import Iterable
from typing import Annotated

import msgspec

from services.attendee.importers.car import blocks
from services.attendee.importers.chunks import lines
from services.attendee.importers.interaction import ImportFailed, Interaction, Tally
from services.attendee.importers.months import month_of_iso
from services.attendee.importers.pages import is_lines
from services.attendee.importers.records import MAX_WHOLE, checked, one

Did = Annotated[str, msgspec.Meta(pattern=r"^did:[a-z]{1,20}:[A-Za-z0-9._:%-]{1,200}$")]
Uri = Annotated[str, msgspec.Meta(max_length=1_000)]
NO_HANDLE = "handle.invalid"  # what the network says while a handle cannot be checked


class _Person(msgspec.Struct):
    did: Did
    handle: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9.-]{1,253}$")] = NO_HANDLE


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
    feed: list[msgspec.Raw] | None = None
    follows: list[msgspec.Raw] | None = None
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
        self._shown, self._person = msgspec.json.Decoder(_Shown), msgspec.json.Decoder(_Person)

    def read(self, name: str, chunks: Iterable[bytes]) -> None:
        """Count one file; raises ImportFailed when it is neither pages nor a repository."""
        if name.lower().endswith(".car"):
            self._read_repository(name, chunks)
        elif is_lines(name):
            decoder = msgspec.json.Decoder(_Page)
            for line in lines(chunks, MAX_WHOLE):
                if line is None or line.strip():
                    for page in checked(decoder, line, self.tally):
                        self._read_page(page)
        else:
            self._read_page(one(chunks, _Page, name))

    def finish(self) -> None:
        """Nothing is left open at the end."""

    def _read_page(self, page: _Page) -> None:
        for raw in page.feed or ():
            for shown in checked(self._shown, raw, self.tally):
                self._take(shown)
        for raw in page.follows or ():
            for followed in checked(self._person, raw, self.tally):
                if page.subject:
                    self.tally.messages += 1
                    self._called(page.subject)
                    self._called(followed)
                    self.tally.turned(page.subject.did, followed.did, "follow", "")

    def _take(self, shown: _Shown) -> None:
        author, record = shown.post.author, shown.post.record
        self._called(author)
        self.tally.messages += 1
        if shown.reason and shown.reason.by:
            self._called(shown.reason.by)
            self.tally.turned(shown.reason.by.did, author.did, "boost", "")
            return
        self._count(author.did, record)

    def _called(self, person: _Person) -> None:
        if person.handle != NO_HANDLE:
            self.tally.called(person.did, person.handle.lower())

    def _count(self, actor: str, record: _Record | _Stored) -> None:
        month = month_of_iso(record.createdAt)
        answered = _author(record.reply.parent) if record.reply else None
        quoted = _author(record.embed.record) if record.embed else None
        for other in dict.fromkeys(person for person in (answered, quoted) if person and person != actor):
            self.tally.add(Interaction(actor, other, "reply", month))
        told = answered if answered and answered != actor else quoted if quoted != actor else None
        self.tally.resolved += told is not None
        self.tally.unresolved += bool(record.reply and not answered)
        named = [f.did for facet in record.facets or () for f in facet.features if f.did and f.did != quoted]
        self.tally.mentioned(actor, named, month, "" if record.reply and not answered else told)

    def _read_repository(self, name: str, chunks: Iterable[bytes]) -> None:
        owner = ""
        for block in blocks(chunks, name):
            try:
                record = msgspec.convert(block, _Stored)
            except msgspec.ValidationError:
                self.tally.skipped += 1
                continue
            owner = owner or record.did or ""
            if record.type and not owner:
                raise ImportFailed("it does not begin with the commit that says whose it is; fetch it again", name)
            self._take_stored(owner, record)

    def _take_stored(self, owner: str, record: _Stored) -> None:
        what = record.type.removeprefix("app.bsky.")
        if what == "feed.post":
            self.tally.messages += 1
            self._count(owner, record)
        elif what in ("feed.repost", "graph.follow"):
            target = _author(record.subject) if isinstance(record.subject, _Ref) else _did(record.subject or "")
            self.tally.messages += 1
            if target:
                kind = "boost" if what == "feed.repost" else "follow"
                self.tally.turned(owner, target, kind, month_of_iso(record.createdAt))


def _author(ref: _Ref | None) -> str | None:
    """The DID in at://did:plc:abc/app.bsky.feed.post/xyz."""
    inner = ref.record if ref and ref.record and not ref.uri else ref
    return _did(inner.uri.removeprefix("at://").partition("/")[0]) if inner and inner.uri.startswith("at://") else None


def _did(text: str) -> str | None:
    try:
        return msgspec.convert(text, Did)
    except msgspec.ValidationError:
        return None
