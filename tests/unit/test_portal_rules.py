"""Tokens, mails and calendars: rules of the portal without a database."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from icalendar import Calendar

from services.kit.errors import Forbidden
from services.portal.api import calendar
from services.portal.domain import mails, tokens
from services.portal.domain.mails import Facts
from services.portal.domain.read_model import Attendee, Conference, Session, Suggestion
from services.portal.domain.tokens import Token
from services.portal.handlers.announce import announce_sessions, announce_suggestions
from services.portal.handlers.authenticate import BOOTSTRAP, authenticate

NOW = datetime(2027, 5, 14, 7, 0, tzinfo=UTC)
CONFERENCE = Conference(UUID(int=1), 1, "pycamp", "PyCamp", "Europe/Madrid", date(2027, 5, 14), date(2027, 5, 15), "")
ANA, BO, CY = UUID(int=11), UUID(int=12), UUID(int=13)
NAMES = {ANA: "Ana Ruiz", BO: "Bo Berg"}
SESSION = Session(
    UUID(int=21), 1, CONFERENCE.id, (ANA, BO), "coffee", "scheduled", UUID(int=31), "Corner A",
    datetime(2027, 5, 14, 8, 30, tzinfo=UTC), datetime(2027, 5, 14, 9, 0, tzinfo=UTC), 2, "", NOW,
)  # fmt: skip


class NoTokens:
    async def find(self, digest, now):
        return None


class Waiting:
    def __init__(self, told=()):
        self.told, self.notices, self.after = set(told), [], None

    async def add(self, notices, after=timedelta()):
        self.notices += notices
        self.after = after

    async def lately_told_of_suggestions(self, recipients, since):
        return self.told


def test_a_token_opens_its_scopes_only():
    token = Token(UUID(int=5), "desk", frozenset({"read"}), None)
    token.require("read")
    with pytest.raises(Forbidden, match="lacks the scope sources:write"):
        token.require("sources:write")


def test_admin_opens_every_scope_but_no_other_conference():
    token = Token(UUID(int=5), "desk", frozenset({"admin"}), CONFERENCE.id)
    token.require("attendees:act")
    token.require_conference(CONFERENCE.id)
    for other in (UUID(int=2), None):
        with pytest.raises(Forbidden, match="bound to another conference"):
            token.require_conference(other)


def test_unknown_scopes_are_named():
    assert [p.field for p in tokens.scope_problems(["read", "root"])] == ["scopes[1]"]
    assert tokens.scope_problems([])[0].field == "scopes"


async def test_only_the_whole_bootstrap_secret_is_the_bootstrap_token():
    assert await authenticate(NoTokens(), "s" * 20, "s" * 20, NOW) is BOOTSTRAP
    assert await authenticate(NoTokens(), "s" * 20, "s" * 19, NOW) is None
    assert await authenticate(NoTokens(), None, "", NOW) is None


def test_a_person_is_welcomed_once_but_a_new_holder_of_the_ticket_again():
    ana = Attendee(ANA, 1, CONFERENCE.id, "T-1", "Ana", "ana@example.org", "registered", 4, (), ())
    joined = replace(ana, version=2, state="joined", email="ANA@example.org")
    other = replace(ana, version=3, email="di@example.org")
    assert mails.welcome(ana) == mails.welcome(joined)
    assert mails.welcome(ana).event_id != mails.welcome(other).event_id


async def test_several_suggestions_make_one_mail_for_each_person_not_told_lately():
    def suggested(number, *people):
        suggestion = Suggestion(UUID(int=number), 1, CONFERENCE.id, people, "tie", "coffee", "open", None, ())
        return UUID(int=100 + number), suggestion

    waiting = Waiting(told=[str(CY)])
    await announce_suggestions(waiting, [suggested(1, ANA, BO), suggested(2, ANA, CY)], NOW)
    assert sorted((n.recipient, n.event_id) for n in waiting.notices) == [
        (str(ANA), UUID(int=101)),
        (str(BO), UUID(int=101)),
    ]
    assert waiting.after == timedelta(minutes=2)


async def test_a_session_that_never_had_a_time_is_told_to_nobody():
    waiting = Waiting()
    await announce_sessions(waiting, "cancelled", [(UUID(int=9), replace(SESSION, starts_at=None, ends_at=None))])
    assert waiting.notices == []


def test_a_mail_says_who_when_in_the_conferences_zone_and_where():
    words = mails.compose("scheduled", Facts(CONFERENCE, "Ana Ruiz", "https://h/x", SESSION, ("Bo Berg",)))
    assert words.subject == "You meet Bo Berg: Friday 14 May, 10:30 to 11:00 (Europe/Madrid)"
    assert "Where: Corner A" in words.text
    assert "https://h/x" in words.text


def test_a_name_cannot_break_a_mails_subject():
    facts = Facts(CONFERENCE, "", "u", SESSION, ("Bo\r\nBcc: all@example.org",))
    assert "\n" not in mails.compose("moved", facts).subject


def test_a_calendar_entry_keeps_its_uid_counts_changes_and_is_the_same_every_time():
    content = calendar.of_sessions(CONFERENCE, [SESSION], NAMES)
    assert content == calendar.of_sessions(CONFERENCE, [SESSION], NAMES)
    (entry,) = Calendar.from_ical(content).walk("VEVENT")
    assert entry["UID"] == f"{SESSION.id}@hallway"
    assert entry["SEQUENCE"] == 2
    assert str(entry["STATUS"]) == "CONFIRMED"
    assert str(entry["LOCATION"]) == "Corner A"
    assert str(entry["SUMMARY"]) == "Coffee: Ana Ruiz, Bo Berg"
    assert entry.decoded("DTSTART") == SESSION.starts_at
    assert entry.decoded("DTSTAMP") == NOW
    (zone,) = Calendar.from_ical(content).walk("VTIMEZONE")
    assert zone["TZID"] == "Europe/Madrid"


def test_an_invitation_holds_no_address_but_its_recipients():
    method, content = calendar.invitation(
        CONFERENCE, SESSION, {BO: "Bo Berg"}, "hallway@example.org", "ana@example.org"
    )
    assert method == "REQUEST"
    text = content.replace(b"\r\n ", b"").decode()
    assert text.count("mailto:") == 2
    assert "mailto:ana@example.org" in text
    assert "SUMMARY:Coffee: Bo Berg" in text


def test_a_cancelled_session_is_taken_out_of_calendars():
    cancelled = replace(SESSION, state="cancelled", calendar_sequence=3)
    method, content = calendar.invitation(CONFERENCE, cancelled, {}, "hallway@example.org", "ana@example.org")
    assert method == "CANCEL"
    (entry,) = Calendar.from_ical(content).walk("VEVENT")
    assert str(entry["STATUS"]) == "CANCELLED"
