"""docs/events.md is what the contracts give."""

from pathlib import Path

import pytest

from scripts import events_page


def test_the_page_is_up_to_date():
    assert events_page.PAGE.read_text() == events_page.page(), "run: make events"


def test_the_page_tells_topic_event_field_and_comment():
    page = events_page.page()
    assert "| `hallway.attendee.tie.v1` | tie id | 4 | 30 days | attendee | matchmaking, portal | TieChanged |" in page
    assert "| TieChanged | Tie | `hallway.attendee.tie.v1` | Published only while both people have joined. |" in page
    assert "| interests | string, repeated | lower case |" in page


def test_a_page_that_drifted_is_refused_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    drifted = tmp_path / "events.md"
    drifted.write_text("# Events\n")
    monkeypatch.setattr(events_page, "PAGE", drifted)
    monkeypatch.setattr("sys.argv", ["events_page", "--check"])
    assert events_page.main() == 1
    assert "Run: make events" in capsys.readouterr().err
