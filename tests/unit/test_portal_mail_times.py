"""Quiet hours: which mails wait for the morning of the conference's zone, and which do not."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from services.portal.domain.mail_times import held_until
from services.portal.domain.read_model import Session
from services.portal.settings import Settings

MADRID = ZoneInfo("Europe/Madrid")  # two hours ahead in May
NIGHT = (21, 8)
MORNING = datetime(2027, 5, 14, 6, 0, tzinfo=UTC)
SESSION = Session(
    UUID(int=1), 1, UUID(int=2), (), "coffee", "scheduled", None, "Corner", None, None, 0, "", MORNING,
)  # fmt: skip


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """Madrid's clock."""
    return datetime(2027, 5, day, hour, minute, tzinfo=MADRID)


@pytest.mark.parametrize("now", [at(13, 21), at(13, 23, 59), at(14, 0), at(14, 7, 59)])
def test_at_night_a_mail_waits_for_the_morning(now: datetime):
    assert held_until("suggestions", None, NIGHT, now, MADRID) == MORNING


@pytest.mark.parametrize("now", [at(14, 8), at(14, 12), at(14, 20, 59)])
def test_by_day_it_goes_out_at_once(now: datetime):
    assert held_until("suggestions", None, NIGHT, now, MADRID) is None


def test_the_zone_of_the_conference_counts():
    assert held_until("suggestions", None, NIGHT, at(14, 12), ZoneInfo("Asia/Tokyo")) is None  # 19:00 there
    assert held_until("suggestions", None, NIGHT, at(14, 14), ZoneInfo("Asia/Tokyo")) == datetime(
        2027, 5, 14, 23, tzinfo=UTC
    )


def test_what_somebody_asked_for_does_not_wait():
    assert held_until("sign-in", None, NIGHT, at(14, 3), MADRID) is None


@pytest.mark.parametrize(("starts", "waits"), [(at(14, 7, 30), False), (at(14, 8, 59), False), (at(14, 9), True)])
def test_what_would_come_too_late_does_not_wait(starts: datetime, waits: bool):
    session = replace(SESSION, starts_at=starts)
    assert (held_until("moved", session, NIGHT, at(14, 3), MADRID) is not None) is waits


def test_quiet_hours_within_one_day_and_none_at_all():
    assert held_until("suggestions", None, (12, 14), at(14, 13), MADRID) == datetime(2027, 5, 14, 12, tzinfo=UTC)
    assert held_until("suggestions", None, (12, 14), at(14, 14), MADRID) is None
    assert held_until("suggestions", None, None, at(14, 3), MADRID) is None


@pytest.mark.parametrize(("text", "hours"), [("21-8", (21, 8)), ("none", None), ("00-07", (0, 7))])
def test_the_setting_is_hours_or_nothing(text: str, hours: tuple[int, int] | None):
    assert settings(text).quiet_hours == hours


@pytest.mark.parametrize("text", ["", "21", "21-24", "9pm-8am", "-8", "21-8 "])
def test_other_settings_are_refused(text: str):
    with pytest.raises(ValueError, match="mail_quiet_hours"):
        settings(text)


def settings(text: str) -> Settings:
    return Settings(
        database_url="u", kafka_bootstrap="u", public_url="u", attendee_grpc="u", matchmaking_grpc="u",
        scheduling_grpc="u", secret_key="s" * 40, smtp_host="u", mail_from="h@example.org", mail_quiet_hours=text,
    )  # fmt: skip
