"""Slack's export: who answered whom in a thread, and who was mentioned, in channels that everybody could read.

The zip holds users.json, channels.json (public), groups.json, mpims.json and dms.json (private), and a folder of
days for each of these. Files come in any order, so each folder is counted apart until it is known to be public.
"""

import re
from collections.abc import Iterable
from typing import Annotated

import msgspec

from services.attendee.importers.authors import Authors
from services.attendee.importers.interaction import MAX_KEYS, ImportFailed, Interaction, Tally
from services.attendee.importers.months import month_of_epoch
from services.attendee.importers.records import array

MAX_FOLDERS = 20_000
MAX_NAMED = 8  # who names more at once calls a crowd
SAID = frozenset({None, "thread_broadcast", "me_message", "file_share"})  # every other subtype is Slack's or a bot's

_MENTION = re.compile(r"<@([UW][A-Z0-9]{2,30})(?:\|[^<>]{0,100})?>")


Id = Annotated[str, msgspec.Meta(pattern="^[A-Z0-9]{2,30}$")]


class _Profile(msgspec.Struct):
    email: str | None = None


class _User(msgspec.Struct):
    id: Id
    is_bot: bool = False
    profile: _Profile | None = None


class _Channel(msgspec.Struct):
    name: str


class _Message(msgspec.Struct):
    type: str = ""
    subtype: str | None = None
    bot_id: str | None = None
    user: Id | None = None
    text: str | None = None
    ts: str = ""
    thread_ts: str | None = None
    parent_user_id: Id | None = None


class SlackImporter:
    """Reads the files of one export."""

    def __init__(self, tally: Tally) -> None:
        self.tally = tally
        self._public: set[str] | None = None
        self._bots = {"uslackbot"}
        self._folders: dict[str, _Folder] = {}

    def read(self, name: str, chunks: Iterable[bytes]) -> None:
        """Count one file; what is no part of an export's conversation is left out."""
        folder, _, file = name.rpartition("/")
        folder = folder.rpartition("/")[2]
        if file == "users.json":
            self._read_users(name, chunks)
        elif file == "channels.json":
            self._public = {channel.name for channel in array(chunks, "", _Channel, self.tally, name)}
        elif folder and file[:2].isdigit() and file.endswith(".json"):
            self._read_day(folder, name, chunks)

    def finish(self) -> None:
        """Keep the public channels, without bots."""
        if self._public is None:
            raise ImportFailed("channels.json is not in it, so nobody can tell what was public; send the whole export")
        bots = frozenset(self._bots)
        for name, folder in self._folders.items():
            folder.authors.finish()
            if name in self._public:
                self.tally.merge(folder.tally, bots)
            else:
                self._keep_private(folder.tally)
        self._folders.clear()

    def _keep_private(self, folder: Tally) -> None:
        for interaction, times in folder.counts():
            if interaction.actor not in self._bots:
                self.tally.add_private(interaction.actor, interaction.target, interaction.month, times)

    def _read_users(self, name: str, chunks: Iterable[bytes]) -> None:
        for user in array(chunks, "", _User, self.tally, name):
            if user.is_bot:
                self._bots.add(user.id.lower())
            elif user.profile and user.profile.email:
                self.tally.called(user.id.lower(), user.profile.email.lower())

    def _read_day(self, folder: str, name: str, chunks: Iterable[bytes]) -> None:
        if folder not in self._folders and len(self._folders) >= MAX_FOLDERS:
            raise ImportFailed(f"it has more than {MAX_FOLDERS} channels; import fewer at a time", name)
        here = self._folders.setdefault(folder, _Folder())
        for message in array(chunks, "", _Message, here.tally, name):
            here.hear(message)
        if sum(other.tally.keys() for other in self._folders.values()) > MAX_KEYS:
            raise ImportFailed(
                f"more than {MAX_KEYS} different pairs, kinds and months; import fewer channels at a time"
            )


class _Folder:
    """One channel."""

    def __init__(self) -> None:
        self.tally = Tally()
        self.authors = Authors(self.tally)

    def hear(self, message: _Message) -> None:
        """Count one message of a person."""
        if message.type != "message" or message.subtype not in SAID or message.bot_id or not message.user:
            return
        self.tally.messages += 1
        actor, month = message.user.lower(), month_of_epoch(message.ts)
        answered = self._answered(message, actor, month)
        named = dict.fromkeys(found.lower() for found in _MENTION.findall(message.text or ""))
        if len(named) > MAX_NAMED:
            return
        for other in named:
            if other not in (answered, actor):
                self.tally.add(Interaction(actor, other, "mention", month))
                self.tally.resolved += answered is None
                answered = answered or other

    def _answered(self, message: _Message, actor: str, month: str) -> str | None:
        thread = message.thread_ts or message.ts
        if thread == message.ts:
            self.authors.wrote(message.ts, actor)
        elif message.parent_user_id:
            target = message.parent_user_id.lower()
            self.tally.resolved += target != actor
            self.tally.add(Interaction(actor, target, "reply", month))
            return target
        else:
            self.authors.answered(actor, "reply", month, thread)
            return ""
        return None
