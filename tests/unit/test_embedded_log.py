"""How lines of services are shown."""

from __future__ import annotations

from embedded.merged_log import Repeats, clean, readable


def test_a_json_line_is_shown_as_its_message_and_further_fields() -> None:
    line = '{"time": "2026-01-01T10:00:00", "level": "warning", "logger": "a.b", "message": "slow", "ms": 30}'
    assert readable(line) == ("warning", "slow ms=30")


def test_an_exception_is_shown_by_its_last_line() -> None:
    line = r'{"level": "error", "message": "failed", "exception": "Traceback\n  File x\nValueError: no such day"}'
    assert readable(line) == ("error", "failed | ValueError: no such day")


def test_a_line_that_is_not_json_is_shown_as_it_is() -> None:
    assert readable("{not json") == ("info", "{not json")
    assert readable("[1]") == ("info", "[1]")
    assert readable('{"other": 1}') == ("info", '{"other": 1}')


def test_no_line_can_steer_the_terminal() -> None:
    assert clean("a\x1b[2Jb\u202ec\x9b") == "a\ufffd[2Jb\ufffdc\ufffd"
    assert readable('{"message": "\\u001b]0;title\\u0007"}') == ("info", "\ufffd]0;title\ufffd")


def test_a_message_of_several_lines_is_shown_on_one() -> None:
    assert readable('{"message": "starting up\\nDETAIL: soon"}') == ("info", "starting up | DETAIL: soon")


def test_a_line_said_again_and_again_is_shown_every_ten_seconds() -> None:
    repeats = Repeats()
    assert [repeats.hides("no broker", now) for now in (0.0, 0.1, 9.9, 10.0, 10.1)] == [False, True, True, False, True]
    assert repeats.hides("another line", 0.2) is False
