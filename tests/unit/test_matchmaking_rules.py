"""The rules of suggestions: formats, expiry, evidence, answers."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from services.kit.errors import Conflict
from services.matchmaking.domain.evidence import evidence
from services.matchmaking.domain.facts import Source, TieCount, end_of_day
from services.matchmaking.domain.rules import check_answer, choose_format, expiry, holds
from services.matchmaking.domain.suggestion import Answer, Evidence

NOW = datetime(2027, 5, 10, 12, 0, tzinfo=UTC)
LIST, CHAT, HIDDEN, UNKNOWN = (UUID(int=n) for n in (1, 2, 3, 4))


@pytest.mark.parametrize(
    ("likes", "chosen"),
    [
        ([(), ()], "coffee"),
        ([("walk", "lunch"), ()], "lunch"),
        ([("walk", "lunch"), ("call", "walk")], "walk"),
        ([("drink",), ("coffee", "drink")], "drink"),
        ([("drink",), ("call",)], "coffee"),
    ],
)
def test_the_format_is_one_that_both_like_or_coffee(likes: list[tuple[str, ...]], chosen: str):
    assert choose_format(likes) == chosen


def test_a_suggestion_stays_open_for_the_hours_set():
    assert expiry(NOW, 72, None) == datetime(2027, 5, 13, 12, 0, tzinfo=UTC)


def test_a_suggestion_does_not_outlive_the_conference():
    end = NOW + timedelta(hours=5)
    assert expiry(NOW, 72, end) == end


def test_a_conference_long_over_does_not_shorten_a_suggestion():
    assert expiry(NOW, 72, NOW - timedelta(days=1)) == datetime(2027, 5, 13, 12, 0, tzinfo=UTC)


def test_the_last_day_ends_at_midnight_where_the_conference_is():
    assert end_of_day("2027-05-12", "Europe/Berlin") == datetime(2027, 5, 12, 22, 0, tzinfo=UTC)
    assert end_of_day("2027-05-12", "America/New_York") == datetime(2027, 5, 13, 4, 0, tzinfo=UTC)


@pytest.mark.parametrize(("day", "zone"), [("12.5.2027", "Europe/Berlin"), ("2027-05-12", "Mars/Base")])
def test_a_wrong_day_or_zone_is_refused(day: str, zone: str):
    with pytest.raises((ValueError, KeyError)):
        end_of_day(day, zone)


def source(id: UUID, name: str, public: bool = True, withdrawn: bool = False) -> tuple[UUID, Source]:
    return id, Source(id, UUID(int=9), name, public, withdrawn, 1)


def test_evidence_adds_up_public_sources_by_kind_and_says_nothing_of_others():
    sources = dict([source(LIST, "the list"), source(CHAT, "the chat"), source(HIDDEN, "the board", public=False)])
    counts = [
        TieCount(LIST, "reply", "2026-03", 1, 2),
        TieCount(LIST, "reply", "2025-11", 4, 0),
        TieCount(CHAT, "mention", "", 0, 1),
        TieCount(HIDDEN, "reply", "2026-01", 50, 50),
        TieCount(UNKNOWN, "reply", "2026-01", 60, 60),
    ]
    assert evidence(counts, sources) == (
        Evidence(LIST, "the list", "reply", 5, 2, "2025-11", "2026-03"),
        Evidence(CHAT, "the chat", "mention", 0, 1, "", ""),
    )


def test_a_withdrawn_source_is_no_reason_any_more():
    assert evidence([TieCount(LIST, "reply", "2026-03", 1, 2)], dict([source(LIST, "the list", withdrawn=True)])) == ()


@pytest.mark.parametrize("kind", ["message", "boost", "follow"])
def test_what_was_private_or_no_conversation_is_no_reason_even_where_it_can_be_read(kind: str):
    assert evidence([TieCount(LIST, kind, "2026-03", 9, 9)], dict([source(LIST, "the list")])) == ()


def test_only_an_open_question_or_a_yes_takes_a_place_in_the_budget():
    assert [holds(answer) for answer in (None, Answer.YES, Answer.NOT_NOW, Answer.NO)] == [True, True, False, False]


def test_yes_to_somebody_one_has_met_or_blocked_is_refused():
    with pytest.raises(Conflict, match="have met or do not want to meet"):
        check_answer(Answer.YES, excluded=True)
    check_answer(Answer.NO, excluded=True)
    check_answer(Answer.YES, excluded=False)
