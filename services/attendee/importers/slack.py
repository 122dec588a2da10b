"""Slack's export: who answered whom in a thread, and who was mentioned, in channels that everybody could read.

The zip holds users.json, channels.json (public), groups.json, mpims.json and dms.json (private), and a folder of
days for each of these. Files come in any order, so each folder is counted apart until it is known to be public.
"""

import re
from collections.abc import Iterable
from typing import Annotated

import msgspec

from services.attendee.importers.interaction import ImportFailed, Tally
from services.attendee.importers.months import month_of_epoch
from services.attendee.importers.records import array
from services.attendee.importers.rooms import Room, Rooms

SAID = frozenset({None, "thread_broadcast", "me_message", "file_share"})  # every other subtype is Slack's or a bot's

_MENTION = re.compile(r"<@([UW][A-Z0-9]{2,30})(?:\|[^<>]{0,100})?>")


Id = Annotated[str, msgspec.Meta(max_length=30)]


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
        self.tally, self._rooms = tally, Rooms(tally)
        self._public: set[str] | None = None
        self._bots = {"uslackbot"}

    def read(self, name: str, chunks: Iterable[bytes]) -> None:
        """Count one file; what is no part of an export's conversation is left out."""
        folder, _, file = name.rpartition("/")
        folder = folder.rpartition("/")[2]
        if file == "users.json":
            self._read_users(name, chunks)
        elif file == "channels.json":
            self._public = {channel.name for channel in array(chunks, "", _Channel, self.tally, name)}
        elif folder and file[:2].isdigit() and file.endswith(".json"):
            room = self._rooms.room(folder)
            for message in array(chunks, "", _Message, room.tally, name):
                _hear(room, message)
            self._rooms.check()

    def finish(self) -> None:
        """Keep the public channels, without bots."""
        if self._public is None:
            raise ImportFailed("channels.json is not in it, so nobody can tell what was public; send the whole export")
        self._rooms.finish(self._public, frozenset(self._bots))

    def _read_users(self, name: str, chunks: Iterable[bytes]) -> None:
        for user in array(chunks, "", _User, self.tally, name):
            if user.is_bot:
                self._bots.add(user.id.lower())
            elif user.profile and user.profile.email:
                self.tally.called(user.id.lower(), user.profile.email.lower())


def _hear(room: Room, message: _Message) -> None:
    """Count one message of a person."""
    if message.type != "message" or message.subtype not in SAID or message.bot_id or not message.user:
        return
    room.tally.messages += 1
    actor, month = message.user.lower(), month_of_epoch(message.ts)
    thread, answered = message.thread_ts or message.ts, None
    if thread == message.ts:
        room.authors.wrote(thread, actor)
    elif message.parent_user_id:
        answered = message.parent_user_id.lower()
        room.tally.turned(actor, answered, "reply", month)
    else:
        room.authors.answered(actor, "reply", month, thread)
        answered = ""
    if message.text and "<@" in message.text:
        named = (found.lower() for found in _MENTION.findall(message.text))
        room.tally.mentioned(actor, named, month, None if answered == actor else answered)
