"""X's archive of one account: its replies, mentions and retweets; direct messages are private. People are numeric ids.

Files are JavaScript, a name and "=" before the JSON. Only a person's own archive may be used: X forbids tying accounts
to people otherwise.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Annotated

import msgspec

from services.attendee.importers.interaction import ImportFailed, Interaction, Tally
from services.attendee.importers.months import month_of_iso, month_of_x
from services.attendee.importers.reading import Reader
from services.attendee.importers.records import array

Id = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{1,20}$")]
Name = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_]{1,30}$")]
LONGEST_START = 500


class _Account(msgspec.Struct):
    accountId: Id
    username: Name


class _AccountRow(msgspec.Struct):
    account: _Account


class _Mention(msgspec.Struct):
    id_str: Id
    screen_name: Name


class _Entities(msgspec.Struct, frozen=True):
    user_mentions: list[_Mention] = []


class _Tweet(msgspec.Struct):
    created_at: str = ""
    full_text: str = ""
    in_reply_to_user_id_str: Id | None = None
    entities: _Entities = _Entities()


class _TweetRow(msgspec.Struct):
    tweet: _Tweet


class _Followed(msgspec.Struct):
    accountId: Id


class _FollowingRow(msgspec.Struct):
    following: _Followed


class _Sent(msgspec.Struct):
    senderId: Id
    recipientId: Id
    createdAt: str = ""


class _Message(msgspec.Struct):
    messageCreate: _Sent | None = None


class _Conversation(msgspec.Struct):
    messages: list[_Message] = []


class _ConversationRow(msgspec.Struct):
    dmConversation: _Conversation


class XImporter:
    """Reads the files of one archive; tweets do not say whose they are, account.js does."""

    def __init__(self, tally: Tally) -> None:
        self.tally, self._owner = tally, ""
        self._turned: Counter[tuple[str, str, str]] = Counter()

    def read(self, name: str, chunks: Iterable[bytes]) -> None:
        """Count one file; what is no part of the conversation is left out."""
        file = name.rpartition("/")[2].lower()
        if file == "account.js":
            for row in array(_json(chunks, name), "", _AccountRow, self.tally, name):
                self._owner = row.account.accountId
                self._named(self._owner, row.account.username)
        elif file == "tweet.js" or (file.startswith("tweets") and file.endswith(".js")):
            for tweet in array(_json(chunks, name), "", _TweetRow, self.tally, name):
                self._take(tweet.tweet)
        elif file == "following.js":
            for followed in array(_json(chunks, name), "", _FollowingRow, self.tally, name):
                self.tally.messages += 1
                self._turn(followed.following.accountId, "follow", "")
        elif file.startswith("direct-messages") and file.endswith(".js"):
            for conversation in array(_json(chunks, name), "", _ConversationRow, self.tally, name):
                for message in conversation.dmConversation.messages:
                    self._sent(message)

    def finish(self) -> None:
        """Count for the owner."""
        if self._turned and not self._owner:
            raise ImportFailed("account.js is not in it, so nobody can tell whose it is; send the whole archive")
        for (target, kind, month), times in self._turned.items():
            self.tally.add(Interaction(self._owner, target, kind, month), times)
        self._turned.clear()

    def _named(self, key: str, name: str) -> None:
        if not name.isdigit():  # such a name would look like an id
            self.tally.called(key, name.lower())

    def _turn(self, target: str, kind: str, month: str) -> None:
        self._turned[target, kind, month] += 1
        if len(self._turned) > self.tally.max_keys:
            raise ImportFailed(f"more than {self.tally.max_keys} different people and months; import fewer files")

    def _take(self, tweet: _Tweet) -> None:
        self.tally.messages += 1
        month, mentions = month_of_x(tweet.created_at), tweet.entities.user_mentions[:50]
        for mention in mentions:
            self._named(mention.id_str, mention.screen_name)
        answered = tweet.in_reply_to_user_id_str
        if tweet.full_text.startswith("RT @"):
            answered, kind, mentions = (mentions[0].id_str if mentions else None), "boost", []
        else:
            kind = "reply"
        others = dict.fromkeys(mention.id_str for mention in mentions if mention.id_str != answered)
        self.tally.resolved += bool(others) or answered not in (None, self._owner)
        if answered:
            self._turn(answered, kind, month)
        for other in others:
            self._turn(other, "mention", month)

    def _sent(self, message: _Message) -> None:
        sent = message.messageCreate
        if sent:
            self.tally.messages += 1
            self.tally.add_private(sent.senderId, sent.recipientId, month_of_iso(sent.createdAt[:10]))


def _json(chunks: Iterable[bytes], name: str) -> Iterator[bytes]:
    """What follows the first "="."""
    reader, head = Reader(chunks), b""
    while b"=" not in head and len(head) < LONGEST_START and (piece := reader.read(LONGEST_START)):
        head += piece
    before, found, after = head.partition(b"=")
    if not found:
        raise ImportFailed("it does not begin as a file of X's archive does; send it as it was given", name)
    yield after
    yield from reader.rest()
