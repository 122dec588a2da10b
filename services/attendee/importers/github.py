"""GitHub's REST pages: who commented on whose issue, reviewed whose pull request, answered or mentioned whom.

The pages of /issues, /issues/comments, /pulls/comments and /pulls/N/reviews tell themselves apart by their fields.
People are their numeric ids; a login is only a name that an id has now, since logins change hands.
"""

import re
from collections.abc import Iterable
from typing import Annotated

import msgspec

from services.attendee.importers.authors import Authors
from services.attendee.importers.interaction import Tally
from services.attendee.importers.months import month_of_iso
from services.attendee.importers.pages import pages

Login = Annotated[str, msgspec.Meta(max_length=100)]

_QUOTE = re.compile(r"^>.*$", re.MULTILINE)
_CODE = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`", re.DOTALL)
_MENTION = re.compile(r"(?<![\w@/.`-])@([A-Za-z0-9](?:[A-Za-z0-9-]{0,38}))(?![\w/@-])")


class _User(msgspec.Struct):
    id: int
    login: Login
    type: str = "User"


class _Item(msgspec.Struct):
    """An issue, a pull request, a comment or a review."""

    id: int
    user: _User | None = None
    number: int | None = None
    url: str = ""
    issue_url: str | None = None
    pull_request_url: str | None = None
    in_reply_to_id: int | None = None
    created_at: str | None = None
    submitted_at: str | None = None
    body: str | None = None


class GithubImporter:
    """Reads pages in any order."""

    def __init__(self, tally: Tally) -> None:
        self.tally, self._authors = tally, Authors(tally)

    def read(self, name: str, chunks: Iterable[bytes]) -> None:
        """Count one file of pages; raises ImportFailed when it holds none."""
        for item in pages(chunks, name, _Item, self.tally):
            self._take(item)

    def finish(self) -> None:
        """Resolve what came before what it answers."""
        self._authors.finish()

    def _take(self, item: _Item) -> None:
        user = item.user
        if user is None or user.type == "Bot" or user.login.endswith("[bot]"):
            return
        self.tally.messages += 1
        actor, month = str(user.id), month_of_iso(item.created_at or item.submitted_at)
        login = user.login.lower()
        if not login.isdigit():  # such a login would look like an id
            self.tally.called(actor, login)
        answered = self._answers(item, actor, month)
        if item.body and "@" in item.body:
            text = _QUOTE.sub("", _CODE.sub("", item.body))
            named = (found.lower() for found in _MENTION.findall(text) if not found.isdigit())
            self.tally.mentioned(actor, [found for found in named if found != login], month, answered)

    def _answers(self, item: _Item, actor: str, month: str) -> str | None:
        """Notes what it answers; "" if that will be known later, None if it answers nothing."""
        parts = (item.issue_url or item.pull_request_url or item.url).lower().rsplit("/", 4)
        thread = f"{parts[1]}/{parts[2]} {parts[4]}" if len(parts) == 5 else ""
        if item.number is not None:
            self._authors.wrote(thread, actor)
            return None
        if item.pull_request_url:
            self._authors.wrote(f"review {item.id}", actor)
        if item.in_reply_to_id:
            self._authors.answered(actor, "reply", month, f"review {item.in_reply_to_id}", thread)
        else:
            self._authors.answered(actor, "review" if item.pull_request_url else "comment", month, thread)
        return ""
