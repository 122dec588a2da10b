"""One line of an IRC log, in the shapes that common clients and logging bots write."""

import re
from dataclasses import dataclass
from enum import Enum

EXPECTED = (
    "lines such as '[14:05] <nick> text', '2026-03-01 [14:05:59] <nick> text' "
    "or '2026-03-01T14:05:59+0000  <nick> text'"
)

_STAMP = re.compile(
    r"(?:(?!\d{4}-\d\d-)#?[\w.-]{1,64}[ \t])?"  # some logs repeat the channel on every line
    r"(?:(?P<date>\d{4}-\d\d-\d\d)[T \t]?)?[ \t]{0,8}"
    r"(?:\[?(?P<hour>\d\d):(?P<minute>\d\d)(?::\d\d(?:\.\d{1,6})?)?\]?(?:[+-]\d\d:?\d\d|Z)?)?[ \t]{1,8}"
)
_SPEECH = re.compile(r"<[ @+%&~!]?(?P<nick>[^\s<>]{1,64})>(?:[ \t](?P<text>.*)|$)")
_ACTION = re.compile(r"\*[ \t](?P<nick>[^\s<>*]{1,64})(?:[ \t](?P<text>.*)|$)")
_NOTICE = re.compile(r"-[^\s<>-][^\s<>]{0,63}-[ \t]")
_EVENT = re.compile(r"(?:===|\*\*\*|-!-|-->|<--|---)[ \t]+(?P<nick>[^\s<>]{1,64})(?:[ \t]+(?P<text>.*)|$)")
_RENAMED = re.compile(r"(?:\S{1,200}[ \t]+)?is now known as (?P<new>[^\s<>]{1,64})\s*$")
_JOINED = re.compile(r"(?:[\[(][^\s]{0,200}[\])])?[ \t]*has joined\b")
_MARKUP = re.compile(r"\x03(?:\d{1,2}(?:,\d{1,2})?)?|[\x00-\x08\x0b-\x1f\x7f]")  # mIRC colours, controls


class What(Enum):
    """What a line tells."""

    SAID = "said"
    JOINED = "joined"
    RENAMED = "renamed"
    OTHER = "other"  # quits, topics, notices: part of the format, of no use here


@dataclass(frozen=True, slots=True)
class Line:
    """A recognised line; `text` is what was said, or the new nick; `minute` is of the day."""

    what: What
    nick: str = ""
    text: str = ""
    date: str = ""
    minute: int | None = None


def parse(raw: bytes) -> Line | None:
    """The line, or None when it has none of the known shapes."""
    text = _MARKUP.sub("", raw.decode("utf-8", "replace")).lstrip("\ufeff")
    stamp = _STAMP.match(text)
    if stamp and (stamp["date"] or stamp["hour"]):
        date, minute = stamp["date"] or "", _minute(stamp)
        return _body(text[stamp.end() :], date, minute, timed=minute is not None)
    return _body(text, "", None, timed=False)


def _minute(stamp: re.Match[str]) -> int | None:
    return int(stamp["hour"]) * 60 + int(stamp["minute"]) if stamp["hour"] else None


def _body(body: str, date: str, minute: int | None, *, timed: bool) -> Line | None:
    if timed:
        said = _SPEECH.match(body) or _ACTION.match(body)
        if said:
            return Line(What.SAID, said["nick"].lower(), (said["text"] or "").strip(), date, minute)
        if _NOTICE.match(body):
            return Line(What.OTHER, date=date)
    event = _EVENT.match(body)
    return _event(event["nick"].lower(), event["text"] or "", date, minute) if event else None


def _event(nick: str, text: str, date: str, minute: int | None) -> Line:
    renamed = _RENAMED.match(text)
    if renamed:
        return Line(What.RENAMED, nick, renamed["new"].lower(), date, minute)
    if _JOINED.match(text):
        return Line(What.JOINED, nick, "", date, minute)
    return Line(What.OTHER, date=date)
