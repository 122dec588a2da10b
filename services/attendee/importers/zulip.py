"""Zulip's export: who answered (quoted) and mentioned whom, in streams that everybody could read.

realm.json tells people and streams, messages-NNNNNN.json what was said; they come in any order. Zulip keeps no pointer
to what a message answers: "quote and reply" leaves a silent mention, which is taken for an answer.
"""

import re
from collections.abc import Iterable

import msgspec

from services.attendee.importers.interaction import ImportFailed, Tally
from services.attendee.importers.months import month_of_epoch
from services.attendee.importers.records import array, one
from services.attendee.importers.rooms import Room, Rooms

STREAM = 2  # a recipient's type

_NAMED = re.compile(
    r"@(_?)\*\*(?:[^*|\n]{1,100}\|(\d{1,12})|([^*|\n]{1,100}))\*\*(?=( \[[^\]]{1,40}\]\([^)]{1,400}\):)?)"
)


class _Person(msgspec.Struct):
    id: int
    full_name: str = ""
    email: str = ""
    delivery_email: str | None = None
    is_bot: bool = False


class _Stream(msgspec.Struct):
    id: int
    invite_only: bool = True


class _Recipient(msgspec.Struct):
    id: int
    type: int
    type_id: int


class _Realm(msgspec.Struct):
    zerver_userprofile: list[_Person]
    zerver_stream: list[_Stream] = []
    zerver_recipient: list[_Recipient] = []
    zerver_userprofile_crossrealm: list[_Person] = []


class _Message(msgspec.Struct):
    sender: int
    recipient: int
    content: str = ""
    date_sent: float = 0


class ZulipImporter:
    """Reads the files of one export."""

    def __init__(self, tally: Tally) -> None:
        self.tally, self._rooms = tally, Rooms(tally)
        self._realm: _Realm | None = None

    def read(self, name: str, chunks: Iterable[bytes]) -> None:
        """Count one file; what is no part of an export's conversation is left out."""
        file = name.rpartition("/")[2]
        if file == "realm.json":
            self._realm = one(chunks, _Realm, name)
        elif file.startswith("messages-") and file.endswith(".json"):
            for message in array(chunks, "zerver_message", _Message, self.tally, name):
                self._hear(self._rooms.room(str(message.recipient)), message)
            self._rooms.check()

    def finish(self) -> None:
        """Keep the public streams, without bots."""
        realm = self._realm
        if realm is None:
            raise ImportFailed("realm.json is not in it, so nobody can tell what was public; send the whole export")
        streams = {stream.id for stream in realm.zerver_stream if not stream.invite_only}
        public = [str(r.id) for r in realm.zerver_recipient if r.type == STREAM and r.type_id in streams]
        people = [*realm.zerver_userprofile, *realm.zerver_userprofile_crossrealm]
        self._rooms.finish(public, frozenset(f"#{person.id}" for person in people if person.is_bot))
        for person in people:
            key = f"#{person.id}"
            self.tally.called(key, (person.delivery_email or person.email).lower())

    def _hear(self, room: Room, message: _Message) -> None:
        room.tally.messages += 1
        actor, month = f"#{message.sender}", month_of_epoch(message.date_sent)
        answered: str | None = None
        mentioned = []
        for silent, number, _, quote in _NAMED.findall(message.content) if "@" in message.content else ():
            if not number:
                continue
            if silent and quote and answered is None and f"#{number}" != actor:
                answered = f"#{number}"
            elif not silent:
                mentioned.append(f"#{number}")
        if answered:
            room.tally.turned(actor, answered, "reply", month)
        room.tally.mentioned(actor, mentioned, month, answered)
