"""Discourse's JSON: who answered and quoted whom in a forum; an answer to the topic itself goes to who opened it.

Pages of /t/N.json (`post_stream`), /posts.json (`latest_posts`), or bare posts on lines. People are user ids inside the
import; outside, where ids of two forums would mix, they are the user names they have now.
"""

import re
from collections.abc import Iterable
from typing import Annotated

import msgspec

from services.attendee.importers.authors import Authors
from services.attendee.importers.chunks import lines
from services.attendee.importers.interaction import Tally
from services.attendee.importers.months import month_of_iso
from services.attendee.importers.pages import is_lines
from services.attendee.importers.records import EMPTY, MAX_WHOLE, checked, items, one

Name = Annotated[str, msgspec.Meta(pattern=r"^[\w.-]{1,60}$")]
USUAL = 1  # a post of a person; the others are moderators' actions and whispers of the staff

_QUOTED = re.compile(r'<aside class="quote[^>]{0,400}? data-username="([\w.-]{1,60})"')
_MENTION = re.compile(r'<a class="mention"[^>]{0,200}>@([\w.-]{1,60})</a>')


class _Post(msgspec.Struct):
    user_id: int
    username: Name
    topic_id: int
    post_number: int
    reply_to_post_number: int | None = None
    created_at: str | None = None
    post_type: int = USUAL
    cooked: str | None = None


class _Stream(msgspec.Struct, frozen=True):
    posts: msgspec.Raw = EMPTY


class _Page(msgspec.Struct):
    post_stream: _Stream = _Stream()
    latest_posts: msgspec.Raw = EMPTY
    archetype: str = "regular"
    post_number: int | None = None


class DiscourseImporter:
    """Reads pages in any order."""

    def __init__(self, tally: Tally) -> None:
        self.tally, self._authors = tally, Authors(tally)
        self._page, self._post = msgspec.json.Decoder(_Page), msgspec.json.Decoder(_Post)

    def read(self, name: str, chunks: Iterable[bytes]) -> None:
        """Count one file; raises ImportFailed when it is no page."""
        if not is_lines(name):
            self._read(one(chunks, _Page, name))
            return
        for line in lines(chunks, MAX_WHOLE):
            page = checked(self._page, line, self.tally) if line is None or line.strip() else None
            if page and page.post_number:  # a bare post
                self._take(checked(self._post, line, self.tally))
            elif page:
                self._read(page)

    def finish(self) -> None:
        """Resolve what came before what it answers."""
        self._authors.finish()

    def _read(self, page: _Page) -> None:
        if page.archetype != "regular":  # only some could read it
            return
        for raw in (page.post_stream.posts, page.latest_posts):
            for post in items(raw, _Post, self.tally):
                self._take(post)

    def _take(self, post: _Post | None) -> None:
        if post and post.post_type == USUAL and post.user_id > 0:  # ids below are the forum's own
            self._count(post)

    def _count(self, post: _Post) -> None:
        self.tally.messages += 1
        actor, month = f"#{post.user_id}", month_of_iso(post.created_at)
        self.tally.called(actor, post.username.lower())
        self._authors.wrote(f"{post.topic_id}/{post.post_number}", actor)
        answered: str | None = None
        if post.reply_to_post_number:
            self._authors.answered(actor, "reply", month, f"{post.topic_id}/{post.reply_to_post_number}")
            answered = ""
        elif post.post_number > 1:
            self._authors.answered(actor, "comment", month, f"{post.topic_id}/1")
            answered = ""
        if post.cooked and ("quote" in post.cooked or "mention" in post.cooked):
            named = (*_QUOTED.findall(post.cooked), *_MENTION.findall(post.cooked))
            own = post.username.lower()
            self.tally.mentioned(actor, [n.lower() for n in named if n.lower() != own], month, answered)
